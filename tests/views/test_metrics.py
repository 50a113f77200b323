"""What Prometheus scrapes."""

import re

from django.db import OperationalError
from prometheus_client.parser import text_string_to_metric_families

from tests.support import factories, proposing
from tests.support.root import ROOT
from wallet import alerts
from wallet.database import clock as real_clock
from wallet.models import Opening, Price, Pulse
from wallet.models.pulse import SWEPT, taken_from

# Every rule of an asset has a series, from the first scrape on.
NOTHING_KEPT_OUT = {("dustsite_assets_kept_out", rule): 0 for rule in ("M2", "M3", "M4", "M5", "M6", "M7", "M9")}


PANEL = (
    *("open", "prices_old", "ended_last_day", "unfinished", "proposals_waiting", "audit_failed", "firing"),
    *("mails_waiting", "mails_given_up"),
)


def panel(samples):
    """Those of the home panel, and the others."""
    of_panel = {sample: value for sample, value in samples.items() if sample[0].removeprefix("dustsite_") in PANEL}
    return of_panel, {sample: value for sample, value in samples.items() if sample not in of_panel}


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
    factories.market_round(priced=7, fallback_answers=True)
    world.clock.tick(milliseconds=500)
    for code, why in {"DOGE": "disagree", "ETH": "disagree", "EUR": "wide"}.items():
        factories.keep_out(code, why)
    assert panel(scraped(client))[1] == {
        ("dustsite_price_age_seconds",): 8.5,
        ("dustsite_oldest_unfinished_seconds",): 7.5,
        ("dustsite_last_beat_seconds",): 0.5,
        ("dustsite_last_taken_seconds", "prices"): 0.5,
        ("dustsite_market_round_seconds_ago",): 0.5,
        ("dustsite_market_round_failed",): 0,
        ("dustsite_market_fallback_answers",): 1,
        ("dustsite_assets_priced",): 7,
        **NOTHING_KEPT_OUT,
        ("dustsite_assets_kept_out", "M4"): 1,
        ("dustsite_assets_kept_out", "M5"): 2,
    }


def test_what_has_no_age_has_no_sample(client, db):
    Price.objects.all().delete()
    nothing = {("dustsite_market_round_failed",): 0, ("dustsite_assets_priced",): 0}
    assert panel(scraped(client))[1] == nothing | NOTHING_KEPT_OUT


def test_it_has_the_home_panels_figures_and_which_alerts_fire(client, world, paula):
    world.settled("DOGE")
    world.confirmed_by_others(1)
    proposing.proposed(paula, world.clock())
    proposing.breaker_closes()
    world.clock.tick(seconds=181)
    told = panel(scraped(client))[0]
    fires = {sample[1]: value for sample, value in told.items() if sample[0] == "dustsite_firing"}
    assert {sample: value for sample, value in told.items() if sample[0] != "dustsite_firing"} == {
        ("dustsite_open",): 0,
        ("dustsite_prices_old",): len(factories.ASSETS),
        ("dustsite_ended_last_day", "completed"): 1,
        ("dustsite_ended_last_day", "stopped"): 0,
        ("dustsite_ended_last_day", "failed"): 0,
        ("dustsite_unfinished",): 1,
        ("dustsite_proposals_waiting",): 1,
        ("dustsite_mails_waiting",): 1,  # the receipt
        ("dustsite_mails_given_up",): 0,
        ("dustsite_audit_failed",): 0,
    }
    assert fires.keys() == {condition.name for condition in alerts.conditions()}
    assert {name for name, value in fires.items() if value} >= {"house_breaker_closed", "price_old", "conversion_stuck"}
    assert fires["conversion_failed"] == 0


def test_a_round_that_failed_shows(client, world):
    factories.market_round()
    factories.market_round(error="demo gave no usable price.")
    assert scraped(client)["dustsite_market_round_failed",] == 1


def test_a_fallback_that_does_not_answer_shows_and_one_that_is_not_configured_has_no_sample(client, world):
    factories.market_round(fallback_answers=False)
    assert scraped(client)["dustsite_market_fallback_answers",] == 0
    world.clock.tick(seconds=5)
    factories.market_round()
    assert ("dustsite_market_fallback_answers",) not in scraped(client)


def test_every_gauge_says_what_it_is(client, world):
    families = list(text_string_to_metric_families(client.get("/metrics").content.decode()))
    assert families
    for family in families:
        assert (family.type, bool(family.documentation)) == ("gauge", True), family.name


def test_the_guide_has_every_gauge_and_the_rules_ask_for_none_that_is_not_there(client, world):
    families = text_string_to_metric_families(client.get("/metrics").content.decode())
    known = {family.name for family in families}
    guide = (ROOT / "docs" / "operating.md").read_text()
    assert set(re.findall(r"^\| `(dustsite_\w+)` \|", guide, re.MULTILINE)) == known
    rules = (ROOT / "docs" / "alerts.yaml").read_text()
    asked = set(re.findall(r"dustsite_\w+", rules))
    assert asked
    assert asked <= known


def test_only_reading_is_allowed(client, db):
    assert client.post("/metrics").status_code == 405


def test_nobody_has_to_sign_in_and_no_customer_is_named(client, world):
    world.settled("DOGE")
    assert world.user.username not in client.get("/metrics").content.decode()


def test_it_takes_the_same_number_of_queries_whatever_there_is(client, world, queries):
    few = len(queries(client.get, "/metrics"))
    for conversion in world.confirmed_by_others(3):
        world.settle(conversion)
        factories.market_round(error="no")
        proposing.breaker_closes()
        Opening.objects.create(is_open=True)
    assert len(queries(client.get, "/metrics")) == few


def test_without_its_database_it_is_not_there(client, db, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(real_clock, "now", gone)
    assert client.get("/metrics").status_code == 503
