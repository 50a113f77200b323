"""The history as a file: our own columns, and those of two tax tools."""

import csv
import io
from decimal import Decimal

import pytest

from tests.support import factories
from tests.support.html import read
from wallet import conversions
from wallet.files import csv_file
from wallet.models import Conversion, Customer, Line

URL = "/conversions/export.csv"


def table(response):
    body = b"".join(response.streaming_content).decode()
    return list(csv.reader(io.StringIO(body, newline=""), strict=True))


def rows(response):
    header, *lines = table(response)
    return [dict(zip(header, line, strict=True)) for line in lines]


@pytest.fixture
def mixed(world):
    """A stopped conversion, a completed one with a fee and a price that changed, and one that runs."""
    factories.policy(interval_seconds=0, fee_percent=Decimal(2))
    stopped = world.settled("DOGE", DOGE="0.000003")
    world.clock.tick(days=1)
    world.observe(DOGE="0.000002")
    done = world.settled("DOGE", "ETH", DOGE="0.00000195")
    return stopped, done, world.confirmed("EUR")


def test_every_asset_has_a_row_with_everything_about_it(signed_in, mixed):
    stopped, done, running = mixed
    found = rows(signed_in.get(URL))
    assert [(row["reference"], row["asset"]) for row in found] == [
        (running.reference, "EUR"),
        (done.reference, "ETH"),
        (done.reference, "DOGE"),
        (stopped.reference, "DOGE"),
    ]
    assert list(found[2].items()) == [
        ("time_utc", "2026-11-23T14:32:11Z"),
        ("local_time", "2026-11-23T14:32:11+00:00"),
        ("time_zone", "UTC"),
        ("reference", done.reference),
        ("status", "completed"),
        ("asset", "DOGE"),
        ("amount", "100.000000"),
        ("estimated_bnb", "0.01960000"),
        ("received_bnb", "0.01911000"),
        ("fee_bnb", "0.00039000"),
        ("estimated_asset_rate_btc", "0.00000200"),
        ("estimated_bnb_rate_btc", "0.01000000"),
        ("asset_rate_btc", "0.00000195"),
        ("bnb_rate_btc", "0.01000000"),
        ("price_change_percent", "-2.50"),
        ("stop_reason", ""),
        ("currency", ""),
        ("currency_rate_btc", ""),
        ("currency_path", ""),
        ("given_in_currency", ""),
        ("received_in_currency", ""),
    ]
    assert (found[3]["status"], found[3]["received_bnb"], found[3]["fee_bnb"]) == (
        "stopped",
        "0.00000000",
        "0.00000000",
    )
    assert (found[3]["price_change_percent"], found[3]["stop_reason"]) == (
        "50.00",
        "The price of DOGE in BNB moved 50.00%.",
    )
    assert (found[0]["status"], found[0]["received_bnb"], found[0]["asset_rate_btc"]) == ("in progress", "", "")


def test_the_rows_add_up_to_what_the_receipt_and_the_list_say(signed_in, mixed):
    done = mixed[1]
    found = [row for row in rows(signed_in.get(URL)) if row["reference"] == done.reference]
    assert sum(Decimal(row["received_bnb"]) for row in found) == Decimal(done.net_units).scaleb(-8)
    assert sum(Decimal(row["fee_bnb"]) for row in found) == Decimal(done.fee_units).scaleb(-8)


@pytest.mark.parametrize(
    "query",
    ["", "status=completed", "status=stopped", "status=confirmed", "asset=ETH", "from=2026-11-23", "to=2026-11-22"],
)
def test_the_file_has_what_the_filtered_list_shows(signed_in, mixed, query):
    window = signed_in.get(f"/conversions/?{query}").context["page"].window
    shown = [*([window.running.row] if window.running else []), *window.rows]
    expected = [
        (one.reference, line.asset.code)
        for one in shown
        for line in Line.objects.filter(conversion__reference=one.reference).order_by("-quoted_value_sats")
    ]
    assert [(row["reference"], row["asset"]) for row in rows(signed_in.get(f"{URL}?{query}"))] == expected


