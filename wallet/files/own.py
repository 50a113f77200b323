"""Our own columns: what was given, received and charged, the rate of the asset and of BNB at both times, why it stopped."""

from datetime import datetime, tzinfo

from django.utils.translation import gettext_lazy as _

from wallet.files.columns import Column, CsvFormat, always, amount, bnb, currency, in_utc, rate, worth
from wallet.files.rows import Row


def in_zone(moment: datetime, zone: tzinfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def utc_time(row: Row) -> str:
    return in_utc(row.dated_at, "seconds")


def status(row: Row) -> str:
    return "in progress" if row.is_running else row.status


def outcome(row: Row, units: int | None) -> str:
    """BNB that came or went: nothing unless the conversion was completed, and unknown while it runs."""
    if row.is_running:
        return ""
    return bnb(units or 0 if row.is_completed else 0)


def change(row: Row) -> str:
    percent = row.change_percent
    return "" if percent is None else f"{percent:f}"


def columns(zone: tzinfo) -> list[Column[Row]]:
    """Headers and statuses are for machines and stay English; why a conversion was stopped is for people."""
    return [
        Column("time_utc", utc_time),
        Column("local_time", lambda row: in_zone(row.dated_at, zone)),
        Column("time_zone", always(str(zone))),
        Column("reference", lambda row: row.reference),
        Column("status", status),
        Column("asset", lambda row: row.code),
        Column("amount", amount),
        Column("estimated_bnb", lambda row: bnb(row.quoted_net_units)),
        Column("received_bnb", lambda row: outcome(row, row.net_units)),
        Column("fee_bnb", lambda row: outcome(row, row.fee_units)),
        Column("estimated_asset_rate_btc", lambda row: rate(row.quoted_rate_btc)),
        Column("estimated_bnb_rate_btc", lambda row: rate(row.quoted_bnb_rate_btc)),
        Column("asset_rate_btc", lambda row: rate(row.rate_btc)),
        Column("bnb_rate_btc", lambda row: rate(row.bnb_rate_btc)),
        Column("price_change_percent", change),
        Column("stop_reason", lambda row: row.stop_reason),
        Column("currency", currency),
        Column("currency_rate_btc", lambda row: rate(row.currency_rate_btc)),
        Column("currency_path", lambda row: row.currency_path),
        Column("given_in_currency", lambda row: worth(row.given_worth)),
        Column("received_in_currency", lambda row: worth(row.received_worth)),
    ]


OWN = CsvFormat("csv", _("Download CSV"), columns, is_trades=False)
