"""Which of the market's prices a conversion was reckoned with: its offers, or what was paid last."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from wallet.models.priced import Priced

# By the side that is written down with a leg. Earlier conversions have none.
SIDES = {
    "bid": pgettext_lazy("price", "bid"),
    "ask": pgettext_lazy("price", "ask"),
    "last": pgettext_lazy("price", "last"),
}
OFFERS = gettext_lazy("You give at the bid and get BNB at the ask; a price behind ÷ is the way back.")
TRADES = gettext_lazy("They are the last prices that were paid at the market.")
COMPARED_OFFERS = gettext_lazy("Compared is what the market bids for an asset, divided by what it asks for BNB.")
COMPARED_TRADES = gettext_lazy("Compared are the last prices that were paid at the market.")


def side_word(side: str) -> str:
    """Empty where nobody wrote it down."""
    return str(SIDES.get(side, ""))


def used_words(rows: Iterable[Priced]) -> str:
    """Which prices the settled ones of these rows are, as a sentence; empty where nobody wrote it down."""
    return _chosen(rows, OFFERS, TRADES)


def compared_words(rows: Iterable[Priced]) -> str:
    """The same of prices that were compared with the estimate's."""
    return _chosen(rows, COMPARED_OFFERS, COMPARED_TRADES)


def _chosen(rows: Iterable[Priced], offers: Any, trades: Any) -> str:
    sides = {leg.get("side", "") for priced in rows for leg in priced.settled_legs or []}
    if sides & {"bid", "ask"}:
        return str(offers)
    return str(trades) if "last" in sides else ""
