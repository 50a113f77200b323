import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dustsite.settings")

TRANSPORT_ALIASES["embedded"] = "dustsite.embedded_broker:Transport"

app = Celery("dustsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
