"""What the staff did is written once and kept for ever; and who is staff holds nothing and converts nothing (P20)."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

NAMED = "wallet_staffaction is written once"
ACTIONS = [
    Guard(name="staffaction_refuses_update", table="staffaction", event="UPDATE", message=NAMED),
    Guard(name="staffaction_refuses_delete", table="staffaction", event="DELETE", message=NAMED),
    Guard(
        name="staffaction_refuses_truncate",
        table="staffaction",
        event="TRUNCATE",
        message="wallet_staffaction is never emptied",
    ),
]

GUARDS = [
    Guard(
        name="account_is_no_staffs",
        table="account",
        event="INSERT",
        message="staff hold no balances",
        when="NEW.kind = 'customer'",
        asks="EXISTS (SELECT 1 FROM auth_user u WHERE u.id {these} AND u.is_staff)",
        key="user_id",
        key_type="integer",
    ),
    Guard(
        name="conversion_is_no_staffs",
        table="conversion",
        event="INSERT",
        message="staff convert nothing",
        asks="EXISTS (SELECT 1 FROM auth_user u WHERE u.id {these} AND u.is_staff)",
        key="user_id",
        key_type="integer",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0007_staff_actions")]
    operations = [CreateGuards(ACTIONS + GUARDS)]
