import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from kombu.exceptions import OperationalError

from tests.support import factories
from tests.support.tampering import without_guards
from wallet import portfolio, tasks
from wallet.database import clock
from wallet.models import Asset, Conversion, Entry, Policy, Transaction


def run(name, *args, **options):
    out = StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


def test_deposit_credits_a_customer_once(world):
    args = ("mira", "DOGE", "12.5")
    assert "mira has 12.500000 DOGE by deposit R1" in run("deposit", *args, reference="R1")
    run("deposit", *args, reference="R1")
    assert factories.balance(world.user, "DOGE") == 112_500_000


@pytest.mark.parametrize(
    ("args", "reference", "words"),
    [
        (("nobody", "DOGE", "1"), "R1", "There is no user nobody."),
        (("mira", "NOPE", "1"), "R1", "There is no asset NOPE."),
        (("mira", "DOGE", "1.1234567"), "R1", "more than 6 decimal places"),
        (("mira", "DOGE", "1e5"), "R1", "is not an amount"),
        (("mira", "DOGE", "0"), "R1", "more than zero"),
        (("mira", "DOGE", "99999999999999"), "R1", "more than can be kept"),
        (("mira", "DOGE", "1"), " ", "A reference has 1 to 80 characters."),
        (("mira", "DOGE", "1"), "x" * 81, "A reference has 1 to 80 characters."),
        (("mira", "DOGE", "2"), "mira-DOGE-100", "stands for another deposit"),
    ],
)
def test_a_deposit_that_cannot_be_made_says_why_and_moves_nothing(world, args, reference, words):
    before = Entry.objects.count()
    with pytest.raises(CommandError, match=words):
        run("deposit", *args, reference=reference)
    assert Entry.objects.count() == before


def test_the_demonstration_has_small_balances_and_every_reason_why_not(db):
    run("seed_demo")
    user = factories.User.objects.get(username="demo")
    held = portfolio.portfolio(user=user, policy=Policy.objects.current(), now=clock.now())
    assert len(held.convertible) >= 12
    reasons = {holding.refusal.code for holding in held.refused}
    assert reasons == {"over_limit", "delisted", "unlisted", "paused", "too_small", "price_unavailable"}
    assert Asset.objects.count() >= 60
    assert user.check_password("demo")
    assert factories.User.objects.get(username="admin").is_superuser


def test_the_demonstration_is_safe_to_repeat_and_never_credits_twice(db):
    run("seed_demo")
    before = Transaction.objects.count(), factories.balances(factories.User.objects.get(username="demo"))
    Asset.objects.filter(code="DOGE").update(name="Changed by the operator")
    run("seed_demo")
    assert (Transaction.objects.count(), factories.balances(factories.User.objects.get(username="demo"))) == before
    assert Asset.objects.get(code="DOGE").name == "Changed by the operator"


def test_the_demonstration_refuses_to_run_in_production(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="This is production"):
        run("seed_demo")
    assert not factories.User.objects.exists()


def test_the_demonstration_does_without_a_market_that_does_not_answer(db, settings):
    settings.PRICE_SOURCE, settings.EXCHANGE_URL = "exchange", "http://127.0.0.1:9"
    errors = StringIO()
    run("seed_demo", stderr=errors)
    assert "No prices yet" in errors.getvalue()


def test_refresh_prices_asks_the_configured_source(world, settings):
    assert "of 7 assets have a price" in run("refresh_prices")
    settings.PRICE_SOURCE, settings.EXCHANGE_URL = "exchange", "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="binance gave no prices"):
        run("refresh_prices")


def test_sweep_conversions_sends_what_is_due(world, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.refresh_prices, "apply_async", lambda args, **options: sent.append(args))
    monkeypatch.setattr(tasks.settle_round, "apply_async", lambda **options: sent.append("round"))
    conversion = world.confirmed()
    assert "0 chunks of conversions, none by itself, a round of prices" in run("sweep_conversions")
    world.observe()
    assert "1 chunks of conversions, none by itself, no round of prices" in run("sweep_conversions")
    assert sent == [(conversion.confirmed_at.isoformat(),), "round"]


def test_sweep_conversions_says_when_the_broker_is_gone(world, monkeypatch):
    def gone(args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(tasks.refresh_prices, "apply_async", gone)
    world.confirmed()
    with pytest.raises(CommandError, match="The broker takes no messages"):
        run("sweep_conversions")
    assert Conversion.objects.get().status == "confirmed"


def test_audit_ledger_passes_on_a_balanced_ledger(world):
    world.settled("DOGE")
    assert run("audit_ledger") == "The ledger is balanced.\n"
    assert json.loads(run("audit_ledger", json=True)) == {"violations": []}


def test_audit_ledger_says_what_is_broken_and_fails(world):
    world.settled("DOGE")
    without_guards("UPDATE wallet_account SET sequence = 9 WHERE units > 0")
    for as_json in (True, False):
        out = StringIO()
        with pytest.raises(SystemExit) as caught:
            call_command("audit_ledger", json=as_json, stdout=out)
        assert caught.value.code == 1
        assert "9 entries are counted, 1 exist" in out.getvalue()
        if as_json:
            assert {one["promise"] for one in json.loads(out.getvalue())["violations"]} == {"P3"}
        else:
            assert out.getvalue().splitlines()[-1] == f"{len(out.getvalue().splitlines()) - 1} violations"
