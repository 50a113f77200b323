"""One conversion as a JSON document: everything that its receipt says, in full.

Amounts are strings in whole coins, beside their units (a string as well: they pass what a script's numbers keep) and the
scale. Moments are ISO 8601 in UTC. Rates are prices of one coin in BTC, or in BNB where the name says so.
"""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from wallet import formats, money, refusals
from wallet.files.columns import in_utc, rate, worth
from wallet.models import Conversion, Line, Policy
from wallet.models.priced import Priced

Document = dict[str, Any]


def document(conversion: Conversion, lines: Iterable[Line], *, account: str) -> Document:
    """The document of one conversion with these lines; `account` is the customer's address."""
    return {
        "reference": conversion.reference,
        "renews": conversion.renews.reference if conversion.renews else None,
        "status": conversion.status,
        "account": account,
        "quoted_at": _moment(conversion.quoted_at),
        "expires_at": _moment(conversion.expires_at),
        "confirmed_at": _moment(conversion.confirmed_at),
        "finished_at": _moment(conversion.finished_at),
        "attempts": conversion.attempts,
        "policy": _policy(conversion.policy),
        "estimated": _quoted_figures(conversion),
        "received": _settled_figures(conversion) if conversion.is_completed else None,
        "bnb_price": _prices(conversion),
        "assets": [_asset(line, is_completed=conversion.is_completed) for line in lines],
        "reasons": [_reason(reason) for reason in conversion.reasons],
        "currency": _currency(conversion) if conversion.currency else None,
    }


def _asset(line: Line, *, is_completed: bool) -> Document:
    return {
        "asset": line.asset.code,
        "name": line.asset.name,
        "given": _amount(line.units, line.asset.scale),
        "estimated": _quoted_figures(line),
        "received": _settled_figures(line) if is_completed else None,
        "price": {**_prices(line), **_in_bnb(line.bnb_rates)},
    }


def _currency(conversion: Conversion) -> Document:
    """What the customer thought in, its prices, and what the BNB was worth in it, cut to two places."""
    settled, path = conversion.settled_currency_rate_btc, conversion.settled_currency_path
    return {
        "currency": conversion.currency,
        "quoted_rate_btc": rate(conversion.quoted_currency_rate_btc) or None,
        "settled_rate_btc": rate(settled) or None,
        "settled_path": path or None,
        "settled_legs": conversion.settled_currency_legs,
        "estimated": worth(conversion.quoted_worth) or None,
        "received": worth(conversion.received_worth) or None,
    }


def _moment(at: datetime | None) -> str | None:
    return in_utc(at, "auto") if at else None


def _amount(units: int, scale: int) -> Document:
    return {"amount": f"{money.to_decimal(units, scale):f}", "units": str(units), "scale": scale}


def _quoted_figures(priced: Priced) -> Document:
    return _figures(
        money.Figures(
            gross=priced.quoted_gross_units,
            fee=priced.quoted_fee_units,
            net=priced.quoted_net_units,
            value=priced.quoted_value_sats,
        )
    )


def _settled_figures(priced: Priced) -> Document | None:
    if priced.gross_units is None or priced.fee_units is None or priced.net_units is None:
        return None
    return _figures(
        money.Figures(
            gross=priced.gross_units,
            fee=priced.fee_units,
            net=priced.net_units,
            value=priced.value_sats or 0,
        )
    )


def _figures(figures: money.Figures) -> Document:
    return {
        "gross_bnb": _amount(figures.gross, money.BNB_SCALE),
        "fee_bnb": _amount(figures.fee, money.BNB_SCALE),
        "net_bnb": _amount(figures.net, money.BNB_SCALE),
        "value_btc": _amount(figures.value, money.BTC_SCALE),
    }


def _prices(priced: Priced) -> Document:
    """Both prices with the market's own prices."""
    return {"quoted": _quoted_price(priced), "settled": _settled_price(priced)}


def _in_bnb(rates: money.BnbRates | None) -> Document:
    """An asset's rates in BNB, and the change between them, exactly and as the page cuts it."""
    return {
        "quoted_rate_bnb": _rate(rates.quoted) if rates else None,
        "settled_rate_bnb": _rate(rates.settled) if rates else None,
        "change_percent": f"{money.cut_percent(rates.change):f}" if rates else None,
        "change_exactly": str(rates.change) if rates else None,
    }


def _rate(exact: Fraction) -> str | None:
    rate = money.round_price(exact)
    return None if rate is None else formats.rate_digits(rate)


def _quoted_price(priced: Priced) -> Document:
    return {
        "rate_btc": formats.rate_digits(priced.quoted_rate_btc),
        "path": priced.quoted_path,
        "legs": priced.quoted_legs,
        "source": priced.quoted_source,
        "observed_at": _moment(priced.quoted_observed_at),
    }


def _settled_price(priced: Priced) -> Document | None:
    if priced.settled_rate_btc is None:
        return None
    return {
        "rate_btc": formats.rate_digits(priced.settled_rate_btc),
        "path": priced.settled_path,
        "legs": priced.settled_legs,
        "source": priced.settled_source,
        "observed_at": _moment(priced.settled_observed_at),
    }


def _policy(policy: Policy) -> Document:
    return {
        "version": policy.pk,
        "dust_limit_btc": formats.plain(policy.dust_limit_btc),
        "tolerance_percent": formats.plain(policy.tolerance_percent),
        "fee_percent": formats.plain(policy.fee_percent),
        "interval_seconds": policy.interval_seconds,
        "quote_seconds": policy.quote_seconds,
        "price_age_seconds": policy.price_age_seconds,
        "longest_wait_seconds": policy.longest_wait_seconds,
    }


def _reason(reason: dict[str, Any]) -> Document:
    """A stored refusal, with its words in the reader's language and zone."""
    words = refusals.explain(reason["code"], reason["facts"])
    return {**reason, "text": " ".join(part for part in words if part)}
