"""Month end: the figures are those of an independent sum, the same each time, and only of a month that is final and proved."""

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.support import factories
from tests.support.months import close, random_movements
from wallet import ledger, month_end
from wallet.files.month_end_csv import BALANCES, CONVERSIONS
from wallet.models import Asset, Conversion, Entry, Pulse, Transaction
from wallet.models.pulse import AUDITED
from wallet.month_end import Month, NoMonth, NotReady
from wallet.tasks import audit_ledger

DECEMBER = Month(2026, 12)


@pytest.fixture
def closed(world):
    """Makes a month final: a day after its end an audit passes."""

    return partial(close, world)


def rows(file, month):
    """The file's rows by its headers."""
    content = file.content(month_end.report(month)).decode()
    return list(csv.DictReader(io.StringIO(content, newline="")))


def entries_of(month):
    """Each entry of the month and before: asset, kind of account, what moved it ("before" the month), units."""
    for entry in Entry.objects.select_related("account__asset", "transaction"):
        at = entry.transaction.posted_at
        if at < month.ends_at:
            moved = "before" if at < month.begins_at else entry.transaction.kind
            yield (entry.account.asset.code, entry.account.kind), moved, entry.units


@pytest.mark.parametrize("seed", range(4))
def test_opening_movements_and_closing_are_those_of_an_independent_sum(world, closed, seed):
    random_movements(world, seed)
    month = closed(DECEMBER)
    sums = {}
    for key, moved, units in entries_of(month):
        sums.setdefault(key, Counter())[moved] += units
    report = month_end.report(month)
    assert {(row.asset, row.kind) for row in report.balances} == set(sums)
    for row in report.balances:
        expected = sums[row.asset, row.kind]
        assert row.opening == expected["before"]
        assert row.movements == {kind: expected[kind] for kind in Transaction.Kind.values}
        assert row.closing == sum(expected.values())
    assert sum(row.opening for row in report.balances if row.asset == "DOGE") == 0
    january = month_end.report(closed(Month(2027, 1)))
    closing = {(row.asset, row.kind): row.closing for row in report.balances}
    opening = {(row.asset, row.kind): row.opening for row in january.balances}
    assert {key: units for key, units in opening.items() if units} == {key: n for key, n in closing.items() if n}


@pytest.mark.parametrize("seed", range(2))
def test_conversions_by_day_agree_with_their_lines_and_with_the_accounts(world, closed, seed):
    random_movements(world, seed)
    month = closed(DECEMBER)
    expected = {}
    for conversion in Conversion.objects.filter(transaction__isnull=False):
        if month.begins_at <= conversion.transaction.posted_at < month.ends_at:
            for line in conversion.lines.select_related("asset"):
                key = (conversion.transaction.posted_at.date(), line.asset.code)
                figures = (1, line.units, line.gross_units, line.fee_units, line.net_units)
                expected[key] = tuple(map(sum, zip(expected.get(key, (0,) * 5), figures, strict=True)))
    report = month_end.report(month)
    told = {(row.day, row.asset): row for row in report.converted}
    assert {key: (row.conversions, row.units, row.gross, row.fee, row.net) for key, row in told.items()} == expected
    assert list(told) == sorted(told) != []
    moved = {row.kind: row.movements["conversion"] for row in report.balances if row.asset == "BNB"}
    assert moved["fees"] == sum(row.fee for row in report.converted) > 0
    assert moved["customer"] == sum(row.net for row in report.converted)
    assert moved["treasury"] == -sum(row.gross for row in report.converted)


def test_what_stands_in_the_files(world, closed):
    factories.policy(fee_percent="10")
    world.settled("DOGE")
    closed(Month(2026, 11))
    found = {(row["asset"], row["accounts"]): row for row in rows(BALANCES, Month(2026, 11))}
    doge = found["DOGE", "customer"]
    assert (doge["opening"], doge["deposits"], doge["conversions"]) == ("0.000000", "100.000000", "-100.000000")
    assert (doge["withdrawals"], doge["adjustments"], doge["closing"]) == ("0.000000", "0.000000", "0.000000")
    assert found["BNB", "fees"]["conversions"] == "0.00200000"
    last = Transaction.objects.order_by("-posted_at", "-pk").first()
    for row in found.values():
        assert (row["month"], row["last_transaction"]) == ("2026-11", str(last.pk))
        assert (row["last_posted_at_utc"], row["entries"]) == (
            "2026-11-22T14:32:09.000000Z",
            str(Entry.objects.count()),
        )
        assert row["last_entry"] == str(Entry.objects.order_by("-pk").first().pk)
    (line,) = rows(CONVERSIONS, Month(2026, 11))
    assert (line["day_utc"], line["asset"], line["conversions"], line["amount"]) == (
        *("2026-11-22", "DOGE", "1", "100.000000"),
    )
    assert (line["gross_bnb"], line["fee_bnb"], line["net_bnb"]) == ("0.02000000", "0.00200000", "0.01800000")


@pytest.mark.parametrize(("early", "month"), [(1, Month(2026, 11)), (0, DECEMBER)])
def test_the_boundary_is_the_first_microsecond_of_utc(world, closed, early, month):
    world.clock.at = datetime(2026, 12, 1, tzinfo=UTC) - timedelta(microseconds=early)
    ledger.deposit(user=world.user, asset=Asset.objects.get(code="LUNC"), units=7, reference="edge")
    moved = {}
    for one in (Month(2026, 11), DECEMBER):
        moved[one] = [
            row.movements["deposit"]
            for row in month_end.report(closed(one)).balances
            if (row.asset, row.kind) == ("LUNC", "customer")
        ]
    assert moved[month] == [7]
    assert 7 not in moved[DECEMBER if early else Month(2026, 11)]


