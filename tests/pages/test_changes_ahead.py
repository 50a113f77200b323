"""Customers are told ahead where they lose: which figure, when, from what, to what; on the dust page and under help."""

from datetime import date, timedelta

import pytest
from django.utils import translation

from tests.support import factories
from tests.support.html import read
from wallet.models import Asset, Policy, PolicyWithdrawal
from wallet.pages.changes_ahead import changes_ahead, delistings_ahead


@pytest.fixture
def told(world):
    """What is told of a version with these changes, in two hours or at another time."""

    def words(*, after=timedelta(hours=2), **changes):
        factories.policy(effective_from=world.clock() + after, **changes)
        now = world.clock()
        found = changes_ahead(Policy.objects.in_effect(now), Policy.objects.pending(now), now)
        return [read(one).text for one in found]

    return words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"dust_limit_btc": "0.001"},
            "The limit for small balances changes today at 16:32 UTC from 0.0012 BTC to 0.001 BTC.",
        ),
        (
            {"interval_seconds": 43_200},
            "The time between conversions changes today at 16:32 UTC from 6 hours to 12 hours.",
        ),
        (
            {"tolerance_percent": 8},
            "The move of an asset’s price in BNB at which nothing is converted changes today at 16:32 UTC from 5% to 8%.",
        ),
        ({"fee_percent": "0.5"}, "The fee changes today at 16:32 UTC from 0% to 0.5%."),
    ],
)
def test_a_loss_is_told_with_both_figures_and_the_time(told, changes, words):
    assert told(**changes) == [words]


@pytest.mark.parametrize(
    "changes",
    [{"dust_limit_btc": "0.002"}, {"interval_seconds": 3600}, {"tolerance_percent": 3}, {"breaker_bnb": 9}, {}],
)
def test_what_customers_gain_or_do_not_see_is_not_told(told, changes):
    assert told(**changes) == []


def test_one_change_after_the_other_is_told_from_what_is_in_force_by_then(told):
    told(fee_percent=1)
    assert told(after=timedelta(days=1), fee_percent=3) == [
        "The fee changes today at 16:32 UTC from 0% to 1%.",
        "The fee changes tomorrow at 14:32 UTC from 1% to 3%.",
    ]


def test_it_is_told_on_the_pages_until_it_is_in_force_or_withdrawn(signed_in, world, text):
    pending = factories.policy(effective_from=world.clock() + timedelta(hours=2), fee_percent=1)
    words = "The fee changes today at 16:32 UTC from 0% to 1%."
    for path in ("/wallet/dust/", "/help/"):
        assert words in text(signed_in.get(path))
        with translation.override(None):
            german = text(signed_in.get(path, headers={"Accept-Language": "de"}))
        assert "Die Gebühr ändert sich heute um 16:32 UTC von 0 % auf 1 %." in german.replace("\xa0", " ")
    PolicyWithdrawal.objects.create(policy=pending, reason="A typo.")
    assert all(words not in text(signed_in.get(path)) for path in ("/wallet/dust/", "/help/"))
    factories.policy(effective_from=world.clock() + timedelta(hours=2), fee_percent=1)
    assert words in text(signed_in.get("/help/"))
    world.clock.tick(hours=2)
    assert "The fee changes" not in text(signed_in.get("/help/"))
    assert "A fee of 1% of the BNB" in text(signed_in.get("/help/"))


def test_an_asset_that_is_to_be_delisted_is_told_to_whoever_holds_it_until_it_is(signed_in, world, text):
    days = {"delisted_on": date(2026, 12, 1), "withdraw_until": date(2027, 3, 1)}
    Asset.objects.filter(code__in=["DOGE", "NEO"]).update(**days)
    words = (
        "DOGE will be delisted on 1 December 2026. From then on it can’t be converted."
        " It can be withdrawn until 1 March 2027."
    )
    page = text(signed_in.get("/wallet/dust/"))
    assert words in page
    assert "NEO will be" not in page
    assert "Will be delisted on 1 December 2026" in text(signed_in.get("/wallet/"))
    with translation.override(None):
        german = text(signed_in.get("/wallet/dust/", headers={"Accept-Language": "de"}))
    assert "DOGE wird am 1. Dezember 2026 aus dem Handel genommen." in german.replace("\xa0", " ")
    world.clock.tick(days=9)
    world.observe()
    assert "will be delisted" not in text(signed_in.get("/wallet/dust/"))
    assert "Will be delisted" not in text(signed_in.get("/wallet/"))


def test_of_one_that_is_delisted_already_nothing_is_told_ahead(world):
    Asset.objects.filter(code="DOGE").update(status="delisted", delisted_on=date(2026, 12, 1))
    assert delistings_ahead(Asset.objects.filter(code="DOGE"), world.clock()) == []
