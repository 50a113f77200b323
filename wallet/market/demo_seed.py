"""What the demonstration begins with."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from wallet import ledger, money
from wallet.market.demo_assets import DEMO_ASSETS, HOLDINGS, STATES
from wallet.models import Asset, Transaction
from wallet.validators import BNB

# What the house has bought of BNB to pay with, in BNB.
STOCK, BOUGHT = "10", "seed-demo-stock"


def seed() -> None:
    """Makes the demonstration's assets, its customer with balances, its operator, and the BNB that the house pays with.

    What is there stays as it is.
    """
    _make_assets()
    customer = _make_users()
    assets = {asset.code: asset for asset in Asset.objects.filter(code__in=HOLDINGS)}
    for code, amount in HOLDINGS.items():
        units = money.to_units(amount, assets[code].scale)
        ledger.deposit(user=customer, asset=assets[code], units=units, reference=f"seed-demo-{code}")
    if not Transaction.objects.filter(kind=Transaction.Kind.BOOKING, reference=BOUGHT).exists():
        bnb = Asset.objects.get(code=BNB)
        ledger.book(moves={bnb.pk: money.to_units(STOCK, bnb.scale)}, reference=BOUGHT)


def _make_assets() -> None:
    assets = [
        Asset(code=entry.code, name=entry.name, scale=entry.scale, **STATES.get(entry.code, {}))
        for entry in DEMO_ASSETS
    ]
    Asset.objects.bulk_create(assets, ignore_conflicts=True)


def _make_users() -> User:
    """Makes the customer (demo / demo) and the operator (admin / admin); the customer."""
    users = get_user_model().objects
    if not users.filter(username="demo").exists():
        users.create_user("demo", "demo@example.com", "demo", first_name="Mira", last_name="Koskinen")
    if not users.filter(username="admin").exists():
        users.create_superuser("admin", "admin@example.com", "admin")
    return users.get(username="demo")
