"""The whole life of a site against an independent model, in any order that hypothesis can think of, on both databases."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from tests.support import factories, oracle
from tests.support.clock import Clock
from tests.support.databases import database
from tests.support.steps import CODES, HELD, POLICIES, RATES, lives
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.conversions import claims
from wallet.database import clock as real_clock
from wallet.models import Asset, Conversion, Entry, Line, Opening, Price, Transaction
from wallet.refusals import Refused


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
        self.quoted = []  # the same in their order
        self.moved = 0
        self.observe()
        for code, units in HELD.items():
            self.deposit(0, code, units)
            self.deposit(1, code, units)

    @property
    def second(self):
        return int((self.clock.at - self.start).total_seconds())

    def observe(self):
        factories.prices(self.rates)
        for code, rate in self.rates.items():
            self.model.observe(code, rate, self.second)

    def convert(
        self,
        who,
        chosen,
        confirm_after,
        changes,
        top_up,
        barred,
        is_tight,
        crashes,
        settle_after,
        fresh,
        together,
        then,
    ):
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
        if is_tight:
            self.policy("breaker", 0)
        for code, change in changes:
            self.rates[code] = f"{Decimal(self.rates.get(code, RATES[code])) * Decimal(change):.12g}"
        self.settle_round(fresh) if together else self.settle(who, fresh)
        self.settle(who, fresh=True)
        if barred:
            self.bar(barred, None)
        if is_tight:
            self.policy("breaker", 1)
            self.opening(is_open=True)
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
        if is_open:
            self.model.open(self.second)
        else:
            self.model.is_open = False

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
        self.quoted.append(expected)

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

    def sweep(self, fresh):
        """The sweep gives up on whoever used up the attempts, and finds the others."""
        if fresh:
            self.observe()
        sent = factories.sweep()
        for customer in self.customers:
            customer.give_up()
        running = [self.running(one) for one in range(len(self.users))]
        assert sent.alone is None or sent.alone in running
        assert (sent != conversions.Due(0, None, None)) == any(running)
        return running

    def settle_round(self, fresh):
        """Both customers' conversions that lost no attempt are settled together, one perhaps stopped and one not."""
        self.sweep(fresh)
        untried = [one for one in self.customers if one.running and not one.running.attempts]
        # The older quote comes first: the house breaker may let only that be paid.
        untried.sort(key=lambda customer: [quote is customer.running for quote in self.quoted].index(True))
        ended = [customer.settle(self.second) for customer in untried]
        assert conversions.settle_round().finished == sum(outcome is not None for outcome in ended)

    def settle(self, who, fresh):
        running = self.sweep(fresh)
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


def live(steps, *, is_audited_often):
    """One life from its first step to its last; what it wrote down."""
    clock, real = Clock(), real_clock.now
    real_clock.now = clock
    try:
        with transaction.atomic():
            life = Life(clock)
            for name, values in [one for before, convert in steps for one in (*before, convert)]:
                getattr(life, name)(**values)
                life.compare()
                if is_audited_often:
                    assert not list(audit())
            assert not list(audit())
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
    """P1 to P5 and P7 to P11 after every step, by the auditor too; P18: each database wrote the same history down.

    Where there are two, the auditor is asked at the end of a life: he takes a tenth of a second and more, and in books that
    only grow he sees then what he would have seen at each step.
    """
    written = []
    for one in databases:
        with database(one):
            written.append(live(steps, is_audited_often=len(databases) == 1))
    assert all(other == written[0] for other in written)
