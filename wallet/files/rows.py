from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wallet import money, refusals
from wallet.database.rows import lookup, stream
from wallet.models import Conversion
from wallet.models.conversions import ConversionQuerySet

CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """One asset of one conversion. Units are the asset's own for what is given up, and BNB's for what came of it.

    A field is declared with the path from the conversion that it is read by.
    """

    reference: str = lookup("reference")
    status: str = lookup("status")
    confirmed_at: datetime = lookup("confirmed_at")
    finished_at: datetime | None = lookup("finished_at")
    reasons: list[dict[str, Any]] = lookup("reasons")
    quoted_bnb_rate_btc: Decimal = lookup("quoted_rate_btc")
    bnb_rate_btc: Decimal | None = lookup("settled_rate_btc")
    quoted_bnb_path: str = lookup("quoted_path")
    quoted_bnb_legs: money.Legs = lookup("quoted_legs")
    bnb_path: str = lookup("settled_path")
    bnb_legs: money.Legs | None = lookup("settled_legs")
    currency: str = lookup("currency")
    currency_rate_btc: Decimal | None = lookup("settled_currency_rate_btc")
    currency_path: str = lookup("settled_currency_path")

    code: str = lookup("lines__asset__code")
    scale: int = lookup("lines__asset__scale")
    units: int = lookup("lines__units")
    quoted_net_units: int = lookup("lines__quoted_net_units")
    gross_units: int | None = lookup("lines__gross_units")
    fee_units: int | None = lookup("lines__fee_units")
    net_units: int | None = lookup("lines__net_units")
    quoted_rate_btc: Decimal = lookup("lines__quoted_rate_btc")
    rate_btc: Decimal | None = lookup("lines__settled_rate_btc")
    quoted_path: str = lookup("lines__quoted_path")
    quoted_legs: money.Legs = lookup("lines__quoted_legs")
    path: str = lookup("lines__settled_path")
    legs: money.Legs | None = lookup("lines__settled_legs")

    @property
    def dated_at(self) -> datetime:
        """The moment that the conversion's records go by: when it ended, or else was confirmed."""
        return self.finished_at or self.confirmed_at

    @property
    def is_running(self) -> bool:
        return self.status == Conversion.Status.CONFIRMED

    @property
    def is_completed(self) -> bool:
        return self.status == Conversion.Status.COMPLETED

    @property
    def given_worth(self) -> Fraction | None:
        """What was given up was worth in hundredths of the currency at the settlement, exactly; None where not known."""
        if self.rate_btc is None or self.currency_rate_btc is None:
            return None
        return money.hundredths(self.units, self.scale, self.rate_btc, self.currency_rate_btc)

    @property
    def received_worth(self) -> Fraction | None:
        """The same of the BNB that was received, less the fee."""
        if self.net_units is None or self.bnb_rate_btc is None or self.currency_rate_btc is None:
            return None
        return money.hundredths(self.net_units, money.BNB_SCALE, self.bnb_rate_btc, self.currency_rate_btc)

    @property
    def change_percent(self) -> Decimal | None:
        """By how much the price in BNB changed until settlement, cut to two places; None where it cannot be compared."""
        rates = money.bnb_rates(
            money.Seen(self.quoted_path, self.quoted_legs, self.path, self.legs),
            money.Seen(self.quoted_bnb_path, self.quoted_bnb_legs, self.bnb_path, self.bnb_legs),
        )
        return money.cut_percent(rates.change) if rates else None

    @property
    def stop_reason(self) -> str:
        """Why it was stopped or failed, in the reader's language and zone; empty when it was not."""
        return refusals.told(self.reasons).words.cause if self.reasons else ""


def read(conversions: ConversionQuerySet) -> Generator[Row, None, None]:
    """The rows of these confirmed conversions: the newest conversion first, and its largest asset."""
    ordered = conversions.order_by("-pk", "-lines__quoted_value_sats", "lines__asset__code")
    return stream(Row, ordered, chunk=CHUNK)
