"""What the database itself refuses, beyond constraints, whoever asks: the application, the admin, or SQL by hand.

Entries, transactions, policies and openings are written once. A balance moves only as its newest entry says, and the
house's stored sums only as its entries do. A transaction is written after its entries, once they add up to zero for each
asset and its accounts hold what they say.

A quote is written once, with its lines and the market's own prices, because R9 is judged by them; it is confirmed while it
lasts. A conversion completes with the transaction that moved what its lines say, and nothing else. Once it has ended, it
and its lines never change.

An account and an asset that have ledger entries cannot be deleted, and so not be made anew under the same id either. Foreign
keys are checked at the end of a transaction only: until then a row may go and come back with another balance, owner or scale,
past the guards that watch for an UPDATE; SQLite's REPLACE does both in one statement. For the same reason nothing is
believed of a row that is not there yet: entries come after their accounts, lines after their conversion.

How a guard is written stands in `wallet/database/guards.py`. On SQLite a later migration that rebuilds a table drops the
table's triggers with it; it must make them again. The tests attack every guard here, so they say so.
"""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

# --- what is written once, and what is never emptied ------------------------------------------------------------------

WRITTEN_ONCE = [
    Guard(name=f"{table}_refuses_{event.lower()}", table=table, event=event, message=f"wallet_{table} is written once")
    for table in ("entry", "transaction", "policy", "opening")
    for event in ("UPDATE", "DELETE")
]

# PostgreSQL asks these also when another table is emptied with all that refer to it.
NEVER_EMPTIED = [
    Guard(name=f"{table}_refuses_truncate", table=table, event="TRUNCATE", message=f"wallet_{table} is never emptied")
    for table in (
        *("entry", "transaction", "account", "housebalance", "asset"),
        *("policy", "opening", "conversion", "line", "customer"),
    )
]

# --- entries and transactions -----------------------------------------------------------------------------------------

# Two sessions cannot write entries of the same transaction. Neither would see the other's, so each sum would be right and both
# together wrong. The first to write holds a lock on the transaction's id until it ends; whoever comes second then finds the
# transaction written, and is refused. That needs READ COMMITTED, in which every statement sees what has been committed before
# it. The locks of many transactions are taken in one order. SQLite has one writer at a time.
ONE_WRITER = """IF current_setting('transaction_isolation') <> 'read committed' THEN
RAISE EXCEPTION USING MESSAGE = 'entries are written in READ COMMITTED',
ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END IF;
PERFORM pg_advisory_xact_lock(lock) FROM (
SELECT DISTINCT uuid_hash_extended(id, 0) AS lock FROM unnest(keys) AS id ORDER BY lock) AS locks;
"""

LEDGER = [
    Guard(
        name="entry_before_its_transaction",
        table="entry",
        event="INSERT",
        message="a transaction that is written takes no more entries",
        key="transaction_id",
        key_type="uuid",
        postgresql_first=ONE_WRITER,
        asks="EXISTS (SELECT 1 FROM wallet_transaction t WHERE t.id {these})",
    ),
    # No entry moves nothing, so two or more of each asset add up to zero, or none are there. One whose account is not there
    # yet would be left out of the sum.
    Guard(
        name="transaction_is_whole",
        table="transaction",
        event="INSERT",
        message="the entries of a transaction add up to zero for each asset, and the balances say what they say",
        key_type="uuid",
        asks="EXISTS (SELECT 1 FROM wallet_transaction t LEFT JOIN wallet_entry e ON e.transaction_id = t.id"
        " LEFT JOIN wallet_account a ON a.id = e.account_id WHERE t.id {these} GROUP BY t.id, a.asset_id"
        " HAVING coalesce(sum(e.units), 1) <> 0 OR count(a.id) < count(*)"
        " OR count(CASE WHEN (a.kind = 'customer') <> (e.sequence IS NOT NULL) OR e.sequence <> a.sequence"
        " OR e.balance_units <> a.units THEN 1 END) > 0)",
    ),
]

