"""A treasury's limit is written once; one that names a proposal was approved (P14, P20)."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

NAMED = "wallet_treasurylimit is written once"
GUARDS = [
    Guard(name="treasurylimit_refuses_update", table="treasurylimit", event="UPDATE", message=NAMED),
    Guard(name="treasurylimit_refuses_delete", table="treasurylimit", event="DELETE", message=NAMED),
    Guard(
        name="treasurylimit_refuses_truncate",
        table="treasurylimit",
        event="TRUNCATE",
        message="wallet_treasurylimit is never emptied",
    ),
    Guard(
        name="treasurylimit_was_approved",
        table="treasurylimit",
        event="INSERT",
        message="a limit that was proposed was approved",
        asks="EXISTS (SELECT 1 FROM wallet_treasurylimit n LEFT JOIN wallet_proposal p ON p.id = n.proposal_id"
        " LEFT JOIN wallet_decision d ON d.proposal_id = n.proposal_id"
        " WHERE n.id {these} AND n.proposal_id IS NOT NULL AND (d.id IS NULL OR d.outcome <> 'approved'"
        " OR p.id IS NULL OR p.kind <> 'limit' OR n.created_by_id <> p.created_by_id))",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0015_treasury_limits")]
    operations = [CreateGuards(GUARDS)]
