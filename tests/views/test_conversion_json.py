"""One conversion for a machine, as JSON and as its rows of the CSV."""

import csv
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.support import factories
from wallet.models import Price

KINDS = ["json", "csv"]


def url(conversion, kind="json"):
    return f"/conversions/{conversion.reference}.{kind}"


def amount(text, units, scale=8):
    return {"amount": text, "units": units, "scale": scale}


DOGE = {
    "asset": "DOGE",
    "name": "Dogecoin",
    "given": amount("100.000000", "100000000", 6),
    "estimated": {
        "gross_bnb": amount("0.02000000", "2000000"),
        "fee_bnb": amount("0.00040000", "40000"),
        "net_bnb": amount("0.01960000", "1960000"),
        "value_btc": amount("0.00020000", "20000"),
    },
    "received": {
        "gross_bnb": amount("0.02050000", "2050000"),
        "fee_bnb": amount("0.00041000", "41000"),
        "net_bnb": amount("0.02009000", "2009000"),
        "value_btc": amount("0.00020500", "20500"),
    },
    "price": {
        "quoted": {
            "rate_btc": "0.00000200",
            "path": "DOGE→BTC",
            "legs": [{"symbol": "DOGEBTC", "price": "0.000002"}],
            "source": "demo",
            "observed_at": "2026-11-22T14:32:07Z",
        },
        "settled": {
            "rate_btc": "0.00000205",
            "path": "DOGE→BTC",
            "legs": [{"symbol": "DOGEBTC", "price": "0.00000205"}],
            "source": "demo",
            "observed_at": "2026-11-22T14:32:09Z",
        },
        "quoted_rate_bnb": "0.00020000",
        "settled_rate_bnb": "0.00020500",
        "change_percent": "2.50",
        "change_exactly": "1/40",
    },
}


def test_a_completed_conversion_says_all_that_its_receipt_says(signed_in, world):
    factories.policy(fee_percent=Decimal(2))
    done = world.settled("DOGE", "ETH", DOGE="0.00000205")
    response = signed_in.get(url(done))
    assert response.headers["Content-Type"] == "application/json"
    assert "no-store" in response.headers["Cache-Control"]
    found = response.json()
    assert found["assets"][1] == DOGE
    assert found["received"]["net_bnb"] == amount("0.06909000", "6909000")
    assert found["bnb_price"]["settled"]["rate_btc"] == "0.01000000"
    assert found["policy"] == {
        "version": done.policy_id,
        "dust_limit_btc": "0.0012",
        "tolerance_percent": "5",
        "fee_percent": "2",
        "interval_seconds": 21600,
        "quote_seconds": 30,
        "price_age_seconds": done.policy.price_age_seconds,
        "longest_wait_seconds": 120,
    }
    plain = {name: found[name] for name in ("reference", "renews", "status", "account", "attempts", "reasons")}
    assert plain == {
        "reference": done.reference,
        "renews": None,
        "status": "completed",
        "account": "mira@example.com",
        "attempts": done.attempts,
        "reasons": [],
    }
    assert found["quoted_at"] == "2026-11-22T14:32:07Z"
    assert found["expires_at"] == "2026-11-22T14:32:37Z"
    assert found["confirmed_at"] == "2026-11-22T14:32:08Z"
    assert found["finished_at"] == "2026-11-22T14:32:09Z"


def test_the_markets_prices_have_their_sides(signed_in, world):
    legs = [
        {"symbol": "DOGEUSDT", "price": "0.1", "side": "bid"},
        {"symbol": "BTCUSDT", "price": "50000", "side": "ask", "way": "against"},
    ]
    Price.objects.filter(asset__code="DOGE").update(legs=legs)
    quote = signed_in.get(url(world.quoted("DOGE"))).json()
    assert quote["assets"][0]["price"]["quoted"]["legs"] == legs


def test_the_assets_add_up_to_the_whole(signed_in, world):
    found = signed_in.get(url(world.settled("DOGE", "ETH", "EUR", BNB="0.01033"))).json()
    for part in ("estimated", "received"):
        for name in ("gross_bnb", "fee_bnb", "net_bnb", "value_btc"):
            parts = [int(asset[part][name]["units"]) for asset in found["assets"]]
            assert sum(parts) == int(found[part][name]["units"])


