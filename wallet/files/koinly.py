"""Koinly's universal template: UTC, a decimal point in every amount, optional columns left out where not needed.

An amount is entered without the fee, and the fee by itself: "100 USD Sent, 10 USD Fee, 1 BTC Received". So what is
received is the gross amount, from which Koinly takes the fee. The net worth is that of what was sent, at the settlement's
own prices; without it Koinly takes a price of its own, as it should where it is below the smallest coin.

https://support.koinly.io/en/articles/9489976-how-to-create-a-custom-csv-file-with-your-data
"""

from datetime import tzinfo

from django.utils.translation import gettext_lazy as _

from wallet import validators
from wallet.files.columns import Column, CsvFormat, always, amount, currency, fee, gross, utc_seconds, worth
from wallet.files.rows import Row


def pointed_amount(row: Row) -> str:
    return amount(row) if row.scale else f"{amount(row)}.0"


def net_worth(row: Row) -> str:
    return worth(row.given_worth) if row.given_worth and row.given_worth >= 1 else ""


def columns(zone: tzinfo) -> list[Column[Row]]:
    return [
        Column("Date", utc_seconds),
        Column("Sent Amount", pointed_amount),
        Column("Sent Currency", lambda row: row.code),
        Column("Received Amount", gross),
        Column("Received Currency", always(validators.BNB)),
        Column("Fee Amount", fee),
        Column("Fee Currency", lambda row: validators.BNB if row.fee_units else ""),
        Column("Description", lambda row: f"Small balance converted, {row.reference}"),
        Column("Net Worth Amount", net_worth),
        Column("Net Worth Currency", lambda row: currency(row) if net_worth(row) else ""),
    ]


KOINLY = CsvFormat("koinly", _("CSV for Koinly"), columns, is_trades=True)
