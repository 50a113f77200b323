"""A customer's conversions as a file: streamed, one row for each asset, in our own columns or in a tax tool's.

Amounts are written in full, with a point, without thousands separators and without an exponent.
"""

import csv
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from itertools import islice
from typing import Any, NamedTuple, cast

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from wallet import formats, money, refusals, validators
from wallet.database.snapshot import snapshot
from wallet.models import Conversion
from wallet.models.conversions import ConversionQuerySet
from wallet.models.priced import change_between

CHUNK = 1_000
BNB = validators.BNB
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n")

_NUMBER = re.compile(r"\A-?[0-9]+(\.[0-9]+)?\Z")


class Row(NamedTuple):
    """One asset of one conversion. The names are those of the query, so that a row is as cheap as can be."""

    reference: str
    status: str
    confirmed_at: datetime
    finished_at: datetime | None
    quoted_rate_btc: Decimal
    settled_rate_btc: Decimal | None
    reasons: list[dict[str, Any]]
    lines__asset__code: str
    lines__asset__scale: int
    lines__units: int
    lines__quoted_net_units: int
    lines__gross_units: int | None
    lines__fee_units: int | None
    lines__net_units: int | None
    lines__quoted_rate_btc: Decimal
    lines__settled_rate_btc: Decimal | None
    lines__quoted_path: str
    lines__quoted_legs: list[dict[str, str]]
    lines__settled_path: str
    lines__settled_legs: list[dict[str, str]] | None

    @property
    def dated_at(self) -> datetime:
        return self.finished_at or self.confirmed_at

    @property
    def code(self) -> str:
        return self.lines__asset__code

    @property
    def amount(self) -> str:
        return plain(self.lines__units, self.lines__asset__scale)

    @property
    def change_percent(self) -> str:
        change = change_between(
            self.lines__quoted_path, self.lines__quoted_legs, self.lines__settled_path, self.lines__settled_legs
        )
        return "" if change is None else f"{money.cut_percent(change):f}"

    @property
    def stop_reason(self) -> str:
        return refusals.explain(self.reasons[0]["code"], self.reasons[0]["facts"]).cause if self.reasons else ""

    def outcome(self, units: int | None) -> str:
        """BNB that came or went: nothing unless it was completed, and unknown while it runs."""
        if self.status == Conversion.Status.CONFIRMED:
            return ""
        return bnb(units or 0 if self.status == Conversion.Status.COMPLETED else 0)


class Format(NamedTuple):
    """A kind of file. One of `trades` has completed conversions only."""

    label: Any
    header: list[str]
    cells: Callable[[Row, tzinfo], list[str]]
    is_trades: bool


def plain(units: int, scale: int) -> str:
    """An amount with every decimal place that is kept, for a machine."""
    return f"{money.to_decimal(units, scale):f}"


def bnb(units: int) -> str:
    return plain(units, money.BNB_SCALE)


def guarded(cell: str) -> str:
    """The cell as text that no spreadsheet takes for a formula. Numbers stay numbers, negative ones too."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) and not _NUMBER.match(cell) else cell


def export(conversions: ConversionQuerySet, *, name: str, zone: tzinfo, language: str) -> Generator[bytes, None, None]:
    """The file's pieces, from one snapshot that is held until the last of them is read or the generator is closed.

    `zone` and `language` are the customer's, which are no longer active by the time that the file is written. Headers
    and statuses are for machines and stay English; why a conversion was stopped is for people.
    """
    form = FORMATS[name]
    found = conversions.completed() if form.is_trades else conversions
    ordered = found.order_by("-pk", "-lines__quoted_value_sats", "lines__asset__code")
    values = cast("Generator[Any, None, None]", ordered.values_list(*Row._fields).iterator(chunk_size=CHUNK))
    with snapshot(), closing(values):
        yield written([form.header])
        rows: Iterator[list[str]] = (form.cells(Row._make(row), zone) for row in values)

        def piece() -> list[list[str]]:
            with translation.override(language), timezone.override(zone):
                return list(islice(rows, CHUNK))

        yield from map(written, iter(piece, []))


def written(rows: list[list[str]]) -> bytes:
    """The rows as CSV (RFC 4180) in UTF-8."""
    lines: list[str] = []
    writer = csv.writer(_Lines(lines))
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return "".join(lines).encode()


class _Lines:
    """What csv writes to, collected."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def file_name(name: str, *, since: date | None, until: date | None) -> str:
    """The file's name with its range, like conversions-2026-01-01-to-2026-12-31.csv."""
    parts = ["conversions", *([] if name == OWN else [name])]
    parts += [f"from-{since}"] if since and not until else [str(since)] if since else []
    parts += [f"to-{until}"] if until else []
    return "-".join(parts if since or until else [*parts, "all"]) + ".csv"


