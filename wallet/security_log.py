"""What the log says of accounts (P17): who, what and from where; never what was typed. Of the staff wallet.staff_log says it.

The address, and the request, stand on each of these lines because the middleware below binds them for the request's time.
"""

from typing import Any

import structlog
from allauth.account.authentication import get_authentication_records
from django.contrib.auth import signals as sessions
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django_structlog.middlewares import RequestMiddleware

from wallet.logs import get_logger, without_keys
from wallet.requests import client_address

log = get_logger(__name__)


class RequestLog(RequestMiddleware):
    """A line for each request: who, what, from where, and what was answered; its id stands on every line that it caused."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        structlog.contextvars.bind_contextvars(address=client_address(request))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """The method and the path, without what may be a key, and without what was asked of the page."""
        return f"{request.method} {without_keys(request.path)}"


def name_user(user: Any) -> None:
    """From here on the lines of this request say who it is."""
    structlog.contextvars.bind_contextvars(user_id=user.pk)


def connect() -> None:
    """Has signing in and out logged; what else happens to an account, wallet.events says."""
    sessions.user_logged_in.connect(signed_in, dispatch_uid="log")
    sessions.user_logged_out.connect(signed_out, dispatch_uid="log")
    sessions.user_login_failed.connect(sign_in_failed, dispatch_uid="log")


def signed_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    name_user(user)
    methods = [record["method"] for record in get_authentication_records(request, user)]
    log.info("signed_in", is_staff=user.is_staff, by=methods)


def signed_out(request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        name_user(user)
        log.info("signed_out")


def sign_in_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    """Of what was typed, only the same mark for the same name: it may well be a password in the wrong field."""
    name = next((str(credentials[key]) for key in ("login", "username", "email") if credentials.get(key)), "")
    log.warning("sign_in_failed", name_mark=salted_hmac("wallet.security_log", name.lower()).hexdigest()[:12])
