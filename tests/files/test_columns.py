"""What the cells of a row say, without a database."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from wallet.files import FORMATS
from wallet.files.rows import Row

HELSINKI = ZoneInfo("Europe/Helsinki")
AUTUMN = datetime(2026, 10, 25, 3, 30, tzinfo=HELSINKI, fold=1)
LEGS = [{"symbol": "DOGEBTC", "price": "0.000002"}]
BNB_LEGS = [{"symbol": "BNBBTC", "price": "0.01"}]


def row(**changes):
    fields = {
        "reference": "CV-0000-0000",
        "status": "completed",
        "confirmed_at": AUTUMN,
        "finished_at": AUTUMN,
        "reasons": [],
        "quoted_bnb_rate_btc": Decimal("0.01"),
        "bnb_rate_btc": Decimal("0.01"),
        "quoted_bnb_path": "BNB→BTC",
        "quoted_bnb_legs": BNB_LEGS,
        "bnb_path": "BNB→BTC",
        "bnb_legs": BNB_LEGS,
        "currency": "EUR",
        "currency_rate_btc": Decimal("0.000019"),
        "currency_path": "EUR→BTC",
        "code": "DOGE",
        "scale": 6,
        "units": 1_500_000,
        "quoted_net_units": 30,
        "gross_units": 30,
        "fee_units": 0,
        "net_units": 30,
        "quoted_rate_btc": Decimal("0.000002"),
        "rate_btc": Decimal("0.000002"),
        "quoted_path": "DOGE→BTC",
        "quoted_legs": LEGS,
        "path": "DOGE→BTC",
        "legs": LEGS,
    }
    return Row(**fields | changes)


def cells(name, found):
    return {column.header: column.cell(found) for column in FORMATS[name].columns(HELSINKI)}


@pytest.mark.parametrize("name", FORMATS)
def test_every_column_has_a_header_of_its_own(name):
    columns = FORMATS[name].columns(HELSINKI)
    assert len({column.header for column in columns}) == len(columns)


@pytest.mark.parametrize("missing", ["currency_rate_btc", "rate_btc", "net_units"])
def test_a_worth_of_which_something_is_not_known_is_an_empty_cell(missing):
    whole = cells("csv", row(units=150_000_000, net_units=29_400))
    assert (whole["given_in_currency"], whole["received_in_currency"]) == ("15.78", "0.15")
    found = cells("csv", row(**{missing: None}))
    assert "" in (found["given_in_currency"], found["received_in_currency"])
    assert found["currency"] == ("" if missing == "currency_rate_btc" else "EUR")


def test_a_price_in_the_currency_has_the_digits_that_two_stored_prices_give():
    found = cells("summ", row())
    assert found["Reference Price Per Unit (Optional)"] == "0.1052631579"
    asked = cells("summ", row(rate_btc=Decimal("0.0000100870687643"), currency_rate_btc=Decimal("0.00000229944532028")))
    assert asked["Reference Price Per Unit (Optional)"] == "4.38674000"  # to twelve digits 4.38674000001
    none = cells("summ", row(currency_rate_btc=None))
    assert [none[f"Reference Price {name} (Optional)"] for name in ("Per Unit", "Currency")] == ["", ""]


def test_moments_are_utc_whatever_zone_they_come_in():
    found = cells("csv", row())
    assert (found["time_utc"], found["local_time"]) == ("2026-10-25T01:30:00Z", "2026-10-25T03:30:00+02:00")
    assert found["time_zone"] == "Europe/Helsinki"
    assert cells("koinly", row())["Date"] == "2026-10-25 01:30:00"
    assert cells("summ", row())["Timestamp (UTC)"] == "2026-10-25 01:30:00"


def test_a_price_that_came_by_another_path_is_not_compared():
    assert cells("csv", row())["price_change_percent"] == "0.00"
    assert cells("csv", row(path="DOGE→USDT→BTC"))["price_change_percent"] == ""
    assert cells("csv", row(bnb_path="BNB→USDT→BTC"))["price_change_percent"] == ""
    assert cells("csv", row(legs=None))["price_change_percent"] == ""
    assert cells("csv", row(bnb_legs=None))["price_change_percent"] == ""


@pytest.mark.parametrize(("bnb", "percent"), [("0.0105", "-4.76"), ("0.0095", "5.26"), ("0.00952381", "4.99")])
def test_the_change_is_one_of_the_price_in_bnb_and_cut(bnb, percent):
    moved = row(bnb_legs=[{"symbol": "BNBBTC", "price": bnb}])
    assert cells("csv", moved)["price_change_percent"] == percent


def test_what_came_of_it_is_unknown_while_it_runs_and_nothing_when_it_was_stopped():
    running = cells("csv", row(status="confirmed", finished_at=None, net_units=None, fee_units=None))
    stopped = cells("csv", row(status="stopped", net_units=None, fee_units=None))
    assert (running["status"], running["received_bnb"], running["fee_bnb"]) == ("in progress", "", "")
    assert (stopped["status"], stopped["received_bnb"], stopped["fee_bnb"]) == ("stopped", "0.00000000", "0.00000000")


def test_koinly_finds_a_point_in_every_amount():
    assert cells("koinly", row())["Sent Amount"] == "1.500000"
    assert cells("koinly", row(scale=0, units=7))["Sent Amount"] == "7.0"


@pytest.mark.parametrize(
    ("name", "fee", "currency"),
    [("koinly", "Fee Amount", "Fee Currency"), ("summ", "Fee Amount (Optional)", "Fee Currency (Optional)")],
)
def test_a_fee_has_its_currency_and_no_fee_has_none(name, fee, currency):
    paid, free = cells(name, row(fee_units=5)), cells(name, row())
    assert (paid[fee], paid[currency]) == ("0.00000005", "BNB")
    assert (free[fee], free[currency]) == ("", "")
