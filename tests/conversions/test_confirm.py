import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from wallet import conversions, ledger
from wallet.models import Asset, Conversion, Customer, Entry, Opening
from wallet.refusals import Refused


def confirm(quote, user=None):
    return conversions.confirm(user=user or quote.user, reference=quote.reference)


def refusal(world, quote):
    """Confirm is refused with this, and changes nothing."""
    before = factories.balances(world.user), Entry.objects.count()
    with pytest.raises(Refused) as caught:
        confirm(quote)
    assert world.status(quote) == "quoted"
    assert (factories.balances(world.user), Entry.objects.count()) == before
    return caught.value.refusal


def test_confirm_marks_the_quote_and_moves_nothing(world):
    quote = world.quoted()
    before = factories.balances(world.user)
    world.clock.tick(seconds=10)
    confirmed = confirm(quote)
    assert (confirmed.status, confirmed.confirmed_at, confirmed.next_attempt_at) == (
        "confirmed",
        world.clock(),
        world.clock(),
    )
    assert factories.balances(world.user) == before


def test_p4_a_second_confirm_gets_the_same_conversion(world):
    """P4: and so does one after the end."""
    quote = world.quoted()
    first = confirm(quote)
    world.clock.tick(hours=1)
    again = confirm(quote)
    assert (again.pk, again.confirmed_at) == (first.pk, first.confirmed_at)
    world.clock.at = first.confirmed_at
    world.clock.tick(seconds=1)
    world.observe()
    conversions.settle(reference=quote.reference)
    assert confirm(quote).is_completed
    assert Conversion.objects.history().count() == 1


def test_p13_somebody_elses_quote_does_not_exist(world):
    """P13: as little as one that nobody made; and no row is made for the stranger."""
    quote, stranger = world.quoted(), factories.user("stranger")
    with pytest.raises(Conversion.DoesNotExist):
        confirm(quote, stranger)
    with pytest.raises(Conversion.DoesNotExist):
        conversions.confirm(user=world.user, reference="CV-0000-0000")
    assert world.status(quote) == "quoted"
    assert not Customer.objects.filter(user=stranger).exists()


def test_r8_an_old_quote_is_refused(world):
    quote = world.quoted()
    world.clock.tick(seconds=29, milliseconds=999)
    kept = world.clock.at
    world.clock.tick(milliseconds=1)
    assert refusal(world, quote).code == "quote_expired"
    world.clock.at = kept
    assert confirm(quote).is_confirmed


def test_r7_a_quote_made_before_a_conversion_cannot_be_confirmed_during_the_wait(world):
    early = world.quoted("ETH")
    world.settled("DOGE")
    assert refusal(world, early).code == "wait"


def test_one_conversion_at_a_time(world):
    first, second = world.quoted("DOGE"), world.quoted("ETH")
    confirm(first)
    assert refusal(world, second).code == "in_progress"


def test_while_the_service_is_closed_nothing_can_be_confirmed(world):
    quote = world.quoted()
    Opening.objects.create(is_open=False, notice="Back at 16:00 UTC.")
    assert refusal(world, quote).code == "closed"


def test_a_closed_service_still_finishes_what_is_confirmed(world):
    quote = world.confirmed()
    Opening.objects.create(is_open=False, notice="Back at 16:00 UTC.")
    world.clock.tick(seconds=1)
    world.observe()
    assert confirm(quote).is_confirmed
    assert conversions.settle(reference=quote.reference).is_completed


def test_r4_a_balance_that_shrank_is_refused(world):
    early = world.quoted("DOGE", "ETH")
    factories.policy(interval_seconds=0)
    world.settled("DOGE")
    found = refusal(world, early)
    assert (found.code, found.facts["asset"]) == ("balance_changed", "DOGE")


def test_expiry_is_reported_before_the_wait_and_the_wait_before_another_conversion(world):
    early = world.quoted("ETH")
    world.settled("DOGE")
    assert refusal(world, early).code == "wait"
    world.clock.tick(seconds=31)
    assert refusal(world, early).code == "quote_expired"


def test_r4_a_balance_of_one_unit_that_is_gone_is_not_confirmed_nor_settled(world):
    """R4: nothing is left, not even one unit."""
    eur = Asset.objects.get(code="EUR")
    ledger.adjust(user=world.user, asset=eur, units=-999, reference="all but one")
    quote, other = world.quoted("EUR"), world.quoted("EUR")
    confirmed = conversions.confirm(user=world.user, reference=other.reference)
    ledger.adjust(user=world.user, asset=eur, units=-1, reference="the last")
    world.clock.tick(seconds=1)
    world.observe()
    assert conversions.settle(reference=confirmed.reference).reason_code == "balance_changed"
    with pytest.raises(Refused) as caught:
        conversions.confirm(user=world.user, reference=quote.reference)
    assert caught.value.code == "balance_changed"


def test_a_strangers_reference_takes_no_lock(world):
    """Nor begins a transaction, which on SQLite takes the only lock for writing."""
    quote = world.quoted("DOGE")
    with CaptureQueriesContext(connection) as asked, pytest.raises(Conversion.DoesNotExist):
        conversions.confirm(user=factories.user("other"), reference=quote.reference)
    said = [query["sql"] for query in asked]
    assert not [sql for sql in said if "SAVEPOINT" in sql or "FOR NO KEY UPDATE" in sql]