def test_a_change_is_one_of_the_rate_in_bnb_exactly(signed_in, world):
    """Each by a fiftieth in BTC: together by a little less than a twenty-fifth in BNB."""
    found = signed_in.get(url(world.settled("DOGE", DOGE="0.00000196", BNB="0.0102"))).json()
    price = found["assets"][0]["price"]
    assert (price["change_percent"], price["change_exactly"]) == ("-3.92", "-2/51")
    assert (price["quoted_rate_bnb"], price["settled_rate_bnb"]) == ("0.00020000", "0.000192156862745")


def test_a_rate_that_is_beyond_every_price_is_left_out_of_what_stopped_it(signed_in, world):
    found = signed_in.get(url(world.settled("ETH", ETH="500000000000"))).json()
    assert found["assets"][0]["price"]["settled_rate_bnb"] is None
    assert found["assets"][0]["price"]["change_exactly"] == "9999999999999"


def test_a_stopped_one_received_nothing_and_says_why(signed_in, world):
    found = signed_in.get(url(world.settled("DOGE", "ETH", DOGE="0.000003"))).json()
    assert found["status"] == "stopped"
    assert found["received"] is None
    assert [asset["received"] for asset in found["assets"]] == [None, None]
    assert found["reasons"][0]["code"] == "price_changed"
    assert found["reasons"][0]["facts"]["asset"] == "DOGE"
    assert found["reasons"][0]["text"].startswith("The price of DOGE in BNB moved 50.00%. To protect you")


def test_a_quote_and_a_running_one_have_no_end_yet(signed_in, world):
    quote = signed_in.get(url(world.quoted("DOGE"))).json()
    assert (quote["status"], quote["confirmed_at"], quote["bnb_price"]["settled"]) == ("quoted", None, None)
    assert set(quote["bnb_price"]) == {"quoted", "settled"}
    price = quote["assets"][0]["price"]
    assert [price[name] for name in ("settled_rate_bnb", "change_percent", "change_exactly")] == [None, None, None]
    running = signed_in.get(url(world.confirmed("DOGE"))).json()
    assert (running["status"], running["finished_at"], running["received"]) == ("confirmed", None, None)


def test_the_moments_are_utc_whatever_the_customers_zone(signed_in, world):
    done = world.settled("DOGE")
    with timezone.override(ZoneInfo("Asia/Kathmandu")):
        assert signed_in.get(url(done)).json()["finished_at"] == "2026-11-22T14:32:09Z"


def test_the_csv_has_the_rows_of_this_one(signed_in, world):
    factories.policy(interval_seconds=0)
    world.settled("EUR")
    done = world.settled("DOGE", "ETH")
    response = signed_in.get(url(done, "csv"))
    assert response.headers["Content-Disposition"] == f'attachment; filename="conversion-{done.reference}.csv"'
    found = list(csv.DictReader(b"".join(response.streaming_content).decode().splitlines()))
    assert [(row["reference"], row["asset"]) for row in found] == [(done.reference, "ETH"), (done.reference, "DOGE")]


def test_a_quote_has_no_rows(signed_in, world):
    assert signed_in.get(url(world.quoted("DOGE"), "csv")).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_p13_somebody_elses_is_the_same_404_as_none(client, world, text, kind):
    conversion = world.settled("DOGE")
    client.force_login(factories.user("stranger"))
    foreign, missing = client.get(url(conversion, kind)), client.get(f"/conversions/CV-0000-0000.{kind}")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert text(foreign) == text(missing)


@pytest.mark.parametrize("kind", KINDS)
def test_signed_out_it_leads_to_sign_in(client, world, kind):
    path = url(world.settled("DOGE"), kind)
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("kind", KINDS)
def test_only_reading_is_allowed(signed_in, world, kind):
    assert signed_in.post(url(world.settled("DOGE"), kind)).status_code == 405


def test_htmx_gets_the_same_facts(signed_in, world):
    path = url(world.settled("DOGE"))
    assert signed_in.get(path, headers={"HX-Request": "true"}).json() == signed_in.get(path).json()


def test_the_number_of_queries_does_not_grow_with_the_lines(signed_in, world, queries):
    one = queries(signed_in.get, url(world.quoted("DOGE")))
    three = queries(signed_in.get, url(world.quoted("DOGE", "ETH", "EUR")))
    assert len(three) == len(one)
