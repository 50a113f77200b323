"""Sixty customers in one chunk, of all kinds at once, against the independent model: every unit of everybody is compared."""

from fractions import Fraction

import pytest
from django.db import connection

from tests.support import factories, oracle
from tests.support.market import FakeSource
from tests.support.settling import settled_while_held
from tests.support.together import together
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.market import rounds
from wallet.models import Asset, Conversion

pytestmark = pytest.mark.django_db(transaction=True)

COUNT, POISON, HELD, LATER = 60, 17, 20, 59
KINDS = [["DOGE"], ["DOGE", "ETH"], ["ETH", "EUR"], ["DOGE", "ETH", "EUR"], ["LUNC"]]


class Market(FakeSource):
    """Answers with these prices in BTC."""

    def __init__(self, prices, meanwhile):
        super().__init__(**prices)
        self.meanwhile = meanwhile

    def rows(self):
        if connection.vendor == "sqlite":  # once the round is being written, nobody else can write
            self.meanwhile()
        return super().rows()


class Crowd:
    """So many customers on a site and in the model, each with a confirmed conversion."""

    def __init__(self, clock):
        self.world, self.start = factories.World(clock), clock.at
        self.assets = {asset.code: asset for asset in Asset.objects.all()}
        self.model = oracle.Site({code: asset.scale for code, asset in self.assets.items()})
        self.observe(lambda: None)
        self.users = [factories.user(f"customer{number}", password=None) for number in range(COUNT)]
        self.customers = [oracle.Customer(self.model) for _ in self.users]
        self.rows = []

    @property
    def second(self):
        return int((self.world.clock.at - self.start).total_seconds())

    def observe(self, meanwhile, **changes):
        """A round of prices, during whose writing something else happens."""
        began, prices = self.second, self.world.rates | changes

        def happen(execute, sql, *args):
            found = execute(sql, *args)
            if sql.startswith('INSERT INTO "wallet_price"') and connection.vendor == "postgresql":
                assert together(meanwhile) == [None]
            return found

        with connection.execute_wrapper(happen):
            rounds.refresh(source=Market(prices, meanwhile))
        self.world.rates = prices
        for code, rate in prices.items():
            self.model.observe(code, Fraction(rate), began)

    def move(self, number, code, units):
        verb = ledger.deposit if units > 0 else ledger.adjust
        reference = f"{number} {code} {units}"
        verb(user=self.users[number], asset=self.assets[code], units=units, reference=reference)
        assert self.customers[number].move(code, units)

    def confirm(self, number):
        codes = KINDS[number % len(KINDS)]
        for code in codes:
            self.move(number, code, 1_000 + 17 * number if code == "EUR" else 400_000 + 1_003 * number)
        quote = self.customers[number].quote(codes, self.second)
        made = conversions.quote(user=self.users[number], codes=codes)
        assert self.customers[number].confirm(quote, self.second)
        self.rows.append(conversions.confirm(user=self.users[number], reference=made.reference))

    def settle(self, number):
        return self.customers[number].settle(self.second)

    def compare(self):
        for user, customer in zip(self.users, self.customers, strict=True):
            assert factories.balances(user) == {code: units for code, units in customer.balances.items() if units}
        assert not list(audit())


@pytest.fixture
def crowd(transactional_db, clock, chunks_of):
    chunks_of(COUNT)
    made = Crowd(clock)
    for number in range(LATER):
        made.confirm(number)
    for number in (HELD, *range(0, LATER, 7)):  # no longer covered
        made.move(number, KINDS[number % len(KINDS)][0], -1)
    for number in range(3, LATER, 11):  # worth the limit by now
        made.move(number, KINDS[number % len(KINDS)][0], 10**10)
    clock.tick(seconds=1)

    def confirm_later():
        clock.tick(seconds=1)
        made.confirm(LATER)

    made.observe(confirm_later, EUR="0.000021", DOGE="0.00000209")  # the one by 5%, the other by less
    return made


def deposit(crowd):
    """What the held one lacks comes while the others are settled."""
    crowd.move(HELD, KINDS[HELD % len(KINDS)][0], 1)


def assert_as_the_model_says(crowd, *, but=()):
    """Of all whom the round answered; who confirmed while it was written waits for the next one."""
    expected = {number: crowd.settle(number) for number in range(LATER) if number not in but}
    assert set(expected.values()) == {"completed", "stopped"}
    assert expected[HELD] == "completed"
    expected |= dict.fromkeys((*but, LATER), "confirmed")
    assert {number: Conversion.objects.get(pk=row.pk).status for number, row in enumerate(crowd.rows)} == expected
    crowd.compare()
    crowd.observe(lambda: None)
    assert conversions.settle_round().finished == 1
    assert Conversion.objects.get(pk=crowd.rows[LATER].pk).status == crowd.settle(LATER)
    crowd.compare()


def test_p1_to_p11_each_ends_as_the_model_says_whatever_the_others_do(crowd):
    """P1 to P11: completed or stopped, one who gets a deposit meanwhile, one who confirmed while the round was written."""
    assert settled_while_held(crowd.rows[HELD], lambda: deposit(crowd)) == LATER
    assert_as_the_model_says(crowd)


def test_p1_to_p11_one_that_breaks_the_chunk_breaks_nobody_else(crowd, monkeypatch):
    """P1 to P11: all of these at once, and one that is poison. The others are settled one by one as they would have been
    together; this one runs alone when it can."""
    judge = Conversion.judge

    def poisoned(conversion, *args, **options):
        return 1 / 0 if conversion.pk == crowd.rows[POISON].pk else judge(conversion, *args, **options)

    monkeypatch.setattr(Conversion, "judge", poisoned)
    assert settled_while_held(crowd.rows[HELD], lambda: deposit(crowd)) == LATER - 1
    assert_as_the_model_says(crowd, but=(POISON,))
    monkeypatch.setattr(Conversion, "judge", judge)
    crowd.world.clock.tick(seconds=10)
    assert factories.sweep().alone == crowd.rows[POISON].reference
    ended = conversions.settle(reference=crowd.rows[POISON].reference)
    assert (ended.status, ended.attempts) == (crowd.settle(POISON), 2)
    crowd.compare()


def test_p4_a_round_that_comes_twice_to_several_workers_settles_everybody_once(crowd, chunks_of):
    """P4: four at once, each twice, in small chunks."""
    chunks_of(7)
    expected = [crowd.settle(number) for number in range(LATER)]
    found = together(*[lambda: conversions.settle_round().finished + conversions.settle_round().finished] * 4)
    assert sum(found) == LATER
    assert [Conversion.objects.get(pk=row.pk).status for row in crowd.rows] == [*expected, "confirmed"]
    assert set(Conversion.objects.exclude(status="confirmed").values_list("attempts", flat=True)) == {1}
    crowd.compare()
