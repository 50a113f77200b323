"""P19, P20: after the house breaker closed, a second person opens; closing never waits for anybody."""

import pytest
from django.core.exceptions import ValidationError

from tests.support import proposing
from wallet import proposals
from wallet.models import Opening
from wallet.proposals import Declined


def test_p20_two_people_open_again(world, paula, ada):
    proposing.breaker_closes()
    asked = proposing.resuming(paula)
    assert not Opening.objects.service(world.clock()).is_open
    proposals.approve(by=ada, proposal=asked.pk)
    opening = Opening.objects.get(is_open=True)
    assert (opening.proposal, opening.created_by, opening.reason) == (asked, paula, "Prices are right.")
    assert Opening.objects.service(world.clock()).is_open


def test_nothing_is_proposed_while_the_breaker_has_not_closed(world, paula):
    Opening.objects.create(is_open=False, notice="We are moving.")
    with pytest.raises(ValidationError, match="has not closed conversions"):
        proposing.resuming(paula)
    proposing.breaker_closes()
    Opening.objects.create(is_open=True)
    with pytest.raises(ValidationError, match="has not closed conversions"):
        proposing.resuming(paula)


def test_what_the_breaker_closed_again_meanwhile_stays_closed(world, paula, ada):
    """P19: nobody looked at the second closing yet."""
    first = proposing.breaker_closes()
    asked = proposing.resuming(paula)
    second = proposing.breaker_closes("Once more.")
    with pytest.raises(Declined, match="Things have changed"):
        proposals.approve(by=ada, proposal=asked.pk)
    assert list(Opening.objects.stopped()) == [first, second]
    again = proposing.resuming(paula)
    proposals.approve(by=ada, proposal=again.pk)
    assert not Opening.objects.stopped().exists()
    with pytest.raises(Declined, match="decided on this already"):
        proposals.approve(by=ada, proposal=again.pk)
    assert Opening.objects.filter(is_open=True).count() == 1
