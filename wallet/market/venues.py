"""The configured source of prices and its fallback, kept for as long as the process: with the markets that they know."""

from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from wallet.market.fallback import FallbackVenue
from wallet.market.source import Source


def configured_source() -> Source:
    """The source that PRICE_SOURCE names."""
    if settings.PRICE_SOURCE == "demo":
        source: Source = import_string("wallet.market.demo.Demo")()
        return source
    return _exchange(settings.EXCHANGE_ID, settings.EXCHANGE_URL)


def configured_fallback() -> FallbackVenue | None:
    """The second venue, where one is configured; the demonstration needs none."""
    if settings.PRICE_SOURCE == "demo" or not settings.EXCHANGE_FALLBACK_ID:
        return None
    exchange_id = settings.EXCHANGE_FALLBACK_ID
    # Of one exchange at two addresses each is left alone by itself when it is asked too much.
    name = f"{exchange_id} (fallback)" if exchange_id == settings.EXCHANGE_ID else exchange_id
    return _fallback(exchange_id, settings.EXCHANGE_FALLBACK_URL, name)


@lru_cache(maxsize=4)
def _exchange(exchange_id: str, url: str) -> Source:
    """Its file, and what that file needs, is loaded only here."""
    exchange: Source = import_string("wallet.market.exchange.Exchange")(exchange_id, url)
    return exchange


@lru_cache(maxsize=4)
def _fallback(exchange_id: str, url: str, name: str) -> FallbackVenue:
    return FallbackVenue(import_string("wallet.market.exchange.Exchange")(exchange_id, url), name)
