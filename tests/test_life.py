"""The whole life of conversions against an independent model, in any order that hypothesis can think of."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories, oracle
from tests.conftest import Clock
from wallet import clock as real_clock
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.models import Asset, Conversion, Price
from wallet.refusals import Refusal

CODES = ["DOGE", "ETH", "EUR", "LUNC"]
RATES = {"DOGE": "0.000002", "ETH": "0.05", "EUR": "0.00002", "LUNC": "0.0000000013", "BNB": "0.01"}
HELD = {"DOGE": 100_000_000, "ETH": 1_000_000, "EUR": 1_000}
# Moves that meet the tolerance from both sides, and others that carry a balance over the limit.
MOVES = ["1.05", "0.95", "1.05", "0.95", "1.0499999", "0.9500001", "1.02", "0.98", "1.3"]
# Deposits that carry a balance to the limit and to one unit below it, at the rates above.
TOP_UPS = [("DOGE", 500_000_000), ("DOGE", 499_999_999), ("ETH", 1_400_000), ("ETH", 1_399_999), ("EUR", 4_999)]

codes = st.sampled_from(CODES)
moves = st.lists(st.tuples(st.sampled_from([*CODES, "BNB"]), st.sampled_from(MOVES)), max_size=2)
STEPS = {
    "convert": st.fixed_dictionaries(
        {
            "chosen": st.sets(st.sampled_from(sorted(HELD)), min_size=1),
            "confirm_after": st.sampled_from([1, 1, 1, 0, 29, 30]),
            "moves": moves,
            "top_up": st.sampled_from([None, None, *TOP_UPS]),
            "delisted": st.sampled_from([None, None, None, *CODES]),
            "settle_after": st.sampled_from([1, 1, 1, 0, 119, 120]),
            "fresh": st.sampled_from([True, True, True, False]),
            "then": st.sampled_from([0, 21_599, 21_600, 21_600, 21_600]),
        }
    ),
    "deposit": st.fixed_dictionaries({"code": codes, "units": st.integers(1, 10**8)}),
    "wait": st.fixed_dictionaries({"seconds": st.sampled_from([1, 29, 30, 60, 61, 120, 21_599, 21_600])}),
    "price_moves": st.fixed_dictionaries({"code": st.sampled_from([*CODES, "BNB"]), "move": st.sampled_from(MOVES)}),
    "price_disappears": st.fixed_dictionaries({"code": codes}),
    "status_changes": st.fixed_dictionaries(
        {"code": codes, "status": st.sampled_from(["listed", "delisted", "unlisted"])}
    ),
    "quote": st.fixed_dictionaries({"chosen": st.lists(st.sampled_from([*CODES, "BNB", "BTC", "NOPE"]), max_size=4)}),
    "confirm": st.fixed_dictionaries({"back": st.integers(1, 4)}),
    "settle": st.fixed_dictionaries({"fresh": st.booleans()}),
}


def step(name):
    return st.tuples(st.just(name), STEPS[name])


between = st.lists(st.one_of([step(name) for name in STEPS if name != "convert"]), max_size=2)
lives = st.lists(st.tuples(between, step("convert")), min_size=2, max_size=5)


class Life:
    """One customer on a site and in the model; each step happens to both, and they are compared after it."""

    def __init__(self, clock):
        self.clock = clock
        for code in ["BTC", "BNB", *CODES]:
            factories.asset(code)
        self.user = factories.user()
        self.market = oracle.Market()
        self.model = oracle.Customer({code: factories.ASSETS[code][1] for code in [*CODES, "BNB"]}, self.market)
        self.start = clock.at
        self.rates = dict(RATES)
        self.quotes = []
        self.confirmed = None
        self.deposits = 0
        self.observe()
        for code, units in HELD.items():
            self.deposit(code, units)

    @property
    def second(self):
        return (self.clock.at - self.start).total_seconds()

    def observe(self):
        for code, rate in self.rates.items():
            factories.price(code, rate)
            self.market.observe(code, rate, self.second)

    def convert(self, chosen, confirm_after, moves, top_up, delisted, settle_after, fresh, then):
        """A whole conversion of what may be converted, with what can come between its steps."""
        self.observe()
        for code in sorted(chosen):
            if not self.model.balances[code]:
                self.deposit(code, HELD[code])
        busy = self.confirmed is not None
        self.quote({code for code in chosen if self.model.quote([code], self.second, busy)} or chosen)
        self.wait(confirm_after)
        self.confirm(1)
        self.wait(settle_after)
        if top_up:
            self.deposit(*top_up)
        if delisted:
            self.status_changes(delisted, "delisted")
        for code, move in moves:
            self.rates[code] = f"{Decimal(self.rates.get(code, RATES[code])) * Decimal(move):.12g}"
        self.settle(fresh)
        self.settle(fresh=True)
        if delisted:
            self.status_changes(delisted, "listed")
        self.wait(then)

    def deposit(self, code, units):
        self.deposits += 1
        asset = Asset.objects.get(code=code)
        ledger.deposit(user=self.user, asset=asset, units=units, reference=f"deposit {self.deposits}")
        self.model.deposit(code, units)

    def wait(self, seconds):
        self.clock.tick(seconds=seconds)

    def price_moves(self, code, move):
        self.rates[code] = f"{Decimal(self.rates.get(code, RATES[code])) * Decimal(move):.12g}"
        self.observe()

    def price_disappears(self, code):
        self.rates.pop(code, None)
        self.market.rates.pop(code, None)
        Price.objects.filter(asset__code=code).delete()
        self.observe()

    def status_changes(self, code, status):
        Asset.objects.filter(code=code).update(status=status)
        self.model.status[code] = status

    def quote(self, chosen):
        expected = self.model.quote(chosen, self.second, self.confirmed is not None)
        try:
            made = conversions.quote(user=self.user, codes=list(chosen))
        except Refusal as refusal:
            assert expected is None, refusal
            return
        assert expected is not None
        assert {line.asset.code: line.units for line in made.lines.select_related("asset")} == expected.units
        self.quotes.append((made.reference, expected))

    def confirm(self, back):
        if len(self.quotes) < back:
            return
        reference, quote = self.quotes[-back]
        already = quote.confirmed is not None
        may = already or self.model.confirm(quote, self.second, self.confirmed is not None)
        try:
            conversions.confirm(user=self.user, reference=reference)
        except Refusal as refusal:
            assert not may, refusal
            return
        assert may
        if not already:
            self.confirmed = (reference, quote)

    def settle(self, fresh):
        if fresh:
            self.observe()
        assert conversions.sweep() == ([self.confirmed[0]] if self.confirmed else [])
        if self.confirmed is None:
            for reference, _ in self.quotes[-1:]:
                assert conversions.settle(reference=reference) is None
            return
        reference, quote = self.confirmed
        expected = self.model.settle(quote, self.second)
        try:
            found = conversions.settle(reference=reference)
        except conversions.PricesPending:
            assert expected is None
            return
        assert found is not None
        assert found.status == expected
        quote.outcome, self.confirmed = expected, None

    def compare(self):
        assert factories.balances(self.user) == {code: units for code, units in self.model.balances.items() if units}
        for reference, quote in self.quotes:
            expected = quote.outcome or ("confirmed" if quote.confirmed is not None else "quoted")
            assert Conversion.objects.get(reference=reference).status == expected
        assert not list(audit())


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(lives)
def test_p1_to_p11_any_life_of_conversions_is_the_models(steps):
    """P1 to P5 and P7 to P11 in one: balances, outcomes and the ledger, after every step."""
    clock, real = Clock(), real_clock.now
    real_clock.now = clock
    try:
        with transaction.atomic():
            life = Life(clock)
            for name, values in [one for before, convert in steps for one in (*before, convert)]:
                getattr(life, name)(**values)
                life.compare()
            transaction.set_rollback(True)
    finally:
        real_clock.now = real
