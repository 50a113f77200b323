"""The log (P17): an event a line, in UTC, with the request that caused it. JSON in production, to be read in a demonstration.

An event has a name that stays, which docs/operating.md lists, and fields. Whatever a field, a message of a library or a
traceback holds, it can't begin a line of its own, and the site's secrets are not in it.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "***"
# What django-structlog reads: that a request or a task began is for those who look closely; a fault says so itself, in an
# ERROR, and a 503 is none; who it is is said once it is known, for asking would ask the database each time.
SETTINGS = {
    "DJANGO_STRUCTLOG_CELERY_ENABLED": True,
    "DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL": logging.DEBUG,
    "DJANGO_STRUCTLOG_CELERY_TASK_SUCCESS_LOG_LEVEL": logging.DEBUG,
    "DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL": logging.DEBUG,
    "DJANGO_STRUCTLOG_STATUS_5XX_LOG_LEVEL": logging.WARNING,
    "DJANGO_STRUCTLOG_USER_ID_FIELD": None,
}
# What Django refuses to read, by its names for it. It would be an ERROR with a traceback, of which anybody could cause any
# number.
STRANGERS = (
    *("csrf", "DisallowedHost", "DisallowedRedirect", "RequestDataTooBig", "SuspiciousMultipartForm"),
    *("TooManyFieldsSent", "TooManyFilesSent"),
)
# What is long in an address may be a key to it, as a link to choose a new password is; the ids of transactions are none.
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![^/?\s])"
_KEY = re.compile(rf"(?<=/)(?!{_UUID})[^/?\s]{{20,}}")
# Where somebody else's library begins to say where it was asked: that may hold keys, and its query what was typed.
_QUERY = re.compile(r"(?<=\S)\?\S+")


def secrets(environment: Mapping[str, str]) -> list[str]:
    """What the environment holds that no line may: the site's key, and the password in each address."""
    addresses = (value for value in environment.values() if "://" in value)
    found = {environment.get("SECRET_KEY", "")}
    for address in addresses:
        try:
            password = urlsplit(address).password or ""
        except ValueError:  # an address that nobody can read is refused elsewhere, in words
            continue
        found |= {password, unquote(password), quote(password, safe="")}
    # Something shorter is no secret, and would be taken out of words that only happen to hold it.
    return sorted((value for value in found if len(value) >= 6), key=len, reverse=True)


def without_keys(path: str) -> str:
    """The path of an address, as far as the log may have it: what may be a key to something is left out."""
    return _KEY.sub(HIDDEN, path)


def escaped(text: str) -> str:
    """The text in one line that cannot steer a terminal: what isn't printable is written as in Python."""
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def configuration(*, as_json: bool, hidden: Iterable[str]) -> dict[str, Any]:
    """Django's LOGGING, for our own events and those of the libraries alike. The hidden words are never written."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    processors: list[Processor] = [
        _with_request,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _as_json if as_json else _as_text,
        Hidden(hidden),
    ]
    console = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": processors,
                "foreign_pre_chain": [_without_addresses],
                # Of what stands in a record beside its message nothing is asked.
                "keep_exc_info": False,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # Celery says of every task that it came and went; what happened, the tasks say themselves, and django-structlog
            # what was a fault.
            "celery": {"level": "WARNING"},
            "celery.app.trace": {"level": "CRITICAL"},
            # Each request has a line of its own, with what was answered.
            "django.request": {"level": "CRITICAL"},
            # What a stranger sends is nobody's fault here. Our own line says it.
            **{f"django.security.{name}": {"level": "CRITICAL"} for name in STRANGERS},
            "django.server": console,
            "gunicorn.error": console,
        },
    }


class Hidden:
    """Takes these words out of a line that is finished, wherever they came from."""

    def __init__(self, words: Iterable[str]) -> None:
        # As they are, and as JSON writes them.
        self.words = sorted({form for word in words for form in (word, json.dumps(word)[1:-1])}, key=len, reverse=True)

    def __call__(self, logger: WrappedLogger, method: str, line: Any) -> str:
        text = str(line)
        for word in self.words:
            text = text.replace(word, HIDDEN)
        return text


def _with_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The event's own fields, and then whose request and which task it was."""
    for name, value in structlog.contextvars.get_contextvars().items():
        event.setdefault(name, value)
    return event


def _without_addresses(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """What a library says in its own words, without keys and queries of addresses."""
    event["event"] = _QUERY.sub("", without_keys(str(event["event"])))
    return event


def _as_json(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """One object a line; what isn't ASCII is escaped."""
    first = {name: event.pop(name) for name in ("timestamp", "level", "logger", "event") if name in event}
    return json.dumps({**first, **event}, default=str)


def _as_text(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """A line to be read; a traceback stands under it, further to the right."""
    moment = f"{event.pop('timestamp')[:23]}Z".replace("T", " ")
    head = [moment, event.pop("level").upper(), event.pop("logger"), escaped(str(event.pop("event")))]
    trace = event.pop("exception", "")
    fields = [f"{name}={escaped(_quoted(str(value)))}" for name, value in event.items()]
    below = [f"    {escaped(line)}" for line in trace.split("\n") if trace]
    return "\n".join([" ".join([*head, *fields]), *below])


def _quoted(text: str) -> str:
    is_plain = text and not set(text) & set(' ="\\')
    return text if is_plain else '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


get_logger: Callable[..., structlog.stdlib.BoundLogger] = structlog.stdlib.get_logger
