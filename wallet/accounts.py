import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from wallet.models import Customer

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Logs the failure (P17), without what was typed: the name may well be a password in the wrong field."""
        log.warning("sign-in failed from %s", request.META.get("REMOTE_ADDR"))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Writes to customers in the language that they chose, whatever the browser that asks for the message speaks."""
        customer = Customer.objects.filter(user=context.get("user"), language__in=dict(settings.LANGUAGES)).first()
        with translation.override(customer.language if customer else translation.get_language()):
            super().send_mail(template_prefix, email, context)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """The operator makes the accounts: a wallet's customers come from the exchange that runs the site."""
        return False
