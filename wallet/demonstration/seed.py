"""What the demonstration begins with."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, User

from wallet import ledger, money, proposals
from wallet.demo_users import APPROVER, CUSTOMER, OPERATOR
from wallet.market.demo_assets import DEMO_ASSETS, HOLDINGS, STATES, DemoAsset
from wallet.models import Asset, Proposal, Transaction
from wallet.validators import BNB

# What the house has bought of BNB to pay with, in BNB.
STOCK, BOUGHT = "10", "seed-demo-stock"
EVIDENCE = "None: it is made up, as all of the demonstration."
# The role of the second operator, who decides on what the first proposes.
ROLE = "risk"


def seed() -> None:
    """Makes the demonstration's assets, its users, the customer's balances, and the BNB that the house pays with.

    What is there stays as it is. Raises `proposals.Declined` where the operators there are have no right to book.
    """
    make_assets(DEMO_ASSETS)
    make_users()
    buy_stock()
    credit(HOLDINGS, "seed-demo")


def make_assets(wanted: list[DemoAsset]) -> None:
    assets = [Asset(code=one.code, name=one.name, scale=one.scale, **STATES.get(one.code, {})) for one in wanted]
    Asset.objects.bulk_create(assets, ignore_conflicts=True)


def make_users() -> None:
    """The customer and both operators, each with its name as the password."""
    users = get_user_model().objects
    if not users.filter(username=CUSTOMER).exists():
        names = {"first_name": "Mira", "last_name": "Koskinen"}
        users.create_user(CUSTOMER, f"{CUSTOMER}@example.com", CUSTOMER, **names)
    if not users.filter(username=OPERATOR).exists():
        users.create_superuser(OPERATOR, f"{OPERATOR}@example.com", OPERATOR)
    if not users.filter(username=APPROVER).exists():
        second = users.create_user(APPROVER, f"{APPROVER}@example.com", APPROVER, is_staff=True)
        second.groups.add(Group.objects.get(name=ROLE))


def customer() -> User:
    return get_user_model().objects.get(username=CUSTOMER)


def buy_stock() -> None:
    """Books what the house bought of BNB: one operator proposes it, the other approves."""
    if Transaction.objects.filter(kind=Transaction.Kind.BOOKING, reference=BOUGHT).exists():
        return
    asked = propose_stock(STOCK, BOUGHT, "BNB to pay conversions with.")
    proposals.approve(by=get_user_model().objects.get(username=APPROVER), proposal=asked.pk)


def propose_stock(amount: str, reference: str, reason: str) -> Proposal:
    operator = get_user_model().objects.get(username=OPERATOR)
    payload = {"bought": BNB, "bought_amount": amount, "reference": reference}
    return proposals.propose(by=operator, kind="booking", payload=payload, reason=reason, evidence=EVIDENCE)


def credit(holdings: dict[str, str], reference: str) -> None:
    """Deposits these amounts, in whole coins by code, with the customer; the same reference and code once."""
    owner, assets = customer(), {asset.code: asset for asset in Asset.objects.filter(code__in=holdings)}
    for code, amount in holdings.items():
        units = money.to_units(amount, assets[code].scale)
        ledger.deposit(user=owner, asset=assets[code], units=units, reference=f"{reference}-{code}")
