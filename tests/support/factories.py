"""Plain makers of what tests need. Money only ever moves through the verbs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection

from tests.support.clock import Clock
from wallet import conversions, ledger, money, proposals
from wallet.database import clock
from wallet.models import Account, Asset, Conversion, KeptOutNumber, MarketRound, Policy, Price, Transaction

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
RATES = {code: rate for code, (_, _, rate) in ASSETS.items()}


def policy(**changes: Any) -> Policy:
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


def roles() -> None:
    """The groups that the migrations make, with their permissions."""
    for name in ("0011_roles", "0018_further_roles", "0027_outbox"):
        import_module(f"wallet.migrations.{name}").write(apps, connection.schema_editor())


def staff(role: str, name: str | None = None) -> User:
    """Somebody with this role."""
    made = user(name or role, is_staff=True)
    made.groups.set([Group.objects.get(name=role)])
    return made


def book(code: str, amount: str, side: str = "bought") -> None:
    """What the house bought of it outside, or sold, by two operators."""
    number = User.objects.count()
    payload = {side: code, f"{side}_amount": amount, "reference": f"{side} {code} {amount}"}
    asked = proposals.propose(
        by=staff("treasury", f"buyer{number}"),
        kind="booking",
        payload=payload,
        reason="Stock.",
        evidence="order",
        confirms=True,
    )
    proposals.approve(by=staff("risk", f"checker{number}"), proposal=asked.pk)


def asset(code: str, **fields: Any) -> Asset:
    name, scale, _ = ASSETS.get(code, (code.title(), 8, None))
    return Asset.objects.create(**{"code": code, "name": name, "scale": scale, **fields})


def price(code: str, rate: str, **fields: Any) -> Price:
    """The asset's stored price from now on."""
    prices({code: rate}, **fields)
    return Price.objects.get(asset__code=code)


def prices(
    rates: dict[str, str], *, observed_at: datetime | None = None, path: str | None = None, source: str = "demo"
) -> None:
    """The assets' stored prices from now on."""
    told = ("rate_btc", "path", "legs", "source", "observed_at")
    rows = [
        Price(
            asset_id=pk,
            rate_btc=Decimal(rates[code]),
            path=path or ("BTC" if code == "BTC" else f"{code}→BTC"),
            legs=[{"symbol": f"{code}BTC", "price": str(rates[code])}] if code != "BTC" else [],
            source=source,
            observed_at=observed_at or clock.now(),
        )
        for code, pk in Asset.objects.filter(code__in=rates).values_list("code", "pk")
    ]
    assert len(rows) == len(rates), "a price of no asset"
    Price.objects.bulk_create(rows, update_conflicts=True, unique_fields=["asset"], update_fields=told)


def market() -> None:
    """Every asset of the tests', with its price of now."""
    Asset.objects.bulk_create(Asset(code=code, name=name, scale=scale) for code, (name, scale, _) in ASSETS.items())
    prices(RATES)


# What was kept out, by each why that customers are told.
FACTS = {
    "closed": ("M5", {"market": "halted"}),
    "wide": ("M4", {"spread": "7.21", "limit": "5.00"}),
    "disagree": ("M5", {"apart": "12.40", "ways": "3"}),
    "jump": ("M7", {"jump": "-30.00", "limit": "15.00"}),
    "venues": ("M9", {"off_venue": "3.10"}),
    "bitcoin": ("M9", {"off_venue": "3.10", "of": "BTC"}),
    "alone": ("M6", {"tick": "8.00", "limit": "1.00"}),
    "untraded": ("M5", {"no_market": "DOGE"}),
    "unusable": ("M3", {"sent": "NaN"}),
}


def keep_out(code: str, why: str = "wide", **fields: Any) -> KeptOutNumber:
    """A number of an asset, or of one of its markets, that is no price now, or was none."""
    rule, facts = FACTS[why]
    values = {"source": "demo", "code": code, "rule": rule, "facts": facts, "began_at": clock.now()}
    return KeptOutNumber.objects.create(**{**values, **fields})


def market_round(**fields: Any) -> MarketRound:
    """A round that was asked now."""
    return MarketRound.objects.create(**{"source": "demo", "asked_at": clock.now(), "took_ms": 40, **fields})


def deposit(owner: User, code: str, amount: str, reference: str | None = None) -> Transaction:
    row = Asset.objects.get(code=code)
    reference = reference or f"{owner}-{code}-{amount}"
    return ledger.deposit(user=owner, asset=row, units=money.to_units(amount, row.scale), reference=reference)


def sweep() -> conversions.Due:
    """What the periodic sweep does, but for sending: what it would send."""
    conversions.fail_exhausted()
    return conversions.due()


def balance(owner: User, code: str) -> int:
    """The customer's balance in units; 0 without an account."""
    units = Account.objects.customers().filter(user=owner, asset__code=code).values_list("units", flat=True).first()
    return units or 0


def balances(owner: User) -> dict[str, int]:
    rows = Account.objects.customers().filter(user=owner).values_list("asset__code", "units")
    return {code: units for code, units in rows if units}


class World:
    """A site with priced assets and one customer who holds 100 DOGE, 0.01 ETH and 10.00 EUR."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.policy = Policy.objects.current()
        market()
        self.rates: dict[str, str | None] = {**RATES}
        self.user = user()
        for code, amount in {"DOGE": "100", "ETH": "0.01", "EUR": "10"}.items():
            deposit(self.user, code, amount)

    def observe(self, **changes: str | None) -> None:
        """The market answers now, with these rates changed; a rate of None is gone."""
        self.rates |= changes
        gone = [code for code, rate in self.rates.items() if rate is None]
        if gone:
            Price.objects.filter(asset__code__in=gone).delete()
        prices({code: rate for code, rate in self.rates.items() if rate is not None})

    def keep_out(self, code: str, why: str = "wide") -> KeptOutNumber:
        """From now on the asset has no price, because of this."""
        self.observe(**{code: None})
        return keep_out(code, why)

    def hold_more(self, count: int) -> list[str]:
        """The customer comes to hold so many further small balances; their codes, A0 and on."""
        codes = [f"A{number}" for number in range(count)]
        for code in codes:
            asset(code)
        self.observe(**dict.fromkeys(codes, "0.0001"))
        for code in codes:
            deposit(self.user, code, "1")
        return codes

    def quoted(self, *codes: str, owner: User | None = None) -> Conversion:
        return conversions.quote(user=owner or self.user, codes=codes or ["DOGE", "ETH"])

    def confirmed(self, *codes: str, owner: User | None = None) -> Conversion:
        quote = self.quoted(*codes, owner=owner)
        self.clock.tick(seconds=1)
        return conversions.confirm(user=quote.user, reference=quote.reference)

    def confirmed_by_others(self, count: int) -> list[Conversion]:
        """Conversions of so many other customers, confirmed one after the other."""
        owners = [user(f"other{number}", {"DOGE": "100"}) for number in range(count)]
        return [self.confirmed("DOGE", owner=owner) for owner in owners]

    def settled(self, *codes: str, owner: User | None = None, **changes: str | None) -> Conversion | None:
        """A conversion taken to its end."""
        return self.settle(self.confirmed(*codes, owner=owner), **changes)

    def settle(self, conversion: Conversion, **changes: str | None) -> Conversion | None:
        """Takes a confirmed conversion to its end, the market answering a second after Confirm."""
        self.clock.tick(seconds=1)
        self.observe(**changes)
        return conversions.settle(reference=conversion.reference)

    def status(self, conversion: Conversion) -> str:
        return Conversion.objects.get(pk=conversion.pk).status
