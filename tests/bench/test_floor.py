"""What is prepared is as if the verbs had made it; and the floor judges by the rules that the product judges by."""

import random

import pytest
from django.db import DatabaseError, transaction

from wallet.audit import audit
from wallet.bench import customers, floor, market, ways
from wallet.bench.errors import BenchError
from wallet.bench.processes import FLOOR, ROUND, SINGLE, Job
from wallet.database import clock
from wallet.market import rounds
from wallet.models import Asset, Conversion, Customer, Price


def quote(lines=2):
    market.set_fee(market.NO_FEE)
    return market.quote("copied", lines, random.Random(1))


def test_prepared_conversions_are_confirmed_and_wait_for_prices(opened):
    references = customers.confirmed(quote(), 3)
    made = Conversion.objects.filter(reference__in=references)
    assert made.confirmed().count() == made.values("user").distinct().count() == 3
    assert not made.ready(clock.now()).exists()
    rounds.refresh()
    assert made.ready(clock.now()).count() == 3
    assert list(audit()) == []


def test_the_rows_that_are_there_before_are_completed_conversions(opened):
    customers.finished(quote(), 3)
    assert Conversion.objects.completed().count() == 3
    assert list(audit()) == []


def pause():
    Asset.objects.filter(code=market.CODES[0]).update(conversions_paused=True, pause_reason="Upkeep.")


def unlist():
    Asset.objects.filter(code=market.CODES[1]).update(status=Asset.Status.UNLISTED)


def raise_a_price():
    Price.objects.filter(asset__code=market.CODES[0]).update(rate_btc=1)


def lead_elsewhere():
    Price.objects.filter(asset__code=market.CODES[0]).update(path="elsewhere")


def forget_bnb():
    Price.objects.filter(asset__code="BNB").delete()


def have_converted():
    Customer.objects.update(last_converted_at=clock.now())


@pytest.mark.parametrize("change", [pause, unlist, raise_a_price, lead_elsewhere, forget_bnb, have_converted])
def test_the_floor_judges_the_rules_too(opened, change):
    (reference,) = customers.confirmed(quote(), 1)
    rounds.refresh()
    change()
    with pytest.raises((BenchError, DatabaseError)), transaction.atomic():
        floor.settle(reference)
    assert Conversion.objects.get(reference=reference).is_confirmed


def test_the_floor_waits_for_prices_since_confirm(opened):
    (reference,) = customers.confirmed(quote(), 1)
    with pytest.raises((BenchError, DatabaseError)), transaction.atomic():
        floor.settle(reference)
    rounds.refresh()
    assert floor.settle(reference)
    assert not floor.settle(reference)


def test_more_assets_than_the_demonstration_prices_are_refused(db):
    with pytest.raises(BenchError, match="not 1000"):
        market.open_market(1000)


def test_a_client_says_what_it_did(opened):
    references = customers.confirmed(quote(), 3)
    rounds.refresh()
    work = ways.run(Job(FLOOR, references[:1]))
    assert (len(work.each), work.ended >= work.began + work.each[0]) == (1, True)
    assert ways.run(Job(SINGLE, references[1:2])).statements > 1
    assert len(ways.run(Job(ROUND, [])).each) == 1
    assert Conversion.objects.completed().count() == 3
