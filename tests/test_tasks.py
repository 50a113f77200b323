import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from dustsite.celery import app
from tests.support import factories
from wallet import conversions, ledger, tasks
from wallet.conversions import settlement
from wallet.database.retrying import Busy
from wallet.market import rounds
from wallet.market.source import MarketError
from wallet.models import Conversion, HouseBalance, Pulse


@pytest.fixture
def sent(monkeypatch):
    """What tasks sent to other tasks: (task, its arguments)."""
    found = []
    for task in (tasks.settle, tasks.settle_round, tasks.refresh_prices, tasks.sweep, tasks.send_mails):
        monkeypatch.setattr(
            task, "apply_async", lambda args=(), name=task.name, **options: found.append((name, args, options))
        )
    return found


def names(sent):
    return [(name.rpartition(".")[2], args) for name, args, _ in sent]


def test_settle_finishes_a_conversion_that_ran_alone_and_sends_the_next_at_once(world, sent):
    conversion = world.confirmed()
    world.observe()
    Conversion.objects.update(attempts=1)
    tasks.settle(conversion.reference)
    assert world.status(conversion) == "completed"
    assert names(sent) == [("sweep", ()), ("send_mails", ())]


def test_a_message_that_came_before_sends_nobody(world, sent):
    tasks.settle(world.settled().reference)
    assert sent == []


def test_without_a_price_since_confirm_settle_asks_for_a_round(world, sent):
    conversion = world.confirmed()
    tasks.settle(conversion.reference)
    assert names(sent) == [("refresh_prices", (conversion.confirmed_at.isoformat(),))]


@pytest.mark.parametrize(("size", "messages"), [(40, 1), (2, 2), (1, 3)])
def test_a_round_sends_a_message_a_chunk_for_everybody_who_waited_for_it(
    world, sent, monkeypatch, chunks_of, size, messages
):
    chunks_of(size)
    waiting = world.confirmed_by_others(3)
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: world.observe())
    tasks.refresh_prices(world.clock().isoformat())
    assert names(sent) == [("settle_round", ())] * messages
    tasks.settle_round()
    assert {world.status(conversion) for conversion in waiting} == {"completed"}


def test_a_round_leaves_those_that_lost_an_attempt_to_the_sweep(world, sent, monkeypatch):
    world.confirmed()
    Conversion.objects.update(attempts=1)
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: world.observe())
    tasks.refresh_prices()
    assert sent == []
    tasks.settle_round()
    assert Conversion.objects.confirmed().exists()


def test_those_that_a_round_did_not_come_to_are_followed_by_one_message_and_no_more(
    world, sent, monkeypatch, chunks_of
):
    """Were it one a chunk again, messages would breed."""
    chunks_of(1)
    world.confirmed_by_others(5)
    world.observe()
    monkeypatch.setattr(conversions, "AT_ONCE", 2)
    tasks.settle_round()
    assert Conversion.objects.confirmed().count() == 3
    assert names(sent) == [("settle_round", ()), ("send_mails", ())]


def test_one_that_could_not_be_finished_ends_no_round_early(world, sent, monkeypatch, chunks_of):
    """Of as many as a round may try, one is not finished: who was not tried is settled by the next message, not by a sweep."""
    chunks_of(1)
    first, *_ = world.confirmed_by_others(3)
    world.observe()
    judge = Conversion.judge

    def faulty(conversion, *args, **options):
        return 1 / 0 if conversion.pk == first.pk else judge(conversion, *args, **options)

    monkeypatch.setattr(Conversion, "judge", faulty)
    monkeypatch.setattr(conversions, "AT_ONCE", 2)
    tasks.settle_round()
    assert names(sent) == [("settle_round", ()), ("send_mails", ())]


def test_a_round_that_can_finish_nobody_sends_no_other(world, sent, monkeypatch, chunks_of):
    """It would find the same for ever."""
    chunks_of(1)
    world.confirmed_by_others(3)
    world.observe()

    def unanswered(references, waits):
        return settlement.Outcome([], list(Conversion.objects.filter(reference__in=references)))

    monkeypatch.setattr(settlement, "complete_or_stop", unanswered)
    monkeypatch.setattr(conversions, "AT_ONCE", 2)
    tasks.settle_round()
    assert sent == []


