"""A month whose figures are written down: they are the ledger's own, once, for good, and nothing comes to it any more."""

from datetime import timedelta

import pytest

from tests.support.attacks import empty, refused, replace, sql
from tests.support.months import close, random_movements
from wallet import ledger, month_end
from wallet.files.month_end_csv import BALANCES, CONVERSIONS
from wallet.models import Asset, MonthEnd
from wallet.month_end import Month
from wallet.tasks import audit_ledger

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


def files(month):
    report = month_end.report(month)
    return [file.content(report) for file in (BALANCES, CONVERSIONS)]


@pytest.mark.parametrize("seed", range(3))
def test_what_is_written_down_is_what_the_ledger_says(world, seed, monkeypatch):
    """Each month is made from the one before, and from the first entry on it comes to the same bytes."""
    random_movements(world, seed)
    close(world, Month(2027, 2))
    wanted = [NOVEMBER, DECEMBER, Month(2027, 1), Month(2027, 2)]
    assert list(MonthEnd.objects.order_by("month").values_list("month", flat=True)) == [str(one) for one in wanted]
    written = [files(month) for month in wanted]
    monkeypatch.setattr(month_end, "_written", lambda month: None)
    assert written == [files(month) for month in wanted]


def test_a_month_that_is_written_down_is_read_in_few_queries_and_nothing_is_added_up(world, queries):
    world.settled("DOGE")
    month = close(world, NOVEMBER)
    asked = queries(month_end.report, month)
    assert not [sql for sql in asked if "wallet_entry" in sql or "wallet_line" in sql]


def test_it_is_written_down_once_and_only_once_an_audit_has_passed(world, events):
    world.clock.at = NOVEMBER.final_at - timedelta(seconds=1)
    audit_ledger()
    assert not MonthEnd.objects.exists()
    for _ in range(2):
        world.clock.at = NOVEMBER.final_at
        audit_ledger()
    assert [one["month"] for one in events("month_closed")] == ["2026-11"]


def test_p14_a_closed_month_is_written_once_and_takes_nothing_more(world):
    """P14."""
    close(world, NOVEMBER)
    refused(
        lambda: sql("UPDATE wallet_monthend SET figures = '{}'"),
        lambda: sql("DELETE FROM wallet_monthend"),
        lambda: empty("wallet_monthend"),
        lambda: replace("wallet_monthend", "month", "2026-11"),
        by="written once|never emptied",
    )
    lunc = Asset.objects.get(code="LUNC")
    world.clock.at = NOVEMBER.ends_at - timedelta(microseconds=1)
    refused(
        lambda: ledger.deposit(user=world.user, asset=lunc, units=1, reference="late"),
        by="the month of this moment is closed",
    )
    world.clock.at = NOVEMBER.ends_at
    ledger.deposit(user=world.user, asset=lunc, units=1, reference="in time")