# --- accounts and assets ----------------------------------------------------------------------------------------------

HAS_ENTRIES = "what has ledger entries is never deleted"

# The rows that changed, each with the entry that says so, are what the rows before make with that entry.
MOVED = """EXISTS (SELECT moved.id, moved.units - moved.change, moved.sequence - 1 FROM (
SELECT changed.id, changed.units, changed.sequence, (
SELECT e.units FROM wallet_entry e WHERE e.account_id = changed.id AND e.sequence = changed.sequence
AND e.balance_units = changed.units) AS change
FROM (SELECT id, units, sequence FROM new_rows EXCEPT SELECT id, units, sequence FROM old_rows) AS changed) AS moved
EXCEPT SELECT id, units, sequence FROM old_rows)"""

ACCOUNTS = [
    Guard(
        name="account_starts_empty",
        table="account",
        event="INSERT",
        message="an account starts empty",
        when="NEW.units <> 0 OR NEW.sequence <> 0",
    ),
    Guard(
        name="account_moves_by_its_entry",
        table="account",
        event="UPDATE",
        message="a balance moves only as its newest entry says",
        sqlite="(NEW.units <> OLD.units OR NEW.sequence <> OLD.sequence) AND NOT EXISTS (SELECT 1 FROM wallet_entry e"
        " WHERE e.account_id = NEW.id AND e.sequence = NEW.sequence AND e.sequence = OLD.sequence + 1"
        " AND e.balance_units = NEW.units AND e.units = NEW.units - OLD.units)",
        postgresql=MOVED,
    ),
    Guard(
        name="account_keeps_its_owner",
        table="account",
        event="UPDATE",
        message="an account keeps its owner, kind and asset",
        when="NEW.id <> OLD.id OR NEW.kind <> OLD.kind OR NEW.asset_id <> OLD.asset_id"
        " OR coalesce(NEW.user_id, 0) <> coalesce(OLD.user_id, 0)",
    ),
    Guard(
        name="account_is_kept",
        table="account",
        event="DELETE",
        message=HAS_ENTRIES,
        asks="EXISTS (SELECT 1 FROM wallet_entry e WHERE e.account_id {these})",
    ),
    Guard(
        name="asset_is_kept",
        table="asset",
        event="DELETE",
        message=HAS_ENTRIES,
        asks="EXISTS (SELECT 1 FROM wallet_account a JOIN wallet_entry e ON e.account_id = a.id WHERE a.asset_id {these})",
    ),
    Guard(
        name="asset_keeps_its_scale",
        table="asset",
        event="UPDATE",
        message="an asset with ledger entries keeps its code and its scale",
        when="NEW.scale <> OLD.scale OR NEW.id <> OLD.id OR NEW.code <> OLD.code",
        asks="EXISTS (SELECT 1 FROM wallet_account a JOIN wallet_entry e ON e.account_id = a.id WHERE a.asset_id = OLD.id)",
        each_row=True,
    ),
]

# --- the house's stored sums ------------------------------------------------------------------------------------------

# A sum goes on to an entry that is there, by the entries between. On SQLite, whose numbers have 64 bits, it is compared in
# two parts: billions, and what is below.
SUM_MESSAGE = "a stored sum of the house moves by its entries, up to one of them"


