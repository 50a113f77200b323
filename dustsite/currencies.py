"""The currencies that customers may have values shown in, as the operator names them."""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

DEFAULT = ["EUR", "USD", "GBP", "TRY", "BRL", "AUD", "PLN"]
# As wallet.validators has it, which needs the settings.
CODE = re.compile(r"[A-Z0-9]{1,16}")
SHOWN_ANYWAY = ("BTC", "BNB")


def configured(env: environ.Env) -> dict[str, str]:
    """By each currency's code, that of the asset by whose price it goes: its own, but for what is written USD=USDT.

    Raises ImproperlyConfigured for what names no currency, one twice, or one that pages show beside it.
    """
    found: dict[str, str] = {}
    for text in filter(None, (part.strip() for part in env.list("REFERENCE_CURRENCIES", default=DEFAULT))):
        currency, _, asset = (part.strip() for part in text.partition("="))
        if currency in found or not CODE.fullmatch(currency) or not CODE.fullmatch(asset or currency):
            raise ImproperlyConfigured(
                "REFERENCE_CURRENCIES must name currencies by their codes, each once: EUR,USD=USDT,GBP. What stands"
                f" behind = is the asset whose price is taken for the currency’s. “{text}” is none of these."
            )
        if currency in SHOWN_ANYWAY:
            raise ImproperlyConfigured(f"REFERENCE_CURRENCIES: {currency} is shown anyway. Leave it out.")
        found[currency] = asset or currency
    return found
