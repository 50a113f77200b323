"""P20, P1: what was bought or sold outside is booked by two people, once, and the position says so to the unit."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from tests.support import factories, proposing
from wallet import proposals, treasury
from wallet.audit import audit
from wallet.models import Account, Transaction
from wallet.proposals import Declined
from wallet.proposals.kinds import KINDS

TRADE = {"bought": "BNB", "bought_amount": "20", "sold": "USDT", "sold_amount": "12500.5", "reference": "ORDER-1"}


@pytest.fixture
def clerk(world):
    return factories.staff("treasury", "clerk")


@pytest.fixture
def other(world):
    return factories.staff("risk", "other")


def propose(by, **changes):
    return proposals.propose(
        by=by, kind="booking", payload={**TRADE, **changes}, reason="Restock.", evidence="order 1", confirms=True
    )


def own(code):
    return {one.asset.code: (one.own, one.held, one.owed) for one in treasury.treasury(None).positions}[code]


def test_a_trade_moves_the_treasury_and_the_outside_once_it_was_approved(world, clerk, other):
    asked = propose(clerk)
    assert not Transaction.objects.filter(kind="booking").exists()
    with pytest.raises(Declined, match="yourself"):
        proposals.approve(by=clerk, proposal=asked.pk)
    before = list(Account.objects.customers().order_by("pk").values())
    proposals.approve(by=other, proposal=asked.pk)
    assert (own("BNB"), own("USDT")) == (
        (2_000_000_000, 2_000_000_000, 0),
        (-12_500_500_000, -12_500_500_000, 0),
    )
    assert list(Account.objects.customers().order_by("pk").values()) == before
    assert list(audit()) == []


def test_a_reference_is_booked_once_though_two_proposals_name_it(world, clerk, other):
    first, second = propose(clerk), propose(clerk)
    proposals.approve(by=other, proposal=first.pk)
    with pytest.raises(Declined, match="ORDER-1 is booked already"):
        proposals.approve(by=other, proposal=second.pk)
    with pytest.raises(ValidationError, match="booked already"):
        propose(clerk)
    assert Transaction.objects.filter(kind="booking").count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bought": "XYZ"}, "There is no asset “XYZ”."),
        ({"bought_amount": "1e5"}, "is not an amount"),
        ({"bought_amount": "0"}, "more than zero"),
        ({"bought_amount": "-1"}, "is not an amount"),
        ({"sold_amount": "0.1234567"}, "more than 6 decimal places"),
        ({"sold": "BNB", "sold_amount": "1"}, "different assets"),
        ({"reference": ""}, "1 to 80 characters that can be printed"),
        ({"reference": "x" * 81}, "1 to 80 characters that can be printed"),
        (dict.fromkeys(("bought", "bought_amount", "sold", "sold_amount"), ""), "Say what was bought"),
    ],
)
def test_a_trade_that_cannot_be_is_refused_in_words(world, clerk, changes, words):
    with pytest.raises(ValidationError, match=words):
        propose(clerk, **changes)


def test_the_form_previews_and_proposes(world, clerk, text):
    client, path = proposing.browser(clerk), "/admin/wallet/proposal/propose/booking/"
    sent = {**TRADE, "reason": "Restock.", "evidence": "order 1"}
    assert "Amount bought" in text(client.post(path, {**sent, "preview": "1"}))
    assert client.post(path, {**sent, "evidence": "", "propose": "1"}).status_code == 422
    assert "short of what customers have been credited" in text(client.post(path, {**sent, "propose": "1"}))
    assert client.post(path, {**sent, "propose": "1", "confirms": "on"}).status_code == 302


def test_whoever_proposes_and_decides_sees_what_the_house_has_of_its_own_before_and_after(world, clerk, other):
    factories.book("USDT", "20000")
    asked = propose(clerk, sold_amount="500")
    factories.book("USDT", "100", "sold")
    sort = KINDS["booking"]
    rows = {row.name: row for row in sort.rows(asked.payload, asked.state, sort.state(asked.payload))}
    usdt, bnb = rows["The house’s own USDT"], rows["The house’s own BNB"]
    assert (usdt.then, usdt.now, usdt.new) == ("20000.000000", "19900.000000", "19400.000000")
    assert Decimal(bnb.new) - Decimal(bnb.now) == 20
    proposals.approve(by=other, proposal=asked.pk)
    assert own("USDT")[0] == 19_400_000_000


def test_selling_what_the_house_does_not_have_is_warned_of_and_has_to_be_meant(world, clerk):
    factories.book("USDT", "1000")
    with pytest.raises(ValidationError) as refused:
        proposals.propose(by=clerk, kind="booking", payload=TRADE, reason="Restock.", evidence="order 1")
    assert refused.value.message_dict == {
        "confirms": ["USDT: the house is 11,500.500000 short of what customers have been credited."]
    }
    enough = TRADE | {"sold_amount": "1000"}
    proposals.propose(by=clerk, kind="booking", payload=enough, reason="Restock.", evidence="order 1")
