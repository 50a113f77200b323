import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, task_prerun, worker_init
from django.db import close_old_connections
from django.dispatch import receiver
from django_structlog.celery.signals import modify_context_before_task_publish
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

from dustsite import watchdog as _watches_each_worker  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dustsite.settings")

TRANSPORT_ALIASES["embedded"] = "dustsite.embedded_broker:Transport"

# In seconds. A broker that takes a message but never says so holds up its sender no longer than this.
CONFIRM_TIMEOUT = 5


class Dustsite(Celery):
    def send_task(self, *args: Any, **options: Any) -> Any:
        return super().send_task(*args, **{"confirm_timeout": CONFIRM_TIMEOUT, **options})


app = Dustsite("dustsite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)  # what a task logs carries the id of the request that sent it


@receiver(modify_context_before_task_publish)
def send_no_more_than_ids(context: dict[str, Any], **kwargs: Any) -> None:
    """Of what the log knows of a request, a message carries its id: a broker needs to know of nobody and no address."""
    for name in context.keys() - {"request_id", "parent_task_id"}:
        del context[name]


@setup_logging.connect
def keep_the_sites_logging(**kwargs: Any) -> None:
    """Nothing: Celery's commands would raise the whole process's log to their own level, WARNING unless told otherwise."""


@worker_init.connect
def keep_still(sender: Any, **kwargs: Any) -> None:
    """No heartbeat, as --without-heartbeat says: nobody listens, and who sends one waits for the broker with all else undone.

    On Redis for as long as it hangs; on RabbitMQ, once the network has swallowed one, for ever.
    """
    sender.options["without_heartbeat"] = True


@task_prerun.connect
def drop_dead_connections(**kwargs: Any) -> None:
    """A task starts with a connection that works: CELERY_DB_REUSE_MAX keeps them, and never asks how they are."""
    close_old_connections()
