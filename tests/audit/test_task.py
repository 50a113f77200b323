"""What the audit's task says in the log, and to /healthz."""

import logging

from tests.support.tampering import found, without_guards
from wallet import tasks
from wallet.models import Pulse


def test_the_task_says_in_the_log_that_it_passed_and_health_when(world, events, client):
    world.settled("DOGE")
    tasks.audit_ledger()
    assert len(events("audit_passed", "INFO")) == 1
    world.clock.tick(seconds=3)
    assert client.get("/healthz").json()["last_audit_passed_seconds"] == 3.0


def test_the_task_raises_an_alert_for_each_violation_and_does_not_say_that_it_passed(world, caplog):
    without_guards("UPDATE wallet_account SET sequence = 9 WHERE units > 0")
    with caplog.at_level(logging.ERROR):
        tasks.audit_ledger()
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == len(found())
    assert "9 entries are counted, 1 exist" in caplog.text
    assert not Pulse.objects.filter(name="audit").exists()
