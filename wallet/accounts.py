import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Logs the failure (P17), without what was typed: the name may well be a password in the wrong field."""
        log.warning("sign-in failed from %s", request.META.get("REMOTE_ADDR"))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The operator makes the accounts: a wallet's customers come from the exchange that runs the site."""
        return False
