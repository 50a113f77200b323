"""Plain makers of what tests need. Money only ever moves through the verbs."""

from collections.abc import Mapping
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.contrib.auth.models import User

from wallet import conversions, ledger, money
from wallet.database import clock
from wallet.models import Account, Asset, Conversion, Policy, Price

ASSETS = {
    # code: (name, scale, rate in BTC)
    "BTC": ("Bitcoin", 8, "1"),
    "BNB": ("BNB", 8, "0.01"),
    "DOGE": ("Dogecoin", 6, "0.000002"),
    "ETH": ("Ethereum", 8, "0.05"),
    "EUR": ("Euro", 2, "0.00002"),
    "USDT": ("Tether", 6, "0.000016"),
    "LUNC": ("Terra Classic", 5, "0.0000000013"),
}


def policy(**changes):
    """A policy version with the article's figures, but for the changes."""
    first = import_module("wallet.migrations.0003_first_policy").FIRST
    return Policy.objects.create(**{**first, **changes})


def user(
    name: str = "mira",
    holdings: Mapping[str, str] | None = None,
    *,
    password: str | None = "correct horse battery",
    **fields: Any,
) -> User:
    """A customer who holds these amounts: every customer of the tests is made here, in whatever process."""
    made = User.objects.create_user(name, f"{name}@example.com", password, **fields)
    for code, amount in (holdings or {}).items():
        deposit(made, code, amount)
    return made


def operator(name: str = "admin") -> User:
    """Somebody who may do everything in the admin."""
    return User.objects.create_superuser(name)


def asset(code, **fields):
    name, scale, _ = ASSETS.get(code, (code.title(), 8, None))
    return Asset.objects.create(**{"code": code, "name": name, "scale": scale, **fields})


def price(code, rate, *, observed_at=None, path=None, source="demo"):
    """The asset's stored price from now on."""
    row = Asset.objects.get(code=code)
    fields = {
        "rate_btc": Decimal(rate),
        "path": path or ("BTC" if code == "BTC" else f"{code}→BTC"),
        "legs": [{"symbol": f"{code}BTC", "price": str(rate)}] if code != "BTC" else [],
        "source": source,
        "observed_at": observed_at or clock.now(),
    }
    return Price.objects.update_or_create(asset=row, defaults=fields)[0]


def deposit(owner, code, amount, reference=None):
    row = Asset.objects.get(code=code)
    reference = reference or f"{owner}-{code}-{amount}"
    return ledger.deposit(user=owner, asset=row, units=money.to_units(amount, row.scale), reference=reference)


def sweep():
    """What the periodic sweep does, but for sending: the references that it would send."""
    conversions.fail_exhausted()
    return conversions.to_settle()


def balance(owner, code):
    """The customer's balance in units; 0 without an account."""
    units = Account.objects.customers().filter(user=owner, asset__code=code).values_list("units", flat=True).first()
    return units or 0


def balances(owner):
    rows = Account.objects.customers().filter(user=owner).values_list("asset__code", "units")
    return {code: units for code, units in rows if units}


class World:
    """A site with priced assets and one customer who holds 100 DOGE, 0.01 ETH and 10.00 EUR."""

    def __init__(self, clock):
        self.clock = clock
        self.policy = Policy.objects.current()
        for code in ASSETS:
            asset(code)
        self.rates = {code: rate for code, (_, _, rate) in ASSETS.items()}
        self.observe()
        self.user = user()
        for code, amount in {"DOGE": "100", "ETH": "0.01", "EUR": "10"}.items():
            deposit(self.user, code, amount)

    def observe(self, **changes):
        """The market answers now, with these rates changed; a rate of None is gone."""
        self.rates |= changes
        for code, rate in self.rates.items():
            if rate is None:
                Price.objects.filter(asset__code=code).delete()
            else:
                price(code, rate)

    def quoted(self, *codes, owner=None):
        return conversions.quote(user=owner or self.user, codes=codes or ["DOGE", "ETH"])

    def confirmed(self, *codes, owner=None):
        quote = self.quoted(*codes, owner=owner)
        self.clock.tick(seconds=1)
        return conversions.confirm(user=quote.user, reference=quote.reference)

    def settled(self, *codes, owner=None, **changes):
        """A conversion taken to its end, the market answering a second after Confirm."""
        conversion = self.confirmed(*codes, owner=owner)
        self.clock.tick(seconds=1)
        self.observe(**changes)
        return conversions.settle(reference=conversion.reference)

    def status(self, conversion):
        return Conversion.objects.get(pk=conversion.pk).status
