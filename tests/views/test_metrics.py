"""What Prometheus scrapes."""

from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from tests.support import factories
from wallet.database import clock as real_clock
from wallet.models import Price, Pulse
from wallet.models.pulse import SWEPT, taken_from


def scraped(client):
    """Every sample by its name and labels, as a scraper reads them."""
    response = client.get("/metrics")
    assert (response.status_code, response.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    families = text_string_to_metric_families(response.content.decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_it_says_what_health_says(client, world):
    world.confirmed("DOGE")
    world.clock.tick(seconds=7)
    Pulse.objects.beat(SWEPT, world.clock())
    Pulse.objects.beat(taken_from("prices"), world.clock())
    factories.market_round(priced=7)
    world.clock.tick(milliseconds=500)
    for code, why in {"DOGE": "disagree", "ETH": "disagree", "EUR": "wide"}.items():
        factories.keep_out(code, why)
    assert scraped(client) == {
        ("dustsite_price_age_seconds",): 8.5,
        ("dustsite_oldest_unfinished_seconds",): 7.5,
        ("dustsite_last_beat_seconds",): 0.5,
        ("dustsite_last_taken_seconds", "prices"): 0.5,
        ("dustsite_market_round_seconds_ago",): 0.5,
        ("dustsite_market_round_failed",): 0,
        ("dustsite_assets_priced",): 7,
        ("dustsite_assets_kept_out", "M4"): 1,
        ("dustsite_assets_kept_out", "M5"): 2,
    }


def test_what_has_no_age_has_no_sample(client, db):
    Price.objects.all().delete()
    assert scraped(client) == {("dustsite_market_round_failed",): 0, ("dustsite_assets_priced",): 0}


def test_a_round_that_failed_shows(client, world):
    factories.market_round()
    factories.market_round(error="demo gave no usable price.")
    assert scraped(client)["dustsite_market_round_failed",] == 1


def test_every_gauge_says_what_it_is(client, world):
    families = list(text_string_to_metric_families(client.get("/metrics").content.decode()))
    assert families
    for family in families:
        assert (family.type, bool(family.documentation)) == ("gauge", True), family.name


def test_only_reading_is_allowed(client, db):
    assert client.post("/metrics").status_code == 405


def test_nobody_has_to_sign_in_and_no_customer_is_named(client, world):
    world.settled("DOGE")
    assert world.user.username not in client.get("/metrics").content.decode()


def test_it_takes_as_many_queries_as_health(client, world, queries):
    assert len(queries(client.get, "/metrics")) == len(queries(client.get, "/healthz"))


def test_without_its_database_it_is_not_there(client, db, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(real_clock, "now", gone)
    assert client.get("/metrics").status_code == 503
