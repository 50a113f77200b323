"""Which of the market's prices a conversion was reckoned with: its offers, or what was paid last."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy, pgettext_lazy

from wallet.models.priced import Priced

# By the side that is written down with a leg. Earlier conversions have none.
SIDES = {
    "bid": pgettext_lazy("price", "bid"),
    "ask": pgettext_lazy("price", "ask"),
    "last": pgettext_lazy("price", "last"),
}
OFFERS = gettext_lazy("They are what the market bids for what you gave, and what it asks for BNB.")
TRADES = gettext_lazy("They are the last prices that were paid at the market.")


def side_word(side: str) -> str:
    """Empty where nobody wrote it down."""
    return str(SIDES.get(side, ""))


def sides_words(rows: Iterable[Priced]) -> str:
    """Which prices the settled ones of these rows are, as a sentence; empty where nobody wrote it down."""
    sides = {leg.get("side", "") for priced in rows for leg in priced.settled_legs or []}
    if sides & {"bid", "ask"}:
        return str(OFFERS)
    return str(TRADES) if "last" in sides else ""