def test_the_customers_zone_changes_the_local_time_alone(signed_in, mixed):
    Customer.objects.update(time_zone="America/Los_Angeles")
    row = rows(signed_in.get(URL))[1]
    assert (row["time_utc"], row["local_time"]) == ("2026-11-23T14:32:11Z", "2026-11-23T06:32:11-08:00")
    assert row["time_zone"] == "America/Los_Angeles"


def test_a_reason_gives_times_in_the_customers_zone(signed_in, world):
    world.confirmed("DOGE")
    Customer.objects.update(time_zone="Asia/Tokyo", last_converted_at=world.clock())
    world.clock.tick(seconds=1)
    world.observe()
    conversions.settle(reference=Conversion.objects.get().reference)
    (row,) = rows(signed_in.get(URL))
    assert row["local_time"].endswith("+09:00")
    assert row["stop_reason"] == "You can convert again at 05:32 JST on 23 November 2026."


def test_great_and_small_amounts_are_written_out(signed_in, world):
    factories.asset("TINY", scale=18)
    factories.price("TINY", "0.000000000000000123456789012")
    world.rates["TINY"] = "0.000000000000000123456789012"
    factories.deposit(world.user, "TINY", "9.000000000000000001")
    factories.deposit(world.user, "LUNC", "90000.00001")
    factories.asset("MANY", scale=0)
    world.rates["MANY"] = "0.0000000000000002"
    factories.price("MANY", "0.0000000000000002")
    factories.deposit(world.user, "MANY", "5000000000000")
    world.settled("LUNC", "MANY")
    found = {row["asset"]: row for row in rows(signed_in.get(URL))}
    assert found["MANY"]["amount"] == "5000000000000"
    assert found["MANY"]["asset_rate_btc"] == "0.0000000000000002"
    assert found["LUNC"]["amount"] == "90000.00001"
    assert found["LUNC"]["asset_rate_btc"] == "0.0000000013"
    koinly = {row["Sent Currency"]: row for row in rows(signed_in.get(f"{URL}?format=koinly"))}
    assert koinly["MANY"]["Sent Amount"] == "5000000000000.0"


def test_the_file_is_named_after_its_range(signed_in, world):
    named = {
        "": "conversions-all.csv",
        "from=2026-01-01&to=2026-12-31": "conversions-2026-01-01-to-2026-12-31.csv",
        "from=2026-01-01": "conversions-from-2026-01-01.csv",
        "to=2026-12-31&format=koinly": "conversions-koinly-to-2026-12-31.csv",
    }
    for query, name in named.items():
        response = signed_in.get(f"{URL}?{query}")
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "no-store" in response.headers["Cache-Control"]
        assert response.streaming
        assert len(table(response)) == 1


def test_koinly_gets_its_universal_template(signed_in, mixed):
    """The published names of the columns that it needs, in its order; YYYY-MM-DD HH:mm:ss; amounts without the fee."""
    done = mixed[1]
    header, *lines = table(signed_in.get(f"{URL}?format=koinly"))
    assert header[:5] == ["Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency"]
    assert header[5:] == ["Fee Amount", "Fee Currency", "Description", "Net Worth Amount", "Net Worth Currency"]
    words = f"Small balance converted, {done.reference}"
    assert lines == [
        ["2026-11-23 14:32:11", "0.01000000", "ETH", "0.05000000", "BNB", "0.00100000", "BNB", words, "", ""],
        ["2026-11-23 14:32:11", "100.000000", "DOGE", "0.01950000", "BNB", "0.00039000", "BNB", words, "", ""],
    ]


