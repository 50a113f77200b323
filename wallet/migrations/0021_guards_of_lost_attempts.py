"""What is written down of a lost attempt stays, and is of a conversion that was running (P14)."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard, written_once

GUARDS = [
    *written_once("lostattempt"),
    Guard(
        name="lostattempt_is_of_a_running_conversion",
        table="lostattempt",
        event="INSERT",
        message="an attempt is at a confirmed conversion",
        asks="EXISTS (SELECT 1 FROM wallet_lostattempt a LEFT JOIN wallet_conversion c ON c.id = a.conversion_id"
        " WHERE a.id {these} AND (c.id IS NULL OR c.status <> 'confirmed'))",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0020_lost_attempts")]
    operations = [CreateGuards(GUARDS)]
