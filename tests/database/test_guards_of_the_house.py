"""Attacks on the house's stored sums, which are told as its balances."""

from tests.support import factories
from tests.support.attacks import house, refused, sql
from wallet import ledger
from wallet.models import Asset, Entry, HouseBalance

HOUSE = "a stored sum of the house moves by its entries, up to one of them"


def test_p3_a_stored_sum_of_the_house_moves_by_its_entries_only(world):
    """P3: never ahead of them, never by other units, never back; a first one neither."""
    ledger.sum_house_balances()
    outside = HouseBalance.objects.get(account__kind="outside", account__asset__code="DOGE")
    last, stored = Entry.objects.last().pk, HouseBalance.objects.filter(pk=outside.pk)
    treasury = house("treasury", "DOGE")
    before = {"entry_id": 0, "units": 0}
    refused(
        lambda: stored.update(entry_id=last + 1),
        lambda: stored.update(units=outside.units + 1),
        lambda: stored.update(units=outside.units - 1),
        lambda: stored.update(units=-outside.units),
        lambda: stored.update(**before),
        lambda: stored.update(entry_id=last - 1),
        lambda: HouseBalance.objects.create(account=treasury, entry_id=last, units=5),
        lambda: HouseBalance.objects.create(account=treasury, entry_id=last + 9),
        lambda: HouseBalance.objects.create(account=treasury, entry_id=-1),
        lambda: sql("UPDATE wallet_housebalance SET units = 'much' WHERE account_id = %s", outside.pk),
        by=HOUSE,
    )
    refused(lambda: stored.update(account=treasury), by="a stored sum of the house keeps its account")
    factories.deposit(world.user, "DOGE", "7")
    after = Entry.objects.last().pk
    refused(lambda: stored.update(entry_id=after), by=HOUSE)
    stored.update(entry_id=after, units=outside.units - 7_000_000)
    ledger.sum_house_balances()


def test_p3_a_stored_sum_beyond_64_bits_is_compared_to_the_unit(world):
    """P3: the sum of many customers' units."""
    most = 9_223_372_036_854_775_807
    for number in range(3):
        owner = factories.user(f"rich{number}")
        ledger.deposit(user=owner, asset=Asset.objects.get(code="USDT"), units=most, reference=f"all {number}")
        if number != 1:  # once by one, once by two
            ledger.sum_house_balances()
    stored = HouseBalance.objects.filter(account__kind="outside", account__asset__code="USDT")
    assert stored.get().units == -3 * most
    refused(
        lambda: stored.update(units=-3 * most + 1),
        lambda: stored.update(units=-3 * most - 1_000_000_000),
        lambda: stored.update(units=3 * most),
        by=HOUSE,
    )
