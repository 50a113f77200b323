from django.db import OperationalError

from wallet.database import clock as real_clock
from wallet.models import Price, Pulse
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
        "last_taken_seconds": {"settle": None, "prices": 0.5, "upkeep": None},
    }


def test_health_of_an_empty_site_has_no_ages(client, db):
    Price.objects.all().delete()
    response = client.get("/healthz")
    assert response.status_code == 200
    ages = response.json()
    assert set(ages.pop("last_taken_seconds").values()) == {None}
    assert set(ages.values()) == {"ok", None}


def test_without_its_database_the_site_is_not_healthy(client, db, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(real_clock, "now", gone)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": "does not answer"})
