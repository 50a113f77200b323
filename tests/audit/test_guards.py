"""The audit and `manage.py check --database` find whatever blinds a guard: taken away, changed, switched off or added."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from tests.support.attacks import check_constraints, sql
from tests.support.tampering import found
from wallet.audit import guards
from wallet.database import schema

on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no such thing")
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no such thing")

PASSES = "RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
FUNCTION = f"CREATE FUNCTION passes() {PASSES}"
MOVES = "function wallet_account_moves_by_its_entry()"
# Changed, while the old one stands beside it with an argument.
BESIDE_THE_OLD = f"""DO $do$ DECLARE old text := pg_get_functiondef('wallet_account_moves_by_its_entry()'::regprocedure); BEGIN
CREATE OR REPLACE FUNCTION wallet_account_moves_by_its_entry() {PASSES};
EXECUTE replace(replace(old, 'entry()', 'entry(integer)'), 'RETURNS trigger', 'RETURNS integer'); END $do$"""
WEAKER = "CREATE TRIGGER account_starts_empty AFTER INSERT ON wallet_account"


def problems():
    """What the audit finds of the guards, after one change by an owner of the tables."""
    return [problem for promise, problem in found() if promise == "P14"]


def test_p14_the_guards_that_migrations_made_are_there_and_unchanged(world):
    """P14: with money in the tables too."""
    world.settled("DOGE")
    assert found() == []
    assert guards.check(None, ["default"]) == []


NOT_NEGATIVE = "constraint account_balance_not_negative of wallet_account"
DROP_NOT_NEGATIVE = "ALTER TABLE wallet_account DROP CONSTRAINT account_balance_not_negative"
ADD_NOT_NEGATIVE = "ALTER TABLE wallet_account ADD CONSTRAINT account_balance_not_negative CHECK"
UPDATES, STARTS = "trigger entry_refuses_update of wallet_entry", "trigger account_starts_empty of wallet_account"
ONE_CONFIRMED = "index conversion_one_confirmed_per_customer of wallet_conversion"

# What is found, and what somebody did.
ON_POSTGRESQL = [
    (f"{UPDATES} is missing", "DROP TRIGGER entry_refuses_update ON wallet_entry"),
    (f"{UPDATES} is switched off", "ALTER TABLE wallet_entry DISABLE TRIGGER entry_refuses_update"),
    (f"{UPDATES} is switched off", "ALTER TABLE wallet_entry ENABLE REPLICA TRIGGER entry_refuses_update"),
    (
        f"{STARTS} is not as it was made",
        "DROP TRIGGER account_starts_empty ON wallet_account",
        f"{WEAKER} FOR EACH ROW WHEN (NEW.units <> 0 AND NEW.sequence <> 0) EXECUTE FUNCTION"
        " wallet_refuse('an account starts empty')",
    ),
    (
        "trigger aaa of wallet_line was added",
        FUNCTION,
        "CREATE TRIGGER aaa BEFORE DELETE ON wallet_line FOR EACH ROW EXECUTE FUNCTION passes()",
    ),
    (
        "switch that turns the foreign keys of wallet_entry off was added",
        "ALTER TABLE wallet_entry DISABLE TRIGGER ALL",
    ),
    (f"{MOVES} is not as it was made", f"CREATE OR REPLACE FUNCTION wallet_account_moves_by_its_entry() {PASSES}"),
    (
        f"{MOVES} is not as it was made",
        "ALTER FUNCTION wallet_account_moves_by_its_entry() SET search_path = public",
    ),
    (
        f"{MOVES} is not as it was made",
        BESIDE_THE_OLD,
    ),
    ("rule nothing of wallet_price was added", "CREATE RULE nothing AS ON UPDATE TO wallet_price DO INSTEAD NOTHING"),
    ("table forged, which inherits from wallet_entry, was added", "CREATE TABLE forged () INHERITS (wallet_entry)"),
    (
        "row security of wallet_entry, which hides rows from guards, was added",
        "ALTER TABLE wallet_entry ENABLE ROW LEVEL SECURITY",
    ),
    (
        "session_replication_role = replica, under which no guard is asked, was added",
        "SET LOCAL session_replication_role = replica",
    ),
    (f"{NOT_NEGATIVE} is missing", DROP_NOT_NEGATIVE),
    (f"{NOT_NEGATIVE} is not as it was made", DROP_NOT_NEGATIVE, f"{ADD_NOT_NEGATIVE} (units >= -5)"),
    (
        f"{NOT_NEGATIVE} is not as it was made",
        DROP_NOT_NEGATIVE,
        f"{ADD_NOT_NEGATIVE} (units IS NULL OR units >= 0) NOT VALID",
    ),
    (
        "constraint entry_sequence_once_per_account of wallet_entry is missing",
        "ALTER TABLE wallet_entry DROP CONSTRAINT entry_sequence_once_per_account",
    ),
    (f"{ONE_CONFIRMED} is missing", "DROP INDEX conversion_one_confirmed_per_customer"),
    (
        "column units of wallet_entry is not as it was made",
        "ALTER TABLE wallet_entry ALTER units DROP NOT NULL",
    ),
]
ON_SQLITE = [
    (f"{UPDATES} is missing", "DROP TRIGGER entry_refuses_update"),
    (
        f"{STARTS} is not as it was made",
        "DROP TRIGGER account_starts_empty",
        f"{WEAKER} WHEN NEW.units < 0 BEGIN SELECT RAISE(ABORT, 'an account starts empty'); END",
    ),
    (
        "trigger aaa of wallet_line was added",
        "CREATE TRIGGER aaa BEFORE DELETE ON wallet_line BEGIN SELECT RAISE(IGNORE); END",
    ),
    (
        "trigger aaa of wallet_line was added",
        "CREATE TRIGGER aaa BEFORE DELETE ON WALLET_LINE BEGIN SELECT RAISE(IGNORE); END",
    ),
    (
        "temporary trigger aaa of wallet_line was added",
        "CREATE TEMPORARY TRIGGER aaa BEFORE DELETE ON main.wallet_line BEGIN SELECT RAISE(IGNORE); END",
    ),
    ("temporary table Wallet_Price of wallet_price was added", "CREATE TEMPORARY TABLE Wallet_Price (id integer)"),
    (f"{ONE_CONFIRMED} is missing", "DROP INDEX conversion_one_confirmed_per_customer"),
    (
        "PRAGMA ignore_check_constraints = 1, which switches guards off, was added",
        "PRAGMA ignore_check_constraints = ON",
    ),
    ("PRAGMA recursive_triggers = 0, which switches guards off, was added", "PRAGMA recursive_triggers = OFF"),
]
CASES = [pytest.param(*case[:1], case[1:], marks=on_postgresql) for case in ON_POSTGRESQL]
CASES += [pytest.param(*case[:1], case[1:], marks=on_sqlite) for case in ON_SQLITE]


@pytest.fixture
def pragmas():
    yield
    if connection.vendor == "sqlite":
        sql("PRAGMA ignore_check_constraints = OFF")
        sql("PRAGMA recursive_triggers = ON")


@pytest.mark.parametrize(("problem", "statements"), CASES)
def test_p14_whatever_blinds_a_guard_is_found(world, pragmas, problem, statements):
    """P14: by the audit and by the check alike, in words that name it."""
    check_constraints()  # PostgreSQL changes no table about which it has something left to check
    for statement in statements:
        sql(statement)
    assert problem in problems()
    assert f"{problem}." in [message.msg for message in guards.check(None, ["default"])]


@on_sqlite
@pytest.mark.parametrize(
    ("named", "change"),
    [
        ("constraint account_balance_not_negative of wallet_account", ('"units" >= 0', '"units" >= -5')),
        ("column units of wallet_account", ('"units" bigint NULL', '"units" text NULL')),
    ],
)
def test_p14_a_table_of_sqlite_that_was_written_anew_is_found(world, named, change):
    """P14: its constraints stand in the text of the table."""
    sql("PRAGMA writable_schema = ON")
    sql("UPDATE sqlite_master SET sql = replace(sql, %s, %s) WHERE name = 'wallet_account'", *change)
    sql("PRAGMA writable_schema = OFF")
    assert problems() == [f"{named} is not as it was made"]


def test_an_operators_own_index_and_column_are_no_violation(world):
    check_constraints()
    sql("CREATE INDEX mine ON wallet_entry (units)")
    sql("ALTER TABLE wallet_price ADD COLUMN added integer")
    assert found() == []


def test_a_database_that_does_not_let_itself_be_compared_is_a_finding(world, monkeypatch):
    """Such as for a role that may make no temporary tables: the audit goes on."""

    def refuse(connection):
        raise DatabaseError("permission denied")

    monkeypatch.setattr(schema, "expected", refuse)
    assert found() == [("P14", "guards cannot be compared: permission denied")]
    (error,) = guards.check(None, ["default"])
    assert error.msg == "guards cannot be compared: permission denied."


def test_check_says_each_problem_and_fails(world):
    for table, on in (("entry", "INSERT"), ("price", "DELETE")):
        body = (
            "BEGIN SELECT 1; END"
            if connection.vendor == "sqlite"
            else "FOR EACH ROW EXECUTE FUNCTION wallet_refuse('x')"
        )
        sql(f"CREATE TRIGGER added_{table} AFTER {on} ON wallet_{table} {body}")
    with pytest.raises(SystemCheckError) as caught:
        call_command("check", databases=["default"], stderr=StringIO())
    for table in ("entry", "price"):
        assert f"(wallet.E001) trigger added_{table} of wallet_{table} was added." in str(caught.value)
    assert "docs/operating.md" in str(caught.value)


def test_check_is_silent_before_migrations_and_warns_between_them(world, monkeypatch):
    """`migrate` runs the checks too: it must not be stopped by what it is about to make."""
    applied = MigrationRecorder(connection).applied_migrations()
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _: {})
    assert guards.check(None, ["default"]) == []
    (problem,) = problems()
    assert problem.startswith(
        "migrations have not run, so guards cannot be compared: 0001_initial, 0002_guards, 0003_first_policy, "
    )
    some = {key: value for key, value in applied.items() if key[1] != "0003_first_policy"}
    monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda _: some)
    (warning,) = guards.check(None, ["default"])
    assert (warning.id, warning.is_serious()) == ("wallet.W001", False)
    assert "0003_first_policy" in warning.msg
    assert guards.check(None, None) == []
