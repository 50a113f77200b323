"""How PostgreSQL finds what the guards ask: by an index, in few rows, also when the plan is old and the tables are large.

Thirty thousand rows answer for a million, because no clock is read. What is judged is how each table is reached, by an index
with a condition, and how many rows are read, those too that are then thrown away: what a guard reads for one small conversion
is less than one row in five hundred of the tables, so it does not grow with them. Nor do the plans: the guards switch off
whatever goes by anything but an index, and the planner is asked with empty tables, with full ones of which it has heard
nothing, with full ones, and told in the end that each has a million.
"""

import json
from collections import Counter

import pytest
from django.db import connection

from tests.support import factories, proposing
from tests.support.attacks import column_names, sql
from wallet import ledger, proposals
from wallet.database import guards
from wallet.models import Account, Asset, Conversion, Customer, Line, LostAttempt, Policy, TreasuryLimit

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has other plans")

MANY = 30_000
# Rows that one guard may read for one small conversion; the tables have many times as many.
FEW = 60
THROWN_AWAY = ("Rows Removed by Filter", "Rows Removed by Index Recheck", "Rows Removed by Join Filter")


@pytest.fixture(scope="module", autouse=True)
def small_again(django_db_setup, django_db_blocker):
    """What was rolled back still stands in the tables' files: whoever came after would read past it each time."""
    yield
    with django_db_blocker.unblock():
        sql("SET statement_timeout = 0")
        sql(f"VACUUM (ANALYZE) {', '.join([*TABLES, *BESIDE])}")
        sql("SET statement_timeout = '10s'")


@pytest.fixture
def explained(world):
    """The plans of every statement that this session runs from now on, those within functions too, as they come."""
    plans = []
    settings = {
        "log_min_duration": 0,
        "log_nested_statements": "on",
        "log_analyze": "on",
        "log_timing": "off",
        "log_format": "json",
        "log_level": "notice",
    }
    sql("LOAD 'auto_explain'")
    for name, value in settings.items():
        sql(f"SET LOCAL auto_explain.{name} = {value}")

    def note(message):
        if "plan:" in message.message_primary:
            plans.append(json.loads(message.message_primary.partition("plan:")[2]))

    connection.connection.add_notice_handler(note)
    yield plans
    connection.connection.remove_notice_handler(note)


def live_through(world, name):
    """Everything that a guard with a question is asked of."""
    owner = factories.user(name, {"DOGE": "100", "ETH": "0.01", "EUR": "10"})
    done = world.settled("DOGE", "ETH", owner=owner)
    assert done.status == "completed"
    world.quoted("EUR", owner=factories.user(f"other {name}", {"EUR": "5"}))
    Conversion.objects.filter(status="quoted").update(renews=None)
    lost = world.confirmed("EUR", owner=factories.user(f"late {name}", {"EUR": "5"}))
    LostAttempt.objects.note([lost], claimed_at=world.clock(), lost_at=world.clock())
    assert world.settle(lost).is_completed
    sql("DELETE FROM wallet_conversion WHERE status = 'quoted'")
    sql("DELETE FROM wallet_line l WHERE NOT EXISTS (SELECT FROM wallet_conversion c WHERE c.id = l.conversion_id)")
    fresh = factories.asset("NEW")
    Account.objects.create(kind="fees", asset=fresh).delete()
    Asset.objects.filter(pk=fresh.pk).update(scale=3)
    sql("DELETE FROM wallet_asset WHERE id = %s", fresh.pk)
    sql("DELETE FROM wallet_housebalance")
    stranger = factories.user(f"stranger {name}")
    Customer.objects.ensure(stranger)
    sql("DELETE FROM wallet_customer WHERE user_id = %s", stranger.pk)
    floor = {"asset": Asset.objects.get(code="DOGE"), "side": "floor", "warn_units": 2, "stop_units": 1}
    TreasuryLimit.objects.create(**floor, reason="Enough to pay.", created_by=stranger)
    for _ in range(2):  # from nothing, and on
        ledger.sum_house_balances()


def decide_together(world, name):
    """Four eyes: a policy version that is then withdrawn, opening again, a deposit that is then reversed."""
    paula, ada = proposing.proposer(f"paula {name}"), proposing.approver(f"ada {name}")
    asked = proposing.proposed(paula, world.clock(), fee_percent="1", breaker_bnb="10000")
    proposals.approve(by=ada, proposal=asked.pk)
    wanda = proposing.staff(f"wanda {name}", "withdraw_policy")
    proposals.withdraw(by=wanda, policy=Policy.objects.newest().pk, reason="A typo.")
    proposing.breaker_closes()
    proposals.approve(by=ada, proposal=proposing.resuming(paula).pk)
    tilda, rick = factories.staff("treasury", f"tilda {name}"), factories.staff("risk", f"rick {name}")
    fields = {"user": f"mira {name}", "reference": f"bank {name}"}
    proposals.approve(by=rick, proposal=proposing.movement(tilda, "deposit", **fields).pk)
    proposals.approve(by=rick, proposal=proposing.movement(tilda, "reversal", deposit=f"bank {name}").pk)


