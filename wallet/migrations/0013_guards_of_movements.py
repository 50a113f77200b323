"""What operators move is proposed by one and approved by another; a reversal is the deposit's own entries back (P14, P20).

A withdrawal, a reversal and a correction have a row that says whose approved proposal they are of, written before them; a
deposit has one where operators made it. Such a row is written once.
"""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

WRITTEN_ONCE = [
    Guard(
        name=f"staffmovement_refuses_{event.lower()}",
        table="staffmovement",
        event=event,
        message=f"wallet_staffmovement is {how}",
    )
    for event, how in (("UPDATE", "written once"), ("DELETE", "written once"), ("TRUNCATE", "never emptied"))
]

MONEY = "'deposit', 'withdrawal', 'reversal', 'correction'"

MOVEMENTS = [
    Guard(
        name="staffmovement_was_approved",
        table="staffmovement",
        event="INSERT",
        message="what operators move was proposed and approved",
        key="transaction_id",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_staffmovement m LEFT JOIN wallet_proposal p ON p.id = m.proposal_id"
        " LEFT JOIN wallet_decision d ON d.proposal_id = m.proposal_id WHERE m.transaction_id {these}"
        " AND (d.id IS NULL OR d.outcome <> 'approved' OR p.id IS NULL OR m.created_by_id <> p.created_by_id"
        f" OR p.kind NOT IN ({MONEY}, 'file') OR (p.kind <> 'file' AND m.number <> 1)))",
    ),
    Guard(
        name="staffmovement_before_its_transaction",
        table="staffmovement",
        event="INSERT",
        message="what is told of a movement is written before its transaction",
        key="transaction_id",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_transaction t WHERE t.id {these})",
    ),
]

TRANSACTIONS = [
    Guard(
        name="transaction_was_approved",
        table="transaction",
        event="INSERT",
        message="withdrawals, reversals and corrections are of a proposal of their kind",
        when=f"NEW.kind IN ({MONEY})",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_transaction t LEFT JOIN wallet_staffmovement m ON m.transaction_id = t.id"
        " LEFT JOIN wallet_proposal p ON p.id = m.proposal_id WHERE t.id {these}"
        " AND ((m.transaction_id IS NULL AND t.kind <> 'deposit')"
        " OR (m.transaction_id IS NOT NULL AND (p.id IS NULL OR p.kind NOT IN (t.kind, 'file')"
        " OR (t.kind = 'reversal') <> (m.reverses_id IS NOT NULL)))))",
    ),
    Guard(
        name="transaction_of_operators_is_told",
        table="transaction",
        event="INSERT",
        message="a conversion or an adjustment is of no proposal",
        when="NEW.kind IN ('conversion', 'adjustment')",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_staffmovement m WHERE m.transaction_id {these})",
    ),
    Guard(
        name="reversal_is_of_its_deposit",
        table="transaction",
        event="INSERT",
        message="a reversal takes back what its deposit moved, from and to the same accounts",
        when="NEW.kind = 'reversal'",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_transaction t JOIN wallet_staffmovement m ON m.transaction_id = t.id"
        " LEFT JOIN wallet_transaction o ON o.id = m.reverses_id LEFT JOIN wallet_entry e ON e.transaction_id = t.id"
        " LEFT JOIN wallet_entry b ON b.transaction_id = o.id AND b.account_id = e.account_id AND b.units = -e.units"
        " WHERE t.id {these} AND (o.id IS NULL OR o.kind <> 'deposit' OR b.id IS NULL))",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0012_staff_movements")]
    operations = [CreateGuards([*WRITTEN_ONCE, *MOVEMENTS, *TRANSACTIONS])]