def test_a_round_does_not_send_on_who_needs_a_newer_price_still(world, sent, monkeypatch):
    """Were it sent, it would ask for a round, which would send it, and so on for ever."""
    conversion = world.confirmed("DOGE", "ETH")
    before = conversion.confirmed_at

    def late():
        factories.price("BNB", "0.01")
        factories.price("DOGE", "0.000002", observed_at=before - (world.clock() - conversion.quoted_at))

    world.clock.tick(seconds=1)
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: late())
    tasks.refresh_prices()
    assert sent == []
    world.observe()
    tasks.refresh_prices()
    assert sent == []  # the market was put back to late prices by the round itself
    monkeypatch.setattr(rounds, "refresh", lambda wanted_at: world.observe())
    tasks.refresh_prices()
    assert names(sent) == [("settle_round", ())]


def test_a_market_that_does_not_answer_is_logged_and_no_fault(world, sent, monkeypatch, events):
    def silent(wanted_at):
        raise MarketError("demo gave no usable price.")

    monkeypatch.setattr(rounds, "refresh", silent)
    world.confirmed()
    tasks.refresh_prices()
    assert [event["says"] for event in events("market_failed", "WARNING")] == ["demo gave no usable price."]
    assert sent == []


@pytest.mark.parametrize("together", [False, True])
def test_a_busy_database_uses_up_no_attempt(world, sent, monkeypatch, together):
    conversion = world.confirmed()
    world.observe()

    def busy(references, waits):
        raise Busy

    monkeypatch.setattr(settlement, "complete_or_stop", busy)
    tasks.settle_round() if together else tasks.settle(conversion.reference)
    row = Conversion.objects.get(pk=conversion.pk)
    assert (row.status, row.attempts, row.next_attempt_at) == ("confirmed", 0, world.clock())
    assert sent == []  # it would find the same; the sweep comes in seconds


def test_the_sweep_sends_what_is_due_to_what_helps_it_on_with_an_expiry_and_beats(world, sent):
    lost, ready = world.confirmed_by_others(2)
    Conversion.objects.filter(pk=lost.pk).update(attempts=1)
    world.observe()
    unanswered = world.confirmed()
    tasks.sweep()
    assert names(sent) == [
        ("settle_round", ()),
        ("settle", (lost.reference,)),
        ("refresh_prices", (unanswered.confirmed_at.isoformat(),)),
    ]
    assert {options["expires"] for _, _, options in sent} == {10}
    assert Pulse.objects.get(name="sweep").beat_at == world.clock()
    tasks.settle_round()
    assert [world.status(one) for one in (lost, ready, unanswered)] == ["confirmed", "completed", "confirmed"]


def test_clearing_is_a_task(world):
    world.quoted()
    world.clock.tick(days=2)
    tasks.clear_quotes()
    assert not Conversion.objects.exists()


def test_sessions_that_have_ended_are_cleared_and_no_other(client, world):
    client.force_login(world.user)
    ended = SessionStore()
    ended.set_expiry(-1)
    ended.save()
    tasks.clear_sessions()
    assert list(Session.objects.values_list("pk", flat=True)) == [client.session.session_key]


@pytest.mark.parametrize(
    ("queue", "task"),
    [
        ("settle", tasks.sweep),
        ("prices", tasks.refresh_prices),
        ("mails", tasks.send_mails),
        ("upkeep", tasks.sum_house_balances),
    ],
)
def test_p6_what_beat_sends_to_a_queue_shows_that_the_queue_is_consumed(world, sent, client, queue, task):
    """P6: /healthz names each queue's last consumption, by a task that really goes to this queue."""
    assert app.amqp.router.route({}, task.name)["queue"].name == queue
    task()
    world.clock.tick(seconds=4)
    ages = client.get("/healthz").json()["last_taken_seconds"]
    assert ages == {"settle": None, "prices": None, "mails": None, "upkeep": None} | {queue: 4.0}


def test_the_houses_balances_are_summed_by_a_task_that_a_busy_database_does_not_break(world, monkeypatch, events):
    tasks.sum_house_balances()
    assert HouseBalance.objects.get(account__kind="outside", account__asset__code="DOGE").units == -100_000_000

    def busy():
        raise Busy

    monkeypatch.setattr(ledger, "sum_house_balances", busy)
    tasks.sum_house_balances()
    assert [event["at"] for event in events("too_busy", "WARNING")] == ["sum_house_balances"]
