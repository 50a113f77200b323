"""The prices that a completed conversion was reckoned with, and how."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from wallet import formats, money, validators
from wallet.models import Conversion, Line
from wallet.models.priced import Priced
from wallet.pages import markup
from wallet.pages.conversion.changes import change_text
from wallet.pages.conversion.sides import side_word, used_words
from wallet.pages.terms import Terms


@dataclass(frozen=True, slots=True)
class UsedPrice:
    """An asset's price in BTC; `change` is how far its price in BNB moved from the estimate's.

    `parts` say line by line what the price was made of.
    """

    code: str
    path: str
    rate: str
    change: str
    parts: list[str]

    @property
    def rate_lines(self) -> str:
        """The price, and the change below it: not an element for each, since a list may have hundreds."""
        return "\n".join(filter(None, [self.rate, self.change]))


def rule(terms: Terms, rows: Iterable[Priced]) -> str:
    """How it is reckoned, in words, by the prices of these rows."""
    words = _("Amount × price ÷ BNB’s price, cut after 8 decimals.")
    if terms.has_fee:
        words = _("Amount × price ÷ BNB’s price, cut after 8 decimals, less the fee of %(fee)s, rounded up.")
    observed = _("Prices are in BTC, observed at the market after you confirmed.")
    product = _("Each is the product of the market’s own prices beside it, divided by those with a ÷.")
    return markup.joined(markup.filled(words, fee=terms.fee), observed, used_words(rows), product)


def worked(conversion: Conversion, line: Line) -> str:
    """How a balance's BNB comes of its figures, to be worked out by hand."""
    assert line.settled_rate_btc is not None
    assert conversion.settled_rate_btc is not None
    assert line.gross_units is not None
    assert line.net_units is not None
    amount, rate = formats.exact_amount(line.units, line.asset.scale), formats.rate(line.settled_rate_btc)
    text = f"{line.asset.code}: {amount} × {rate} ÷ {formats.rate(conversion.settled_rate_btc)}"
    gross, net = formats.coin(line.gross_units), formats.coin(line.net_units)
    fee = f"; {gross} − {formats.coin(line.fee_units)} = {net} BNB" if line.fee_units else ""
    return f"{text} = {gross} BNB{fee}"


def used_prices(conversion: Conversion, lines: list[Line]) -> list[UsedPrice]:
    """BNB's price with its source and time, then each asset's with what was taken off as the fee, then that of the currency
    which values are shown in.
    """
    assert conversion.settled_observed_at is not None
    observed = markup.clock_time(conversion.settled_observed_at)
    source = markup.filled("%(source)s, %(time)s", source=conversion.settled_source, time=observed)
    used = [_used(validators.BNB, *_settled(conversion), more=[source])]
    used += [_used(line.asset.code, *_settled(line), change=_change(line), more=_fee(line)) for line in lines]
    if conversion.settled_currency_rate_btc is not None:
        values = _("for values in %(currency)s") % {"currency": conversion.currency}
        used.append(_used(conversion.currency, *conversion.settled_currency, more=[values]))
    return used


def _settled(priced: Priced) -> tuple[Decimal | None, str, money.Legs | None]:
    return priced.settled_rate_btc, priced.settled_path, priced.settled_legs


def _used(
    code: str, rate: Decimal | None, path: str, legs: money.Legs | None, *, change: str = "", more: Iterable[str]
) -> UsedPrice:
    assert rate is not None
    return UsedPrice(code, path, formats.rate(rate), change, [*(_leg(**leg) for leg in legs or []), *more])


def _change(line: Line) -> str:
    rates = line.bnb_rates
    return _("{change} in BNB").format(change=change_text(rates.change)) if rates else ""


def _leg(symbol: str, price: str, side: str = "", way: str = "") -> str:
    """A price along the path. The rate is divided by it where the market trades the pair the other way round."""
    parts = ["÷" if way else "", symbol, formats.local(price), side_word(side)]
    return " ".join(part for part in parts if part)


def _fee(line: Line) -> Iterable[str]:
    """What the line came to and what was taken off it; nothing where there was no fee."""
    if line.fee_units:
        assert line.gross_units is not None
        yield f"{formats.coin(line.gross_units)} − {formats.coin(line.fee_units)} BNB"
