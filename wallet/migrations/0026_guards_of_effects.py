"""What was approved is what happens: the same customer, asset, amount and reference, nothing more (P14, P20).

A booking has its row of the proposal that it is of, as customers' movements have; and what a treasury's limit warns of and
stops is loosened by an approved proposal only. What a file's rows say is in the file, which the database cannot read.
"""

from importlib import import_module

from django.db import migrations

from wallet.database.guards import CreateGuards, DropGuards, Guard

MOVEMENTS = import_module("wallet.migrations.0013_guards_of_movements")
DROPPED = [
    guard
    for guard in (*MOVEMENTS.MOVEMENTS, *MOVEMENTS.TRANSACTIONS)
    if guard.name in ("staffmovement_was_approved", "transaction_was_approved")
]

MONEY = "'deposit', 'withdrawal', 'reversal', 'correction', 'booking'"
AGAIN = [
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
        name="transaction_was_approved",
        table="transaction",
        event="INSERT",
        message="withdrawals, reversals, corrections and bookings are of a proposal of their kind",
        when=f"NEW.kind IN ({MONEY})",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_transaction t LEFT JOIN wallet_staffmovement m ON m.transaction_id = t.id"
        " LEFT JOIN wallet_proposal p ON p.id = m.proposal_id WHERE t.id {these}"
        " AND ((m.transaction_id IS NULL AND t.kind <> 'deposit')"
        " OR (m.transaction_id IS NOT NULL AND (p.id IS NULL"
        " OR NOT (p.kind = t.kind OR (p.kind = 'file' AND t.kind IN ('deposit', 'withdrawal', 'correction')))"
        " OR (t.kind = 'reversal') <> (m.reverses_id IS NOT NULL)))))",
    ),
]

# Of a proposal's payload, in SQLite's words; PostgreSQL's are made from them.
OF_PAYLOAD = "json_extract(p.payload, '$.{0}')"


def units(field: str) -> str:
    """An amount of the payload, which is written with every decimal that its asset keeps, in units; NULL where it is empty."""
    return f"CAST(nullif(replace({OF_PAYLOAD.format(field)}, '.', ''), '') AS BIGINT)"


PROPOSED = (
    "FROM wallet_transaction t JOIN wallet_staffmovement m ON m.transaction_id = t.id"
    " JOIN wallet_proposal p ON p.id = m.proposal_id WHERE t.id {these} AND p.kind = t.kind"
)
# Entries of a transaction on customers' accounts, and on the treasury's. The kind is asked so that no index has it: by one,
# PostgreSQL would go through all accounts of the kind instead of the transaction's own.
OF_CUSTOMERS, OF_TREASURY = (
    "FROM wallet_entry e JOIN wallet_account a ON a.id = e.account_id JOIN wallet_asset s ON s.id = a.asset_id"
    f" WHERE e.transaction_id = t.id AND a.kind || '' = '{kind}'"
    for kind in ("customer", "treasury")
)
IS_UP = f"(t.kind = 'deposit' OR (t.kind = 'correction' AND {OF_PAYLOAD.format('direction')} = 'up'))"
IS_MOVED = (
    f"s.code = {OF_PAYLOAD.format('asset')} AND e.units = CASE WHEN {IS_UP} THEN 1 ELSE -1 END * {units('amount')}"
    f" AND EXISTS (SELECT 1 FROM auth_user u WHERE u.id = a.user_id AND u.username = {OF_PAYLOAD.format('user')})"
)
IS_NAMED = f"(t.kind = 'correction' OR t.reference = {OF_PAYLOAD.format('reference')})"
IS_BOOKED = " OR ".join(
    f"(s.code = {OF_PAYLOAD.format(side)} AND e.units = {sign} * {units(f'{side}_amount')})"
    for side, sign in (("bought", 1), ("sold", -1))
)
SIDES = " + ".join(f"CASE WHEN {OF_PAYLOAD.format(side)} <> '' THEN 1 ELSE 0 END" for side in ("bought", "sold"))


def of_effect(name: str, kinds: str, message: str, asks: str) -> Guard:
    return Guard(
        name=name,
        table="transaction",
        event="INSERT",
        message=message,
        when=f"NEW.kind IN ({kinds})",
        key_type="uuid",
        sqlite=asks,
        postgresql=asks.replace("json_extract(p.payload, '$.", "(p.payload ->> '"),
    )


EFFECTS = [
    of_effect(
        "transaction_moves_what_was_approved",
        "'deposit', 'withdrawal', 'correction'",
        "what is posted is what was approved, to the unit",
        f"EXISTS (SELECT 1 {PROPOSED} AND NOT ({IS_NAMED} AND 1 = (SELECT count(*) {OF_CUSTOMERS})"
        f" AND 1 = (SELECT count(*) {OF_CUSTOMERS} AND {IS_MOVED})))",
    ),
    of_effect(
        "transaction_books_what_was_approved",
        "'booking'",
        "what is booked is what was approved, to the unit",
        f"EXISTS (SELECT 1 {PROPOSED} AND NOT (t.reference = {OF_PAYLOAD.format('reference')}"
        f" AND {SIDES} = (SELECT count(*) {OF_TREASURY} AND ({IS_BOOKED}))"
        f" AND {SIDES} = (SELECT count(*) {OF_TREASURY}) AND 0 = (SELECT count(*) {OF_CUSTOMERS})))",
    ),
]

LIMITS = [
    Guard(
        name="treasurylimit_is_loosened_by_two",
        table="treasurylimit",
        event="INSERT",
        message="a limit that gets looser was proposed and approved",
        asks="EXISTS (SELECT 1 FROM wallet_treasurylimit n JOIN wallet_treasurylimit o ON o.asset_id = n.asset_id"
        " AND o.side = n.side AND o.id < n.id WHERE n.id {these} AND n.proposal_id IS NULL AND o.stop_units IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM wallet_treasurylimit b WHERE b.asset_id = n.asset_id AND b.side = n.side"
        " AND b.id > o.id AND b.id < n.id)"
        " AND (n.stop_units IS NULL"
        " OR (n.side = 'floor' AND (n.stop_units < o.stop_units OR n.warn_units < o.warn_units))"
        " OR (n.side = 'ceiling' AND (n.stop_units > o.stop_units OR n.warn_units > o.warn_units))))",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0025_guards_of_currencies")]
    operations = [DropGuards(DROPPED), CreateGuards([*AGAIN, *EFFECTS, *LIMITS])]