def sums(before: str, units: str) -> dict[str, str]:
    """What is refused of a stored sum that stood at the entry and the units before, in each database's own SQL."""
    reaches_no_entry = (
        f"NEW.entry_id < {before} OR NEW.entry_id <> 0"
        " AND NOT EXISTS (SELECT 1 FROM wallet_entry e WHERE e.id = NEW.entry_id)"
    )
    between = f"FROM wallet_entry e WHERE e.account_id = NEW.account_id AND e.id > {before} AND e.id <= NEW.entry_id"

    def billions(text: str) -> str:
        digits = f"('0000000000' || ltrim({text}, '-'))"
        return f"CAST(substr({digits}, 1, length({digits}) - 9) AS INTEGER) * {sign(text)}"

    def below(text: str) -> str:
        return f"CAST(substr('0000000000' || ltrim({text}, '-'), -9) AS INTEGER) * {sign(text)}"

    def sign(text: str) -> str:
        return f"(CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END)"

    return {
        "postgresql": f"{reaches_no_entry} OR NEW.units <>"
        f" ({units}::numeric + (SELECT coalesce(sum(e.units), 0) {between}))::text",
        "sqlite": f"{reaches_no_entry} OR NEW.units GLOB '*[^-0-9]*' OR"
        f" ({billions('NEW.units')} - {billions(units)}"
        f" - (SELECT coalesce(sum(e.units / 1000000000), 0) {between})) * 1000000000"
        f" + {below('NEW.units')} - {below(units)} - (SELECT coalesce(sum(e.units % 1000000000), 0) {between}) <> 0",
    }


HOUSE = [
    Guard(
        name="housebalance_starts_with_its_entries",
        table="housebalance",
        event="INSERT",
        message=SUM_MESSAGE,
        each_row=True,
        **sums("0", "'0'"),
    ),
    Guard(
        name="housebalance_moves_by_its_entries",
        table="housebalance",
        event="UPDATE",
        message=SUM_MESSAGE,
        each_row=True,
        **sums("OLD.entry_id", "OLD.units"),
    ),
    Guard(
        name="housebalance_keeps_its_account",
        table="housebalance",
        event="UPDATE",
        message="a stored sum of the house keeps its account",
        when="NEW.account_id <> OLD.account_id",
    ),
]

# --- conversions ------------------------------------------------------------------------------------------------------

QUOTED = ["rate_btc", "path", "legs", "source", "observed_at", "gross_units", "fee_units", "net_units", "value_sats"]
CHANGES_THE_QUOTE = " OR ".join(f"NEW.quoted_{field} <> OLD.quoted_{field}" for field in QUOTED)
WRITTEN_QUOTE = "a quote is written once"

IS_CONFIRMED = "OLD.status = 'quoted' AND NEW.status = 'confirmed'"
# Microseconds between two moments as SQLite keeps them: text, to the second or to six digits more.
MICROSECONDS = (
    "(CAST(strftime('%s', substr({0}, 1, 19)) AS INTEGER) * 1000000"
    " + CAST(substr(substr({0}, 21) || '000000', 1, 6) AS INTEGER))"
)
SINCE_THE_QUOTE = f"{MICROSECONDS.format('NEW.confirmed_at')} - {MICROSECONDS.format('NEW.quoted_at')}"

# Of the completed conversions, what each account had to get by the lines and the totals, less what its entries moved.
MOVEMENTS = " UNION ALL ".join(
    f"SELECT c.id, {kind} AS kind, {user} AS user_id, {asset} AS asset_id, {units} AS units FROM wallet_conversion c"
    f" {join} WHERE c.id {{these}}"
    for kind, user, asset, units, join in (
        ("'customer'", "c.user_id", "l.asset_id", "-l.units", "JOIN wallet_line l ON l.conversion_id = c.id"),
        ("'treasury'", "NULL", "l.asset_id", "l.units", "JOIN wallet_line l ON l.conversion_id = c.id"),
        ("'customer'", "c.user_id", "b.id", "c.net_units", "JOIN wallet_asset b ON b.code = 'BNB'"),
        ("'treasury'", "NULL", "b.id", "-c.gross_units", "JOIN wallet_asset b ON b.code = 'BNB'"),
        ("'fees'", "NULL", "b.id", "c.fee_units", "JOIN wallet_asset b ON b.code = 'BNB'"),
        (
            *("a.kind", "a.user_id", "a.asset_id", "-e.units"),
            "JOIN wallet_entry e ON e.transaction_id = c.transaction_id JOIN wallet_account a ON a.id = e.account_id",
        ),
    )
)


