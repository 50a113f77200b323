import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dustsite.settings")

_site = get_wsgi_application()
application = import_string("wallet.edge.readable")(_site)  # by its path: it can be loaded only now
