"""P1, P2, P3: a bank at its busiest, and an auditor who never stops reading."""

import contextlib
import random
import threading
import time
from collections import Counter

from django.db import connection

from tests.support import factories
from tests.support.chaos import confirm, customers, size
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.database.retrying import Busy
from wallet.market import rounds
from wallet.models import Account, Asset, Conversion, Line, Price
from wallet.refusals import Refused

ASSETS = ["ADA", "ALGO", "ATOM", "AVAX", "BAT", "BCH", "DOGE", "DOT", "ETH", "FIL", "GRT", "LINK", "LTC", "MKR", "NEAR"]
ASSETS += ["SHIB", "SOL", "TRX", "VET", "XRP", "AAVE", "ETC", "EUR", "XLM", "UNI"]


class Bank:
    """What the threads do, and a plain sum of it beside."""

    def __init__(self):
        factories.policy(interval_seconds=0)
        self.owners = customers("customer", 8)
        self.assets = list(Asset.objects.filter(code__in=ASSETS, price__isnull=False).order_by("code")[:20])
        assert len(self.assets) == 20
        self.moved, self.done, self.failures = Counter(), Counter(), []
        self.lock, self.working = threading.Lock(), threading.Event()

    def count(self, what):
        with self.lock:
            self.done[what] += 1

    def small(self, asset, chance):
        """Units worth up to a tenth of the limit, by the price at hand."""
        rate = Price.objects.get(asset=asset).rate_btc
        return max(1, int(chance.randint(1, 12) * 10**asset.scale / (rate * 100_000)))

    def moves(self, verb, signs, seed):
        chance = random.Random(seed)
        for number in range(size(20, 400)):
            owner, asset = chance.choice(self.owners), chance.choice(self.assets)
            units = self.small(asset, chance) * chance.choice(signs)
            try:
                verb(user=owner, asset=asset, units=units, reference=f"{seed}-{number}")
            except ledger.InsufficientFunds:
                self.count("adjustments refused")
                continue
            with self.lock:
                self.moved[owner.pk, asset.pk] += units
            self.count("deposits" if verb is ledger.deposit else "adjustments")

    def deposit(self, owner, asset, chance):
        units = self.small(asset, chance)
        ledger.deposit(user=owner, asset=asset, units=units, reference=f"{owner}-{chance.random()}")
        with self.lock:
            self.moved[owner.pk, asset.pk] += units

    def converts(self, owner):
        chance = random.Random(owner.username)
        for _ in range(size(4, 80)):
            self.deposit(owner, chance.choice(self.assets), chance)
            held = [account.asset.code for account in Account.objects.held_by(owner).exclude(asset__code="BNB")]
            try:
                reference = confirm(owner, *chance.sample(held, chance.randint(1, len(held))))
            except Refused as refused:  # too large by now, or gone
                self.count(f"conversions refused ({refused.code})")
                continue
            rounds.refresh()
            self.count(f"conversions {settled(reference)}")

    def audits(self):
        while self.working.is_set():
            assert list(audit()) == []
            self.count("audits")

    def sums(self):
        while self.working.is_set():
            try:
                ledger.sum_house_balances()
                self.count("sums of the house")
            except Busy:
                self.count("sums put off")

    def run(self, work, *args):
        try:
            work(*args)
        except BaseException as error:  # noqa: BLE001  # the test shows it
            self.failures.append(error)
        finally:
            connection.close()

    def open(self):
        self.working.set()
        readers = [(self.audits,), (self.sums,)]
        writers = [(self.moves, ledger.deposit, (1,), f"d{seed}") for seed in range(3)]
        writers += [(self.moves, ledger.adjust, (1, -1, -1), f"a{seed}") for seed in range(2)]
        writers += [(self.converts, owner) for owner in self.owners]
        reading, writing = (
            [threading.Thread(target=self.run, args=work) for work in works] for works in (readers, writers)
        )
        for thread in reading + writing:
            thread.start()
        for thread in writing:
            thread.join()
        self.working.clear()
        for thread in reading:
            thread.join()

    def expected(self):
        """The balances, added up from what was done."""
        balances, bnb = Counter(self.moved), Asset.objects.bnb().pk
        for line in Line.objects.filter(conversion__status="completed").select_related("conversion"):
            balances[line.conversion.user_id, line.asset_id] -= line.units
            balances[line.conversion.user_id, bnb] += line.net_units
        return {key: units for key, units in balances.items() if units}


def settled(reference):
    """How it ended, in whichever round: each customer's thread settles whoever is ready, as workers do."""
    until = time.monotonic() + 30
    while True:
        with contextlib.suppress(Busy):
            conversions.settle_round()
        status = Conversion.objects.get(reference=reference).status
        if status != "confirmed" or time.monotonic() > until:
            return status
        time.sleep(0.02)


def test_p1_to_p3_a_bank_at_its_busiest_never_shows_the_auditor_a_violation(market, figure):
    """P1 to P3: deposits, conversions and adjustments of 8 customers in 20 assets, side by side."""
    bank = Bank()
    bank.open()
    assert bank.failures == []
    assert list(audit()) == []
    assert bank.expected() == {
        (row.user_id, row.asset_id): row.units for row in Account.objects.customers() if row.units
    }
    assert not bank.done["conversions confirmed"]
    assert all(bank.done[what] for what in ("deposits", "adjustments", "conversions completed", "audits"))
    figure(", ".join(f"{count} {name}" for name, count in sorted(bank.done.items())) + "; no violation")