def test_a_month_without_rows_has_what_was_before_and_one_before_all_has_headers_only(world, closed):
    balances = month_end.report(closed(DECEMBER)).balances
    assert {row.asset for row in balances} == {"DOGE", "ETH", "EUR"}
    assert all(row.opening == row.closing != 0 for row in balances)
    report = month_end.report(Month(2026, 9))
    assert BALANCES.content(report).decode().count("\r\n") == 1
    assert CONVERSIONS.content(report).decode().startswith("month,day_utc,asset,conversions,amount,")


def test_an_asset_that_was_delisted_meanwhile_stays(world, closed):
    world.settled("DOGE")
    before = [file.content(month_end.report(closed(Month(2026, 11)))) for file in (BALANCES, CONVERSIONS)]
    Asset.objects.filter(code="DOGE").update(status=Asset.Status.DELISTED, delisted_on=world.clock().date())
    assert [file.content(month_end.report(Month(2026, 11))) for file in (BALANCES, CONVERSIONS)] == before


def test_the_bytes_are_the_same_while_conversions_go_on(world, closed):
    world.settled("DOGE")
    month = closed(Month(2026, 11))
    before = [file.content(month_end.report(month)) for file in (BALANCES, CONVERSIONS)]
    world.observe()
    world.settled("ETH")
    factories.deposit(factories.user("later"), "DOGE", "3")
    audit_ledger()
    assert [file.content(month_end.report(month)) for file in (BALANCES, CONVERSIONS)] == before


def test_sums_beyond_64_bits_are_exact(world, closed):
    for number in range(3):
        owner = factories.user(f"rich{number}")
        ledger.deposit(user=owner, asset=Asset.objects.get(code="LUNC"), units=2**63 - 1, reference=f"R{number}")
    found = {(row.asset, row.kind): row.closing for row in month_end.report(closed(Month(2026, 11))).balances}
    assert found["LUNC", "customer"] == -found["LUNC", "outside"] == 3 * (2**63 - 1)


def test_there_are_as_many_queries_for_one_conversion_as_for_many(world, closed, queries):
    world.settled("DOGE")
    one = queries(month_end.report, closed(Month(2026, 11)))
    world.clock.at = datetime(2026, 12, 1, tzinfo=UTC)
    world.observe()
    codes = world.hold_more(5)
    world.settled(*codes)
    assert len(queries(month_end.report, closed(DECEMBER))) == len(one)


# --- when there is none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "10-2026", "2026-1", "２０２６-10", "2026-10\n", "", "1999-12"])
def test_what_is_no_month_is_told(text):
    with pytest.raises(NoMonth, match=r"is no month\. Write it like 2026-10\."):
        Month.named(text)


@pytest.mark.parametrize("after", [timedelta(days=-5), timedelta(0), timedelta(hours=1, microseconds=-1)])
def test_a_month_is_not_final_for_an_hour_after_its_end(world, after):
    world.clock.at = DECEMBER.ends_at + after
    audit_ledger()
    with pytest.raises(NotReady, match="2026-12 is not final before 2027-01-01 01:00:00 UTC"):
        month_end.report(DECEMBER)


def test_without_an_audit_of_the_whole_month_that_passed_there_are_no_figures(world):
    world.clock.at = DECEMBER.final_at - timedelta(seconds=1)
    audit_ledger()
    world.clock.at = DECEMBER.final_at
    with pytest.raises(NotReady, match="No audit has passed since 2026-12 is final"):
        month_end.report(DECEMBER)
    audit_ledger()
    assert month_end.report(DECEMBER).audited_at == DECEMBER.final_at


def test_while_audits_fail_there_are_no_figures(world, closed):
    month = closed(DECEMBER)
    world.clock.tick(hours=1)
    assert month_end.report(month)
    world.clock.tick(seconds=1)
    with pytest.raises(NotReady, match="No audit has passed since 2027-01-02 00:00:00 UTC"):
        month_end.report(month)


def test_an_audit_that_passed_is_noted_with_the_moment_that_it_began_at(world, monkeypatch):
    began_at = world.clock()

    def slow_audit():
        world.clock.tick(minutes=20)
        return iter(())

    monkeypatch.setattr("wallet.tasks.audit", slow_audit)
    audit_ledger()
    assert Pulse.objects.moments()[AUDITED] == began_at


def test_the_list_of_months_goes_back_to_the_first_transaction(world):
    world.clock.at = datetime(2027, 1, 31, 23, 59, tzinfo=UTC)
    assert [str(month) for month in month_end.months()] == ["2027-01", "2026-12", "2026-11"]


# --- the command -----------------------------------------------------------------------------------------------------


def printed(*options):
    out, err = StringIO(newline=""), StringIO()
    call_command("month_end", *options, stdout=out, stderr=err)
    return out.getvalue().encode(), err.getvalue()


def test_the_command_prints_the_same_bytes(world, closed):
    world.settled("DOGE")
    report = month_end.report(closed(Month(2026, 11)))
    content, told = printed("2026-11")
    assert content == BALANCES.content(report)
    assert "as it was at 2026-12-02 00:00:00 UTC has passed" in told
    assert printed("2026-11", "--conversions")[0] == CONVERSIONS.content(report)


@pytest.mark.parametrize(
    ("month", "says"), [("2026-13", "no month"), ("10-2026", "no month"), ("2999-12", "not final before 3000-01-01")]
)
def test_the_command_tells_why_not(world, month, says):
    with pytest.raises(CommandError, match=says):
        printed(month)
