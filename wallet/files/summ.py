"""The advanced custom CSV of Summ (formerly Crypto Tax Calculator): a sale of the asset for BNB, in UTC.

Both amounts are "excluding fee"; the fee stands by itself. An id is unique where possible, so it names the asset too. The
reference price is that of the base currency, by the settlement's own prices.

https://help.cryptotaxcalculator.io/en/articles/5777675-advanced-custom-csv-import
"""

from datetime import tzinfo
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from wallet import money, validators
from wallet.files.columns import Column, CsvFormat, always, amount, currency, fee, gross, rate, utc_seconds
from wallet.files.rows import Row


def price_in_currency(row: Row) -> str:
    """What one of the asset cost in the customer's currency, to as many digits as are known; nothing where it is not."""
    if row.rate_btc is None or row.currency_rate_btc is None:
        return ""
    exact = Fraction(row.rate_btc) / Fraction(row.currency_rate_btc)
    return rate(money.round_price(exact, money.RATIO_DIGITS))


def columns(zone: tzinfo) -> list[Column[Row]]:
    return [
        Column("Timestamp (UTC)", utc_seconds),
        Column("Type", always("sell")),
        Column("Base Currency", lambda row: row.code),
        Column("Base Amount", amount),
        Column("Quote Currency (Optional)", always(validators.BNB)),
        Column("Quote Amount (Optional)", gross),
        Column("Fee Currency (Optional)", lambda row: validators.BNB if row.fee_units else ""),
        Column("Fee Amount (Optional)", fee),
        Column("From (Optional)", always("")),
        Column("To (Optional)", always("")),
        Column("Blockchain (Optional)", always("")),
        Column("ID (Optional)", lambda row: f"{row.reference}-{row.code}"),
        Column("Description (Optional)", always("Small balance converted")),
        Column("Reference Price Per Unit (Optional)", price_in_currency),
        Column("Reference Price Currency (Optional)", lambda row: currency(row) if price_in_currency(row) else ""),
    ]


SUMM = CsvFormat("summ", _("CSV for Summ"), columns, is_trades=True)
