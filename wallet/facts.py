"""The facts of one conversion for a machine: everything that its receipt says, in full.

Amounts are strings in whole coins, beside their units (a string as well: they pass what a script's numbers keep) and the
scale. Moments are ISO 8601 in UTC. Rates are prices of one coin in BTC.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from wallet import formats, money, refusals
from wallet.models import Conversion, Line, Policy
from wallet.models.priced import Priced

Facts = dict[str, Any]


def facts(conversion: Conversion, lines: Iterable[Line], *, account: str) -> Facts:
    return {
        "reference": conversion.reference,
        "renews": conversion.renews.reference if conversion.renews else None,
        "status": conversion.status,
        "account": account,
        "quoted_at": moment(conversion.quoted_at),
        "expires_at": moment(conversion.expires_at),
        "confirmed_at": moment(conversion.confirmed_at),
        "finished_at": moment(conversion.finished_at),
        "attempts": conversion.attempts,
        "policy": _policy(conversion.policy),
        "estimated": _quoted_figures(conversion),
        "received": _figures(conversion) if conversion.is_completed else None,
        "bnb_price": _prices(conversion),
        "assets": [
            {
                "asset": line.asset.code,
                "name": line.asset.name,
                "given": amount(line.units, line.asset.scale),
                "estimated": _quoted_figures(line),
                "received": _figures(line) if conversion.is_completed else None,
                "price": _prices(line),
            }
            for line in lines
        ],
        "reasons": [_reason(reason) for reason in conversion.reasons],
    }


def moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None


def amount(units: int, scale: int) -> Facts:
    return {"amount": f"{money.to_decimal(units, scale):f}", "units": str(units), "scale": scale}


def number(value: Decimal) -> str:
    return formats.plain(value)


def _quoted_figures(priced: Priced) -> Facts:
    return {
        "gross_bnb": amount(priced.quoted_gross_units, money.BNB_SCALE),
        "fee_bnb": amount(priced.quoted_fee_units, money.BNB_SCALE),
        "net_bnb": amount(priced.quoted_net_units, money.BNB_SCALE),
        "value_btc": amount(priced.quoted_value_sats, money.BTC_SCALE),
    }


def _figures(priced: Priced) -> Facts | None:
    if priced.gross_units is None or priced.fee_units is None or priced.net_units is None:
        return None
    return {
        "gross_bnb": amount(priced.gross_units, money.BNB_SCALE),
        "fee_bnb": amount(priced.fee_units, money.BNB_SCALE),
        "net_bnb": amount(priced.net_units, money.BNB_SCALE),
        "value_btc": amount(priced.value_sats or 0, money.BTC_SCALE),
    }


def _prices(priced: Priced) -> Facts:
    """Both prices with the market's own prices, and the change between them, exactly and as the page cuts it."""
    settled = None
    if priced.settled_rate_btc is not None:
        settled = {
            "rate_btc": formats.rate_digits(priced.settled_rate_btc),
            "path": priced.settled_path,
            "legs": priced.settled_legs,
            "source": priced.settled_source,
            "observed_at": moment(priced.settled_observed_at),
        }
    return {
        "quoted": {
            "rate_btc": formats.rate_digits(priced.quoted_rate_btc),
            "path": priced.quoted_path,
            "legs": priced.quoted_legs,
            "source": priced.quoted_source,
            "observed_at": moment(priced.quoted_observed_at),
        },
        "settled": settled,
        "change_percent": None if priced.change is None else f"{money.cut_percent(priced.change):f}",
        "change_exactly": None if priced.change is None else str(priced.change),
    }


def _policy(policy: Policy) -> Facts:
    return {
        "version": policy.pk,
        "dust_limit_btc": number(policy.dust_limit_btc),
        "tolerance_percent": number(policy.tolerance_percent),
        "fee_percent": number(policy.fee_percent),
        "interval_seconds": policy.interval_seconds,
        "quote_seconds": policy.quote_seconds,
        "price_age_seconds": policy.price_age_seconds,
        "longest_wait_seconds": policy.longest_wait_seconds,
    }


def _reason(reason: Facts) -> Facts:
    words = refusals.explain(reason["code"], reason["facts"])
    return {**reason, "text": " ".join(part for part in words if part)}
