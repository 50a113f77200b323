"""What happened to an account is written once, and goes after a year, no sooner."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

EVENTS = [
    Guard(
        name="securityevent_refuses_update",
        table="securityevent",
        event="UPDATE",
        message="wallet_securityevent is written once",
    ),
    Guard(
        name="securityevent_is_kept",
        table="securityevent",
        event="DELETE",
        message="a security event is kept for a year",
        sqlite="OLD.created_at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-366 days')",
        postgresql="EXISTS (SELECT 1 FROM old_rows WHERE created_at > clock_timestamp() - interval '366 days')",
    ),
    Guard(
        name="securityevent_refuses_truncate",
        table="securityevent",
        event="TRUNCATE",
        message="wallet_securityevent is never emptied",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0004_second_factors")]
    operations = [CreateGuards(EVENTS)]