def differs_from_its_lines(prefix: str, settled: str) -> str:
    """Conversions whose totals are not the sums of their lines, or whose lines lack this column, or that have none."""
    totals = [f"{prefix}{name}" for name in ("gross_units", "fee_units", "net_units", "value_sats")]
    return (
        "EXISTS (SELECT 1 FROM wallet_conversion c LEFT JOIN wallet_line l ON l.conversion_id = c.id WHERE c.id {these}"
        f" GROUP BY c.id HAVING count(*) <> count(l.{totals[0]}) OR count(*) <> count(l.{settled})"
        + "".join(f" OR sum(l.{total}) <> min(c.{total})" for total in totals)
        + ")"
    )


CONVERSIONS = [
    Guard(
        name="conversion_starts_as_a_quote",
        table="conversion",
        event="INSERT",
        message="a conversion starts as a quote",
        when="NEW.status <> 'quoted'",
    ),
    # Nor does a quote that has gone come back with other prices to the lines that it left.
    Guard(
        name="conversion_before_its_lines",
        table="conversion",
        event="INSERT",
        message="a quote is written before its lines",
        asks="EXISTS (SELECT 1 FROM wallet_line l WHERE l.conversion_id {these})",
    ),
    Guard(
        name="conversion_ends_once",
        table="conversion",
        event="UPDATE",
        message="a conversion goes from quoted to confirmed to its end, and then never changes",
        when="OLD.status IN ('completed', 'stopped', 'failed')"
        " OR (OLD.status = 'quoted' AND NEW.status NOT IN ('quoted', 'confirmed'))"
        " OR (OLD.status = 'confirmed' AND NEW.status = 'quoted')",
    ),
    Guard(
        name="conversion_keeps_its_quote",
        table="conversion",
        event="UPDATE",
        message=WRITTEN_QUOTE,
        when="NEW.id <> OLD.id OR NEW.reference <> OLD.reference OR NEW.user_id <> OLD.user_id"
        " OR NEW.policy_id <> OLD.policy_id OR NEW.quoted_at <> OLD.quoted_at"
        f" OR {CHANGES_THE_QUOTE} OR (OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at <> OLD.confirmed_at)",
    ),
    # A claim that is given back takes its attempt with it. Whoever gives back again and again has a conversion tried again
    # and again: that keeps a worker busy until the longest wait stops it, and moves nothing.
    Guard(
        name="conversion_counts_its_attempts",
        table="conversion",
        event="UPDATE",
        message="attempts are given back one by one, while the conversion is confirmed",
        when="NEW.attempts < OLD.attempts AND"
        " NOT (NEW.attempts = OLD.attempts - 1 AND OLD.status = 'confirmed' AND NEW.status = 'confirmed')",
    ),
    # By the moment that is written down: a guard has no clock of its own, because the verb reads it once for all. So it does
    # not refuse a moment that is not now: whoever writes SQL can confirm an expired quote by writing one within its lifetime.
    # Until the longest wait from that moment is over it is settled, judged by every rule at new prices; after that, stopped.
    # A guard's own clock would refuse little more, since a quote of old prices can be inserted at any moment.
    Guard(
        name="conversion_is_confirmed_in_time",
        table="conversion",
        event="UPDATE",
        message="a quote is confirmed while it lasts",
        when=IS_CONFIRMED,
        each_row=True,
        sqlite="NOT EXISTS (SELECT 1 FROM wallet_policy p WHERE p.id = NEW.policy_id"
        f" AND {SINCE_THE_QUOTE} >= 0 AND {SINCE_THE_QUOTE} < p.quote_seconds * 1000000)",
        postgresql="NOT EXISTS (SELECT 1 FROM wallet_policy p WHERE p.id = NEW.policy_id AND NEW.confirmed_at >="
        " NEW.quoted_at AND NEW.confirmed_at < NEW.quoted_at + p.quote_seconds * interval '1 second')",
    ),
    Guard(
        name="conversion_is_confirmed_whole",
        table="conversion",
        event="UPDATE",
        message="a quote is the sum of its lines",
        when=IS_CONFIRMED,
        each_row=True,
        asks=differs_from_its_lines("quoted_", "id"),
    ),
    Guard(
        name="conversion_has_its_own_transaction",
        table="conversion",
        event="UPDATE",
        message="a conversion completes with the transaction of its own reference and moment",
        when="NEW.status = 'completed'",
        asks="EXISTS (SELECT 1 FROM wallet_conversion c LEFT JOIN wallet_transaction t ON t.id = c.transaction_id"
        " WHERE c.id {these} AND (t.id IS NULL OR t.kind <> 'conversion' OR t.reference <> c.reference"
        " OR t.posted_at <> c.finished_at))",
    ),
    Guard(
        name="conversion_is_the_sum_of_its_lines",
        table="conversion",
        event="UPDATE",
        message="a conversion completes with every line settled, as their sum",
        when="NEW.status = 'completed'",
        asks=differs_from_its_lines("", "settled_rate_btc"),
    ),
    Guard(
        name="conversion_moved_what_its_lines_say",
        table="conversion",
        event="UPDATE",
        message="a conversion completes with a transaction that moved what its lines say",
        when="NEW.status = 'completed'",
        asks=f"EXISTS (SELECT 1 FROM ({MOVEMENTS}) AS moved GROUP BY id, kind, user_id, asset_id HAVING sum(units) <> 0)",
    ),
    Guard(
        name="conversion_is_kept",
        table="conversion",
        event="DELETE",
        message="a confirmed conversion is never deleted",
        when="OLD.status <> 'quoted'",
    ),
]

