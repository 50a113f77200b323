"""A month's figures are written once, and nothing is posted into a month that has them (P14)."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard, written_once

GUARDS = [
    *written_once("monthend"),
    Guard(
        name="transaction_is_of_an_open_month",
        table="transaction",
        event="INSERT",
        message="the month of this moment is closed",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_transaction t JOIN wallet_monthend m ON m.ends_at > t.posted_at"
        " WHERE t.id {these})",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0022_month_ends")]
    operations = [CreateGuards(GUARDS)]