def test_summ_gets_its_advanced_csv(signed_in, mixed):
    """Its template's columns, and a row as published: 2024-03-02 10:37:29, buy, ETH, 1, USDC, 3000, USDC, 1."""
    done = mixed[1]
    header, *lines = table(signed_in.get(f"{URL}?format=summ"))
    assert ",".join(header) == (
        "Timestamp (UTC),Type,Base Currency,Base Amount,Quote Currency (Optional),Quote Amount (Optional),"
        "Fee Currency (Optional),Fee Amount (Optional),From (Optional),To (Optional),Blockchain (Optional),"
        "ID (Optional),Description (Optional),Reference Price Per Unit (Optional),Reference Price Currency (Optional)"
    )
    trade = ["2026-11-23 14:32:11", "sell", "DOGE", "100.000000", "BNB", "0.01950000", "BNB", "0.00039000"]
    assert lines[1] == [*trade, "", "", "", f"{done.reference}-DOGE", "Small balance converted", "", ""]
    assert len({line[11] for line in lines}) == len(lines)


@pytest.mark.parametrize("name", ["koinly", "summ"])
def test_a_tax_tools_balance_ends_where_the_customers_does(signed_in, world, name):
    """What is received less the fee is what was credited; without a fee its columns are empty."""
    done = world.settled("DOGE", "ETH")
    names = {"koinly": ("Received Amount", "Fee Amount"), "summ": ("Quote Amount (Optional)", "Fee Amount (Optional)")}
    gross, fee = names[name]
    found = rows(signed_in.get(f"{URL}?format={name}"))
    assert {row[fee] for row in found} == {""}
    assert sum(Decimal(row[gross]) for row in found) == Decimal(done.net_units).scaleb(-8)


@pytest.mark.parametrize("query", ["format=xls", "status=nope", "from=x", "from=2026-02-01&to=2026-01-01"])
def test_what_cannot_be_meant_leads_to_the_page_in_words(signed_in, world, text, query):
    response = signed_in.get(f"{URL}?{query}")
    assert response.status_code == 422
    assert "There is a problem" in text(response)
    assert "Content-Disposition" not in response.headers


def test_the_page_links_to_the_files_with_its_filters(signed_in, mixed):
    page = read(signed_in.get("/conversions/?status=completed"))
    assert {link.text: link["href"] for link in page.select("a[download]")} == {
        "Download CSV": f"{URL}?status=completed",
        "CSV for Koinly": f"{URL}?status=completed&format=koinly",
        "CSV for Summ": f"{URL}?status=completed&format=summ",
    }


def test_p13_nobody_gets_somebody_elses(client, mixed):
    client.force_login(factories.user("other"))
    assert rows(client.get(URL)) == []


def test_signed_out_it_leads_to_sign_in(client, db):
    assert client.get(URL).headers["Location"] == f"/accounts/login/?next={URL}"


def test_only_reading_is_allowed(signed_in):
    assert signed_in.post(URL).status_code == 405


def test_htmx_gets_the_same_file(signed_in, mixed):
    assert table(signed_in.get(URL, headers={"HX-Request": "true"})) == table(signed_in.get(URL))


def test_the_number_of_queries_does_not_grow_with_the_rows(signed_in, world, queries):
    factories.policy(interval_seconds=0)
    counts = []
    for _ in range(10):
        world.settled("DOGE", "EUR", DOGE="0.000003")
        world.observe(DOGE="0.000002")
        counts.append(len(queries(lambda: table(signed_in.get(URL)))))
    assert len(set(counts)) == 1


def test_a_snapshot_is_open_while_the_file_is_written_and_no_longer(signed_in, mixed, monkeypatch):
    seen = []

    class Watched:
        def __enter__(self):
            seen.append("open")

        def __exit__(self, *error):
            seen.append("closed")

    monkeypatch.setattr(csv_file, "snapshot", Watched)
    response = signed_in.get(URL)
    assert seen == []
    next(iter(response.streaming_content))
    assert seen == ["open"]
    response.close()
    assert seen == ["open", "closed"]