# --- the formats ----------------------------------------------------------------------------------------------------


def own_cells(row: Row, zone: tzinfo) -> list[str]:
    """Everything of an asset: what was given, received and charged, its rate and BNB's at both times, why it stopped."""
    return [
        row.dated_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        row.dated_at.astimezone(zone).isoformat(timespec="seconds"),
        str(zone),
        row.reference,
        "in progress" if row.status == Conversion.Status.CONFIRMED else row.status,
        row.code,
        row.amount,
        bnb(row.lines__quoted_net_units),
        row.outcome(row.lines__net_units),
        row.outcome(row.lines__fee_units),
        formats.rate_digits(row.lines__quoted_rate_btc),
        formats.rate_digits(row.quoted_rate_btc),
        "" if row.lines__settled_rate_btc is None else formats.rate_digits(row.lines__settled_rate_btc),
        "" if row.settled_rate_btc is None else formats.rate_digits(row.settled_rate_btc),
        row.change_percent,
        row.stop_reason,
    ]


def koinly_cells(row: Row, zone: tzinfo) -> list[str]:
    """Koinly's universal template: UTC, a decimal point in every amount, optional columns left out where not needed.

    An amount is entered without the fee, and the fee by itself: "100 USD Sent, 10 USD Fee, 1 BTC Received". So what is
    received is the gross amount, from which Koinly takes the fee.

    https://support.koinly.io/en/articles/9489976-how-to-create-a-custom-csv-file-with-your-data
    """
    return [
        f"{row.dated_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        row.amount if "." in row.amount else f"{row.amount}.0",
        row.code,
        bnb(row.lines__gross_units or 0),
        BNB,
        *fee(row),
        f"Small balance converted, {row.reference}",
    ]


def summ_cells(row: Row, zone: tzinfo) -> list[str]:
    """The advanced custom CSV of Summ (formerly Crypto Tax Calculator): a sale of the asset for BNB, in UTC.

    Both amounts are "excluding fee"; the fee stands by itself. An id is unique where possible, so it names the asset too.

    https://help.cryptotaxcalculator.io/en/articles/5777675-advanced-custom-csv-import
    """
    amount_and_currency = fee(row)
    return [
        f"{row.dated_at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "sell",
        row.code,
        row.amount,
        BNB,
        bnb(row.lines__gross_units or 0),
        *reversed(amount_and_currency),
        *("", "", ""),
        f"{row.reference}-{row.code}",
        "Small balance converted",
        *("", ""),
    ]


def fee(row: Row) -> tuple[str, str]:
    """The fee and its currency; nothing at all where there is none."""
    return (bnb(row.lines__fee_units), BNB) if row.lines__fee_units else ("", "")


OWN = "csv"
FORMATS = {
    OWN: Format(
        _("Download CSV"),
        [
            *("time_utc", "local_time", "time_zone", "reference", "status", "asset", "amount", "estimated_bnb"),
            *("received_bnb", "fee_bnb", "estimated_asset_rate_btc", "estimated_bnb_rate_btc"),
            *("asset_rate_btc", "bnb_rate_btc", "price_change_percent", "stop_reason"),
        ],
        own_cells,
        is_trades=False,
    ),
    "koinly": Format(
        _("CSV for Koinly"),
        [
            *("Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency"),
            *("Fee Amount", "Fee Currency", "Description"),
        ],
        koinly_cells,
        is_trades=True,
    ),
    "summ": Format(
        _("CSV for Summ"),
        [
            *("Timestamp (UTC)", "Type", "Base Currency", "Base Amount"),
            *("Quote Currency (Optional)", "Quote Amount (Optional)"),
            *("Fee Currency (Optional)", "Fee Amount (Optional)", "From (Optional)", "To (Optional)"),
            *("Blockchain (Optional)", "ID (Optional)", "Description (Optional)"),
            *("Reference Price Per Unit (Optional)", "Reference Price Currency (Optional)"),
        ],
        summ_cells,
        is_trades=True,
    ),
}
