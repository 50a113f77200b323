"""How old the prices are that a page reckons with."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from wallet import formats
from wallet.pages import markup
from wallet.portfolio import Portfolio


@dataclass(frozen=True, slots=True)
class PricesFrom:
    """When the oldest price is from, its age in seconds, and how long ago that is, once it is worth saying."""

    words: str
    age_seconds: int
    ago: str


def prices_from(portfolio: Portfolio) -> PricesFrom | None:
    """None: there are no current prices."""
    if portfolio.priced_at is None or portfolio.price_age_seconds is None:
        return None
    ago = formats.ago_if_old(portfolio.priced_at, portfolio.now)
    words = markup.filled(_("Prices from %(time)s"), time=markup.clock_time(portfolio.priced_at))
    return PricesFrom(words, portfolio.price_age_seconds, ago)
