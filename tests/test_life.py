"""The whole life of conversions against an independent model, in any order that hypothesis can think of."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import factories, oracle
from tests.conftest import Clock
from wallet import clock as real_clock
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.models import Asset, Conversion, Price
from wallet.refusals import Refusal

CODES = ["DOGE", "ETH", "EUR", "LUNC"]
RATES = {"DOGE": "0.000002", "ETH": "0.05", "EUR": "0.00002", "LUNC": "0.0000000013", "BNB": "0.01"}
# Moves that meet the tolerance from both sides, and others that carry a balance over the limit.
MOVES = ["1", "1.0499999", "1.05", "0.9500001", "0.95", "1.02", "0.98", "1.3"]


class Life(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.clock = Clock()
        self.real, real_clock.now = real_clock.now, self.clock

    def teardown(self):
        real_clock.now = self.real
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def open_site(self):
        for code in ["BTC", "BNB", *CODES]:
            factories.asset(code)
        self.user = factories.user()
        self.market = oracle.Market()
        self.model = oracle.Customer({code: factories.ASSETS[code][1] for code in [*CODES, "BNB"]}, self.market)
        self.start = self.clock.at
        self.rates = dict(RATES)
        self.quotes = []
        self.confirmed = None
        self.observe_all()
        for code, units in {"DOGE": 100_000_000, "ETH": 1_000_000, "EUR": 1_000}.items():
            self.deposit(code, units)

    @property
    def second(self):
        return (self.clock.at - self.start).total_seconds()

    def observe_all(self):
        for code, rate in self.rates.items():
            factories.price(code, rate)
            self.market.observe(code, rate, self.second)

    @rule(code=st.sampled_from(CODES), units=st.integers(1, 10**8))
    def deposit(self, code, units):
        reference = f"{code}-{units}-{self.second}-{len(self.model.balances)}-{self.model.balances.get(code, 0)}"
        ledger.deposit(user=self.user, asset=Asset.objects.get(code=code), units=units, reference=reference)
        self.model.deposit(code, units)

    @rule(seconds=st.sampled_from([1, 5, 29, 30, 60, 61, 120, 21_599, 21_600]))
    def wait(self, seconds):
        self.clock.tick(seconds=seconds)

    @rule()
    def market_answers(self):
        self.observe_all()

    @rule(code=st.sampled_from([*CODES, "BNB"]), move=st.sampled_from(MOVES))
    def price_moves(self, code, move):
        self.rates[code] = f"{Decimal(self.rates.get(code, RATES[code])) * Decimal(move):.12g}"
        self.observe_all()

    @rule(code=st.sampled_from(CODES))
    def price_disappears(self, code):
        self.rates.pop(code, None)
        self.market.rates.pop(code, None)
        Price.objects.filter(asset__code=code).delete()
        self.observe_all()

    @rule(code=st.sampled_from(CODES), status=st.sampled_from(["listed", "listed", "delisted", "unlisted"]))
    def status_changes(self, code, status):
        Asset.objects.filter(code=code).update(status=status)
        self.model.status[code] = status

    @rule(codes=st.lists(st.sampled_from([*CODES, "BNB", "BTC", "NOPE"]), max_size=4))
    def quote(self, codes):
        expected = self.model.quote(codes, self.second, self.confirmed is not None)
        self.quote_and_compare(codes, expected)

    @rule()
    def quote_all_that_may_be(self):
        codes = [code for code in CODES if self.model.quote([code], self.second, self.confirmed is not None)]
        self.quote_and_compare(codes, self.model.quote(codes, self.second, self.confirmed is not None))

    def quote_and_compare(self, codes, expected):
        try:
            made = conversions.quote(user=self.user, codes=codes)
        except Refusal as refusal:
            assert expected is None, refusal
            return
        assert expected is not None
        assert {line.asset.code: line.units for line in made.lines.select_related("asset")} == expected.units
        self.quotes.append((made.reference, expected))

    @precondition(lambda self: self.quotes)
    @rule(data=st.data())
    def confirm(self, data):
        reference, expected = data.draw(st.sampled_from(self.quotes[-3:]))
        was = expected.confirmed
        may = was is not None or self.model.confirm(expected, self.second, self.confirmed is not None)
        try:
            conversions.confirm(user=self.user, reference=reference)
        except Refusal as refusal:
            assert not may, refusal
            return
        assert may
        if was is None:
            self.confirmed = (reference, expected)

    @precondition(lambda self: self.confirmed)
    @rule(times=st.integers(1, 3), fresh=st.booleans())
    def settle(self, times, fresh):
        if fresh:
            self.observe_all()
        reference, quote = self.confirmed
        for _ in range(times):
            if quote.outcome is not None:
                assert conversions.settle(reference=reference) is None
                continue
            expected = self.model.settle(quote, self.second)
            try:
                found = conversions.settle(reference=reference)
            except conversions.PricesPending:
                assert expected is None
                continue
            assert found is not None and found.status == expected
            quote.outcome, self.confirmed = expected, None

    @rule()
    def sweep(self):
        assert conversions.sweep() == ([self.confirmed[0]] if self.confirmed else [])

    @invariant()
    def balances_are_the_models(self):
        if not hasattr(self, "model"):
            return
        assert factories.balances(self.user) == {code: units for code, units in self.model.balances.items() if units}

    @invariant()
    def the_ledger_keeps_its_promises(self):
        assert not list(audit())

    @invariant()
    def conversions_are_where_the_model_says(self):
        for reference, quote in getattr(self, "quotes", []):
            expected = quote.outcome or ("confirmed" if quote.confirmed is not None else "quoted")
            assert Conversion.objects.get(reference=reference).status == expected


@pytest.mark.django_db
def test_p1_to_p11_any_life_of_conversions_is_the_models():
    """P1 to P5 and P7 to P11 in one: balances, outcomes and the ledger, after every step."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    run_state_machine_as_test(
        Life,
        settings=settings(max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=checks),
    )