def fill():
    """Makes the tables large, past the guards: rows like those that are there, all paid a moment ago."""
    factories.policy(breaker_bnb=9_999_999)
    sql("SET LOCAL session_replication_role = replica")
    sql(
        f"CREATE TEMPORARY TABLE made ON COMMIT DROP AS SELECT gen_random_uuid() AS pk, g FROM generate_series(1, {MANY}) g"
    )
    sql("INSERT INTO wallet_transaction SELECT pk, 'deposit', 'made ' || g, now() FROM made")
    assets = f"SELECT 1000000 + g, 'M' || g, 'M', 'listed', 8, false, '' FROM generate_series(1, {MANY}) g"
    sql(f"INSERT INTO wallet_asset (id, code, name, status, scale, conversions_paused, pause_reason) {assets}")
    customer = f"1000000 + g, 'customer', {factories.user('somebody').pk}, 1000000 + g, 1, 1"
    sql(f"INSERT INTO wallet_account (id, kind, user_id, asset_id, units, sequence) SELECT {customer} FROM made")
    entry = "pk, 1000000 + g, 1, 1, 1"
    sql(
        f"INSERT INTO wallet_entry (transaction_id, account_id, units, balance_units, sequence) SELECT {entry} FROM made"
    )
    for table, changed in (
        ("wallet_conversion", {"id": "1000000 + g", "reference": "'M' || g", "transaction_id": "made.pk"}),
        ("wallet_line", {"id": "1000000 + g", "conversion_id": "1000000 + g"}),
    ):
        names = column_names(table)
        values = ", ".join(changed.get(name, f"old.{name}") for name in names)
        sql(f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM (SELECT * FROM {table} LIMIT 1) old, made")
    sql("SET LOCAL session_replication_role = origin")


def asked(plans):
    """What the guards asked, with the plan of each; their queries alone name the schema so."""
    return [(plan["Query Text"], plan["Plan"]) for plan in plans if " ONLY public.wallet_" in plan["Query Text"]]


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def assert_by_index(plans):
    """No table of ours is read from one end to the other, nor an index; and few rows of any."""
    found = asked(plans)
    questions = [
        guards.qualified(guard.postgresql or guard.asks, "public").partition("{these}")[0]
        for guard in guards.declared()
        if "wallet_" in (guard.postgresql or guard.asks)  # another asks the statement's own rows alone
    ]
    assert [one for one in questions if not any(one in text for text, _ in found)] == []
    for text, plan in found:
        read = Counter()
        for node in nodes(plan):
            table = node.get("Relation Name", "")
            if table.startswith("wallet_") and node["Node Type"] != "Bitmap Heap Scan":
                assert "Index" in node["Node Type"], (table, text)
                assert "Index Cond" in node, (table, text, json.dumps(plan))
            rows = sum(node.get(name, 0) for name in ("Actual Rows", *THROWN_AWAY))
            read[node["Node Type"]] += rows * node.get("Actual Loops", 0)
        assert max(read.values()) <= FEW, (read, text)


OURS = "SELECT oid FROM pg_class WHERE relname LIKE 'wallet\\_%%'"
BESIDE = ["wallet_housebalance", "wallet_staffmovement", "wallet_lostattempt", "wallet_outboxmail"]
TABLES = [f"wallet_{name}" for name in ("entry", "account", "transaction", "line", "conversion", "asset")]


def forget():
    """Tables as new, whatever other tests left in their files and the server noted of them; nor does it look meanwhile."""
    sql(f"LOCK TABLE {', '.join(TABLES)} IN SHARE UPDATE EXCLUSIVE MODE")
    sql("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL session_replication_role = replica")
    sql(f"TRUNCATE {', '.join([*TABLES[:-1], *BESIDE])}")
    sql("SET CONSTRAINTS ALL DEFERRED; SET LOCAL session_replication_role = origin")
    sql(f"DELETE FROM pg_statistic WHERE starelid IN ({OURS})")
    sql(f"UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE oid IN ({OURS})")


def analyze():
    sql(f"ANALYZE {', '.join(TABLES)}")


def tell_of_a_million():
    """As ANALYZE would note it of so many rows."""
    sql(f"UPDATE pg_class SET reltuples = reltuples * {1_000_000 // MANY} WHERE reltuples > 0 AND oid IN ({OURS})")


def test_what_guards_ask_goes_by_an_index_however_old_the_plan_and_large_the_tables(world, explained):
    """Plans that are made while the tables are empty are kept by the connection while they fill; statistics come late."""
    for number, happens in enumerate([forget, fill, analyze, tell_of_a_million]):
        happens()
        explained.clear()
        live_through(world, f"mira {number}")
        decide_together(world, f"{number}")
        assert_by_index(explained)
    assert Line.objects.count() > MANY