# --- lines ------------------------------------------------------------------------------------------------------------

# Whoever confirms waits for whoever adds a line, and the other way round: neither would see what the other has not committed.
ONE_AT_A_TIME = "PERFORM 1 FROM wallet_conversion WHERE id = ANY (keys) ORDER BY id FOR SHARE;\n"

LINES = [
    Guard(
        name="line_belongs_to_the_quote",
        table="line",
        event="INSERT",
        message="a confirmed conversion takes no more lines",
        key="conversion_id",
        postgresql_first=ONE_AT_A_TIME,
        asks="EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.id {these} AND c.status <> 'quoted')",
    ),
    Guard(
        name="line_ends_with_its_conversion",
        table="line",
        event="UPDATE",
        message="a line is written by the quote and by the settlement only",
        key="conversion_id",
        asks="EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.id {these} AND c.status <> 'confirmed')",
    ),
    Guard(
        name="line_keeps_its_quote",
        table="line",
        event="UPDATE",
        message=WRITTEN_QUOTE,
        when="NEW.id <> OLD.id OR NEW.conversion_id <> OLD.conversion_id OR NEW.asset_id <> OLD.asset_id"
        f" OR NEW.units <> OLD.units OR {CHANGES_THE_QUOTE}",
    ),
    # So a quote that is cleared away goes first, and its lines after it, within one transaction.
    Guard(
        name="line_goes_with_its_quote",
        table="line",
        event="DELETE",
        message="a line goes only after its quote",
        key="conversion_id",
        asks="EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.id {these})",
    ),
]

# --- customers --------------------------------------------------------------------------------------------------------

CUSTOMERS = [
    Guard(
        name="customer_is_kept",
        table="customer",
        event="DELETE",
        message="a customer who has conversions is never deleted",
        key="user_id",
        asks="EXISTS (SELECT 1 FROM wallet_conversion c WHERE c.user_id {these})",
    ),
    Guard(
        name="customer_waits",
        table="customer",
        event="UPDATE",
        message="the wait is counted from the last conversion, and never from one before it",
        when="NEW.user_id <> OLD.user_id OR NEW.last_converted_at < OLD.last_converted_at"
        " OR (NEW.last_converted_at IS NULL AND OLD.last_converted_at IS NOT NULL)",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("wallet", "0001_initial")]
    operations = [
        CreateGuards([*WRITTEN_ONCE, *NEVER_EMPTIED, *LEDGER, *ACCOUNTS, *HOUSE, *CONVERSIONS, *LINES, *CUSTOMERS])
    ]
