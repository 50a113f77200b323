"""What a change means to real balances, at current prices, in two queries."""

from decimal import Decimal

import pytest

from tests.support import factories, proposing
from wallet.models import Asset
from wallet.proposals import examples, policy


@pytest.fixture
def said(world):
    """What is said of other figures."""

    def sentences(**changes):
        made = policy.version(proposing.figures(world.clock(), **changes))
        return examples.sentences(world.policy, made, world.clock())

    return sentences


def test_a_limit_says_how_many_balances_and_how_much_more(world, said):
    """The customer holds 100 DOGE (0.0002 BTC), 0.01 ETH (0.0005 BTC) and 10 EUR (0.0002 BTC)."""
    factories.user("rich", {"ETH": "0.04", "DOGE": "1000"})  # both are worth 0.002 BTC
    assert said(dust_limit_btc="0.002") == [
        "Below 0.0012 BTC there are now 3 balances, worth 0.0009 BTC.",
        "0 more balances, 0 BTC more.",
    ]
    assert said(dust_limit_btc="0.00200001")[1] == "2 more balances, 0.004 BTC more."
    assert said(dust_limit_btc="0.0005")[1] == "1 fewer balance, 0.0005 BTC less."


def test_a_fee_says_what_it_would_be(said):
    assert said(fee_percent="1")[1] == "If all were converted, the fees would be 0.000009 BTC instead of 0 BTC."


def test_only_what_can_be_converted_counts(world, said):
    factories.deposit(world.user, "BNB", "0.001")
    Asset.objects.filter(code="ETH").update(status="unlisted")
    Asset.objects.filter(code="EUR").update(conversions_paused=True, pause_reason="Later.")
    assert said(fee_percent="1")[0] == "Below 0.0012 BTC there are now 1 balance, worth 0.0002 BTC."
    world.clock.tick(seconds=61)
    assert said(fee_percent="1")[0] == "Below 0.0012 BTC there are now 0 balances, worth 0 BTC."


def test_sums_beyond_sixty_four_bits_are_exact(world, said):
    factories.asset("TINY")
    factories.price("TINY", "0.00000000000000001")
    for number in range(3):
        factories.user(f"whale{number}", {"TINY": "80000000000"})
    first, second = said(dust_limit_btc="0.01")
    assert first == "Below 0.0012 BTC there are now 6 balances, worth 0.0009024 BTC."
    assert second == "0 more balances, 0 BTC more."


def test_there_are_two_queries_whatever_there_is(world, queries):
    limits = [Decimal("0.0012"), Decimal("0.01")]

    def ask():
        return queries(examples.small_balances, limits, world.policy, world.clock())

    assert len(ask()) == 2
    world.hold_more(10)
    assert len(ask()) == 2
