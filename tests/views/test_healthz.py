from django.db import OperationalError

from wallet.database import clock as real_clock
from wallet.models import Price, Pulse


def test_health_says_how_old_everything_is(client, world):
    world.confirmed("DOGE")
    world.clock.tick(seconds=7)
    Pulse.objects.beat("sweep", world.clock())
    world.clock.tick(milliseconds=500)
    assert client.get("/healthz").json() == {
        "database": "ok",
        "price_age_seconds": 8.5,
        "oldest_unfinished_seconds": 7.5,
        "last_beat_seconds": 0.5,
        "last_audit_passed_seconds": None,
    }


def test_health_of_an_empty_site_has_no_ages(client, db):
    Price.objects.all().delete()
    response = client.get("/healthz")
    assert response.status_code == 200
    assert set(response.json().values()) == {"ok", None}


def test_without_its_database_the_site_is_not_healthy(client, db, monkeypatch):
    def gone():
        raise OperationalError

    monkeypatch.setattr(real_clock, "now", gone)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (503, {"database": "does not answer"})
