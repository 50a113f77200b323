"""The whole life of a site against an independent model, in any order that hypothesis can think of, on both databases."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import factories, oracle
from tests.support.clock import Clock
from tests.support.databases import database
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.conversions import claims
from wallet.database import clock as real_clock
from wallet.models import Asset, Conversion, Entry, Line, Opening, Price, Transaction
from wallet.refusals import Refused

CODES = ["DOGE", "ETH", "EUR", "LUNC"]
RATES = {"DOGE": "0.000002", "ETH": "0.05", "EUR": "0.00002", "LUNC": "0.0000000013", "BNB": "0.01"}
HELD = {"DOGE": 100_000_000, "ETH": 1_000_000, "EUR": 1_000}
# Changes of a price that meet the tolerance from both sides, and others that carry a balance over the limit.
CHANGES = ["1.05", "0.95", "1.05", "0.95", "1.0499999", "0.9500001", "1.02", "0.98", "1.3"]
# Deposits that carry a balance to the limit and to one unit below it, at the rates above.
TOP_UPS = [("DOGE", 500_000_000), ("DOGE", 499_999_999), ("ETH", 1_400_000), ("ETH", 1_399_999), ("EUR", 4_999)]
# New policy versions: the product's field and value, the model's.
POLICIES = {
    "fee": [("fee_percent", Decimal("0.1"), Fraction(1, 1000)), ("fee_percent", Decimal(0), Fraction(0))],
    "limit": [("dust_limit_btc", Decimal("0.0004"), Fraction(4, 10_000))],
    "tolerance": [("tolerance_percent", Decimal(2), Fraction(2, 100))],
    "interval": [("interval_seconds", 3_600, 3_600), ("interval_seconds", 21_600, 21_600)],
    "lifetime": [("quote_seconds", 20, 20)],
}

codes = st.sampled_from(CODES)
who = st.sampled_from([0, 0, 0, 1])
changes = st.lists(st.tuples(st.sampled_from([*CODES, "BNB"]), st.sampled_from(CHANGES)), max_size=2)
STEPS = {
    "convert": {
        "who": who,
        "chosen": st.sets(st.sampled_from(sorted(HELD)), min_size=1),
        "confirm_after": st.sampled_from([1, 1, 1, 0, 29, 30]),
        "changes": changes,
        "top_up": st.sampled_from([None, None, *TOP_UPS]),
        "barred": st.sampled_from([None, None, None, *CODES]),
        "crashes": st.sampled_from([0, 0, 0, 1, 4, 5]),
        "settle_after": st.sampled_from([1, 1, 1, 0, 119, 120]),
        "fresh": st.sampled_from([True, True, True, False]),
        "then": st.sampled_from([0, 21_599, 21_600, 21_600, 21_600]),
    },
    "deposit": {"who": who, "code": codes, "units": st.integers(1, 10**8)},
    "adjust": {"who": who, "code": codes, "units": st.sampled_from([-(10**9), -(10**6), -1, 1, 10**6])},
    "wait": {"seconds": st.sampled_from([1, 29, 30, 60, 61, 120, 3_600, 21_599, 21_600])},
    "price_changes": {"code": st.sampled_from([*CODES, "BNB"]), "change": st.sampled_from(CHANGES)},
    "price_disappears": {"code": codes},
    "bar": {"code": codes, "how": st.sampled_from([None, "delisted", "unlisted", "paused"])},
    "policy": {"name": st.sampled_from(sorted(POLICIES)), "version": st.integers(0, 1)},
    "opening": {"is_open": st.booleans()},
    "quote": {"who": who, "chosen": st.lists(st.sampled_from([*CODES, "BNB", "BTC", "NOPE"]), max_size=4)},
    "confirm": {"who": who, "back": st.integers(1, 4)},
    "crash": {"who": who},
    "settle": {"who": who, "fresh": st.booleans()},
}


def step(name):
    return st.tuples(st.just(name), st.fixed_dictionaries(STEPS[name]))


between = st.lists(st.one_of([step(name) for name in STEPS if name != "convert"]), max_size=2)
lives = st.lists(st.tuples(between, step("convert")), min_size=2, max_size=5)


class Life:
    """Two customers on a site and in the model; each step happens to both, and they are compared after it."""

    def __init__(self, clock):
        self.clock, self.start = clock, clock.at
        for code in ["BTC", "BNB", *CODES]:
            factories.asset(code)
        self.users = [factories.user("mira"), factories.user("noor")]
        self.model = oracle.Site({code: factories.ASSETS[code][1] for code in [*CODES, "BNB"]})
        self.customers = [oracle.Customer(self.model) for _ in self.users]
        self.figures = {}
        self.rates = dict(RATES)
        self.quotes = ([], [])
        self.moved = 0
        self.observe()
        for code, units in HELD.items():
            self.deposit(0, code, units)
            self.deposit(1, code, units)

    @property
    def second(self):
        return int((self.clock.at - self.start).total_seconds())

    def observe(self):
        for code, rate in self.rates.items():
            factories.price(code, rate)
            self.model.observe(code, rate, self.second)

    def convert(self, who, chosen, confirm_after, changes, top_up, barred, crashes, settle_after, fresh, then):
        """A whole conversion of what may be converted, with what can come between its steps."""
        self.observe()
        customer = self.customers[who]
        for code in sorted(chosen):
            if not customer.balances[code]:
                self.deposit(who, code, HELD[code])
        self.quote(who, sorted(code for code in chosen if customer.quote([code], self.second)) or sorted(chosen))
        self.wait(confirm_after)
        self.confirm(who, 1)
        for _ in range(crashes):
            self.crash(who)
        self.wait(settle_after)
        if top_up:
            self.deposit(who, *top_up)
        if barred:
            self.bar(barred, "delisted")
        for code, change in changes:
            self.rates[code] = f"{Decimal(self.rates.get(code, RATES[code])) * Decimal(change):.12g}"
        self.settle(who, fresh)
        self.settle(who, fresh=True)
        if barred:
            self.bar(barred, None)
        self.wait(then)

    def _move(self, verb, who, code, units):
        self.moved += 1
        asset = Asset.objects.get(code=code)
        may = self.customers[who].move(code, units)
        try:
            verb(user=self.users[who], asset=asset, units=units, reference=f"movement {self.moved}")
        except ledger.InsufficientFunds:
            assert not may
        else:
            assert may

    def deposit(self, who, code, units):
        self._move(ledger.deposit, who, code, units)

    def adjust(self, who, code, units):
        self._move(ledger.adjust, who, code, units)

    def wait(self, seconds):
        self.clock.tick(seconds=seconds)

    def price_changes(self, code, change):
        self.rates[code] = f"{Decimal(self.rates.get(code, RATES[code])) * Decimal(change):.12g}"
        self.observe()

    def price_disappears(self, code):
        self.rates.pop(code, None)
        self.model.rates.pop(code, None)
        Price.objects.filter(asset__code=code).delete()
        self.observe()

    def bar(self, code, how):
        changes = {
            "status": how if how in ("delisted", "unlisted") else "listed",
            "conversions_paused": how == "paused",
        }
        Asset.objects.filter(code=code).update(
            **changes, pause_reason="Maintenance of the chain." if how == "paused" else ""
        )
        (self.model.barred.add if how else self.model.barred.discard)(code)

    def policy(self, name, version):
        field, value, models = POLICIES[name][version % len(POLICIES[name])]
        self.figures[field] = value
        factories.policy(**self.figures)
        self.model.change(**{name: models})

    def opening(self, is_open):
        Opening.objects.create(is_open=is_open, notice="" if is_open else "Closed until tomorrow.")
        self.model.is_open = is_open

    def quote(self, who, chosen):
        expected = self.customers[who].quote(chosen, self.second)
        try:
            made = conversions.quote(user=self.users[who], codes=list(chosen))
        except Refused as refused:
            assert expected is None, refused
            return
        assert expected is not None
        assert {line.asset.code: line.units for line in made.lines.select_related("asset")} == expected.units
        self.quotes[who].append((made.reference, expected))

    def confirm(self, who, back):
        if len(self.quotes[who]) < back:
            return
        reference, quote = self.quotes[who][-back]
        may = self.customers[who].confirm(quote, self.second)
        try:
            conversions.confirm(user=self.users[who], reference=reference)
        except Refused as refused:
            assert not may, refused
            return
        assert may

    def running(self, who):
        return next((reference for reference, quote in self.quotes[who] if quote is self.customers[who].running), None)

    def crash(self, who):
        """A worker takes the conversion and is killed; its claim lapses."""
        reference = self.running(who)
        if reference is None:
            return
        claimed = claims.claim(reference)
        assert (claimed is not None) == (self.customers[who].running.attempts < oracle.ATTEMPTS)
        if claimed:
            self.customers[who].running.attempts += 1
        self.wait(10)

    def settle(self, who, fresh):
        if fresh:
            self.observe()
        sent = factories.sweep()
        for customer in self.customers:
            customer.give_up()
        running = [self.running(one) for one in range(len(self.users))]
        assert set(sent) <= {reference for reference in running if reference}
        assert bool(sent) == any(running)
        if running[who] is None:
            for reference, _ in self.quotes[who][-1:]:
                assert conversions.settle(reference=reference) is None
            return
        expected = self.customers[who].settle(self.second)
        try:
            found = conversions.settle(reference=running[who])
        except conversions.PricesPending:
            assert expected is None
            return
        assert found is not None
        assert found.status == expected

    def compare(self):
        for user, customer, quotes in zip(self.users, self.customers, self.quotes, strict=True):
            assert factories.balances(user) == {code: units for code, units in customer.balances.items() if units}
            for reference, quote in quotes:
                expected = quote.outcome or ("confirmed" if quote.confirmed is not None else "quoted")
                assert Conversion.objects.get(reference=reference).status == expected
        assert not list(audit())

    def ledger(self):
        """Everything that was written down, but for the names that chance gave."""
        order = list(Conversion.objects.order_by("pk").values_list("reference", flat=True))
        names = {reference: f"conversion {number}" for number, reference in enumerate(order)}
        values = compared(Conversion)
        lines = compared(Line)
        posted = {pk: (kind, names.get(name, name), at) for pk, kind, name, at in Transaction.objects.values_list()}
        entries = Entry.objects.order_by(
            "transaction__posted_at", "account__kind", "account__user__username", "sequence"
        )
        return {
            "conversions": list(Conversion.objects.order_by("pk").values_list(*values)),
            "lines": list(Line.objects.order_by("conversion_id", "asset__code").values_list("asset__code", *lines)),
            "entries": sorted(
                (
                    (*posted[row[0]], *row[1:])
                    for row in entries.values_list(
                        "transaction",
                        "account__kind",
                        "account__user__username",
                        "account__asset__code",
                        "units",
                        "balance_units",
                        "sequence",
                    )
                ),
                key=str,
            ),
        }


# What names rows, which each database counts in its own way, and the ones that chance gives.
HIDDEN = {"id", "reference", "user", "policy", "renews", "transaction", "conversion", "asset"}


def compared(model):
    """The names of its columns, but for the hidden ones."""
    fields = model._meta.concrete_fields  # noqa: SLF001  # Django's public way to its fields
    return [field.attname for field in fields if field.name not in HIDDEN]


def live(steps):
    """One life from its first step to its last; what it wrote down."""
    clock, real = Clock(), real_clock.now
    real_clock.now = clock
    try:
        with transaction.atomic():
            life = Life(clock)
            for name, values in [one for before, convert in steps for one in (*before, convert)]:
                getattr(life, name)(**values)
                life.compare()
            written = life.ledger()
            transaction.set_rollback(True)
            return written
    finally:
        real_clock.now = real


@pytest.mark.django_db
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(lives)
def test_p1_to_p11_p18_any_life_is_the_models_on_every_database(databases, steps):
    """P1 to P5 and P7 to P11 after every step; P18: each database wrote the same history down."""
    written = []
    for one in databases:
        with database(one):
            written.append(live(steps))
    assert all(other == written[0] for other in written)
