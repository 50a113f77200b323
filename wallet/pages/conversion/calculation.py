"""The prices that a completed conversion was reckoned with, and how."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wallet import formats, validators
from wallet.models import Conversion, Line
from wallet.models.priced import Priced
from wallet.pages import markup
from wallet.pages.conversion.changes import change_text
from wallet.pages.terms import Terms


@dataclass(frozen=True, slots=True)
class Leg:
    """A price of the market along the path. The rate is divided by it where the pair is traded the other way round."""

    symbol: str
    price: str
    is_divided: bool


@dataclass(frozen=True, slots=True)
class UsedPrice:
    """An asset's price in BTC and what made it. `change` is from the estimate's; `note` stands below the legs."""

    code: str
    path: str
    rate: str
    change: str
    legs: list[Leg]
    note: str


def rule(terms: Terms) -> str:
    """How it is reckoned, in words."""
    words = _("Amount × price ÷ BNB’s price, cut after 8 decimals.")
    if terms.has_fee:
        words = _("Amount × price ÷ BNB’s price, cut after 8 decimals, less the fee of %(fee)s, rounded up.")
    observed = _("Prices are in BTC, observed at the market after you confirmed.")
    return markup.joined(markup.filled(words, fee=terms.fee), observed)


def used_prices(conversion: Conversion, lines: list[Line]) -> list[UsedPrice]:
    """BNB's price with its source and time, then each asset's with the fee."""
    assert conversion.settled_observed_at is not None
    observed = markup.clock_time(conversion.settled_observed_at)
    note = markup.filled("%(source)s, %(time)s", source=conversion.settled_source, time=observed)
    bnb = _used(validators.BNB, conversion, change="", note=note)
    return [bnb, *(_used(line.asset.code, line, change=change_text(line.change), note=_fee(line)) for line in lines)]


def _used(code: str, priced: Priced, *, change: str, note: str) -> UsedPrice:
    assert priced.settled_rate_btc is not None
    legs = list(_legs(priced.settled_legs or []))
    return UsedPrice(code, priced.settled_path, formats.rate(priced.settled_rate_btc), change, legs, note)


def _legs(legs: list[dict[str, str]]) -> Iterable[Leg]:
    for leg in legs:
        yield Leg(leg["symbol"], formats.local(leg["price"]), is_divided="way" in leg)


def _fee(line: Line) -> str:
    """What was taken off the BNB that the line came to; empty where nothing was."""
    if not line.fee_units:
        return ""
    assert line.gross_units is not None
    return f"{formats.coin(line.gross_units)} − {formats.coin(line.fee_units)} BNB"
