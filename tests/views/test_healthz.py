from datetime import timedelta

from django.db import OperationalError

from tests.support import factories
from wallet.database import clock as real_clock
from wallet.models import Policy, Price, Pulse
from wallet.models.market import ASSET_RULES
from wallet.models.pulse import taken_from


def test_health_says_how_old_everything_is(client, world):
    world.confirmed("DOGE")
    world.clock.tick(seconds=7)
    Pulse.objects.beat("sweep", world.clock())
    Pulse.objects.beat(taken_from("prices"), world.clock())
    world.clock.tick(milliseconds=500)
    assert client.get("/healthz").json() == {
        "database": "ok",
        "price_age_seconds": 8.5,
        "oldest_unfinished_seconds": 7.5,
        "last_beat_seconds": 0.5,
        "last_audit_passed_seconds": None,
        "last_taken_seconds": {"settle": None, "prices": 0.5, "mails": None, "upkeep": None},
        "missing": dict.fromkeys(
            (
                "last_audit_passed_seconds",
                "last_taken_seconds.settle",
                "last_taken_seconds.mails",
                "last_taken_seconds.upkeep",
            ),
            "not due yet",
        ),
        "market": {
            "source": "demo",
            "last_round_seconds": None,
            "last_error": "",
            "fallback": "",
            "fallback_answers": None,
            "priced": 0,
            "kept_out": 0,
            "kept_out_by_rule": dict.fromkeys(ASSET_RULES, 0),
        },
    }


def test_health_says_what_the_market_said(client, world):
    factories.market_round(priced=5, fallback="kraken priced 5 assets")
    world.clock.tick(seconds=9.5)
    factories.market_round(error="demo gave no usable price.", fallback="kraken did not answer", fallback_answers=False)
    factories.market_round(source="other", error="not asked of")
    for code, why in {"DOGE": "disagree", "ETH": "disagree", "EUR": "wide"}.items():
        factories.keep_out(code, why)
    factories.keep_out("DOGE", "wide", symbol="DOGEBTC")
    factories.keep_out("LUNC", "wide", ended_at=world.clock())
    assert client.get("/healthz").json()["market"] == {
        "source": "demo",
        "last_round_seconds": 9.5,
        "last_error": "demo gave no usable price.",
        "fallback": "kraken did not answer",
        "fallback_answers": False,
        "priced": 5,
        "kept_out": 3,
        "kept_out_by_rule": {**dict.fromkeys(ASSET_RULES, 0), "M4": 1, "M5": 2},
    }


def test_health_takes_the_same_number_of_queries_whatever_there_is(client, world, queries):
    few = queries(client.get, "/healthz")
    for code in factories.ASSETS:
        factories.keep_out(code)
        factories.market_round(error="no")
    assert len(queries(client.get, "/healthz")) == len(few)


def test_health_tells_what_never_happened_from_what_is_not_due_yet(client, db, clock):
    clock.at = Policy.objects.began_at() + timedelta(seconds=61)
    missing = client.get("/healthz").json()["missing"]
    assert missing["last_beat_seconds"] == missing["price_age_seconds"] == "never"
    assert missing["last_taken_seconds.settle"] == missing["last_taken_seconds.prices"] == "never"
    assert missing["last_audit_passed_seconds"] == missing["last_taken_seconds.upkeep"] == "not due yet"
    Pulse.objects.beat("sweep", clock())
    assert "last_beat_seconds" not in client.get("/healthz").json()["missing"]


def test_health_of_an_empty_site_has_no_ages(client, db):
    Price.objects.all().delete()
    response = client.get("/healthz")
    assert response.status_code == 200
    ages = response.json()
    assert set(ages.pop("last_taken_seconds").values()) == {None}
    assert ages.pop("market")["last_round_seconds"] is None
    assert len(ages.pop("missing")) == 7
    assert set(ages.values()) == {"ok", None}


def test_without_its_database_the_site_is_not_healthy(client, db, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(real_clock, "now", gone)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": "does not answer"})
