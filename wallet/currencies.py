"""The reference currency: what a customer thinks of money in, beside BTC and BNB, and by which asset's price it goes."""

from django.conf import settings

# What a customer has stored who wants none; no currency's code is in small letters.
NONE = "none"

# What people think of money in whose language this is; others, in dollars.
BY_LANGUAGE = {"de": "EUR"}
DOLLARS = "USD"


def offered() -> dict[str, str]:
    """The currencies to choose from, each with the code of the asset by whose price it goes."""
    found: dict[str, str] = settings.REFERENCE_CURRENCIES
    return found


def asset_of(currency: str) -> str:
    """The code of the asset by whose price this currency goes; empty where the currency is not offered."""
    return offered().get(currency, "")


def of_language(language: str) -> str:
    """The currency of somebody who reads this language, or else the first that is offered; empty where none is."""
    currency = BY_LANGUAGE.get(language.partition("-")[0], DOLLARS)
    return currency if asset_of(currency) else next(iter(offered()), "")


def chosen(stored: str, language: str) -> str:
    """A customer's currency, by what is stored of it and their language; empty where nothing is to be shown in any.

    One that is offered no longer counts as not chosen, as the settings show it.
    """
    if stored == NONE:
        return ""
    return stored if asset_of(stored) else of_language(language)
