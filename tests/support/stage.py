"""The people and the market that the tour meets, made on the site's own database with the product's own verbs.

It runs as a process of its own, because a test's process has another database and starting Django for every step would
take a second each: `main` takes an order a line and answers each with a line, both in JSON. tests/support/tour.py gives them.
"""

import contextlib
import json
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import count

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from tests.support import factories
from wallet import conversions, ledger, money
from wallet.conversions import claims
from wallet.database import clock
from wallet.market import rounds
from wallet.market.demo import Demo
from wallet.market.demo_assets import HOLDINGS
from wallet.market.source import parse_ticker
from wallet.models import Account, Asset, Customer, Opening, Policy, Price

real_now = clock.now
number = count(1)
HALF_A_MINUTE = 30

# Assets that no exchange has: the longest code and name that there can be, as many decimals, and many more.
LONGEST = "WRAPPEDSTAKEDETH"
STRANGE = {
    LONGEST: ("Wrapped Staked Ether of the Society for Very Long Asset Names", 8, "3120.55"),
    "FINE": ("Eighteen Decimals", 18, "15.25"),
    **{f"X{index:03}": (f"Experimental Asset {index}", 8, f"{index}.25") for index in range(1, 121)},
}


class Market(Demo):
    """The demonstration's market, standing still, but for the prices that were moved or taken away."""

    def __init__(self):
        moment = real_now()
        super().__init__(now=lambda: moment)
        self.moved, self.gone = {}, set()

    def tickers(self):
        known = super().tickers()
        known += [
            parse_ticker(symbol=f"{code}USDT", base=code, counter="USDT", text=usd)
            for code, (_, _, usd) in STRANGE.items()
        ]
        return [self._as_it_is_now(ticker) for ticker in known if ticker.base not in self.gone]

    def _as_it_is_now(self, ticker):
        price = ticker.price * (1 + Decimal(self.moved.get(ticker.base, "0")) / 100)
        return ticker._replace(price=price, text=f"{price.normalize():f}")


class Clock:
    """The database's, so many seconds behind."""

    behind = 0

    def __call__(self):
        return real_now() - timedelta(seconds=self.behind)

    @contextlib.contextmanager
    def ago(self, seconds):
        self.behind = seconds
        try:
            yield
        finally:
            self.behind = 0

    def pass_seconds(self, seconds):
        self.behind -= seconds


market, shown_clock = Market(), Clock()


def owner(name):
    return User.objects.get(username=name)


def units(code, amount):
    return money.to_units(amount, Asset.objects.get(code=code).scale)


# --- orders ---


def build():
    """The database, its assets, and a policy under which prices stay current for as long as the tour takes."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("seed_demo", stdout=sys.stderr)
    Asset.objects.bulk_create(
        [Asset(code=code, name=name[:60], scale=scale) for code, (name, scale, _) in STRANGE.items()]
    )
    policy(price_age_seconds=86_400)
    observe()


def policy(**changes):
    """A new version of the policy: the newest one, but for the changes."""
    newest = Policy.objects.current()
    newest.pk = None
    for field, value in changes.items():
        setattr(newest, field, value)
    newest.save(force_insert=True)


def observe(ago=0, moved=None, gone=()):
    """The market answers, or answered so many seconds ago; by so many percent other prices, and none for some."""
    market.moved, market.gone = moved or {}, set(gone)
    Price.objects.all().delete()
    with shown_clock.ago(ago) if ago else contextlib.nullcontext():
        rounds.refresh(source=market)


def no_prices():
    Price.objects.all().delete()


def customer(holdings=None, many=0, small_only=False, password=None):
    """A new customer, signed in: with what the demonstration's customer holds, or other holdings, or so many assets."""
    name = f"mira{next(number)}"
    user = User.objects.create_user(name, f"{name}@example.com", password, first_name="Mira", last_name="Koskinen")
    Customer.objects.set_display(user, time_zone="Europe/Helsinki")
    chosen = HOLDINGS if holdings is None else holdings
    if many:
        chosen = {f"X{index:03}": f"{Decimal(index * 13 % 60 + 1) / index:.8f}" for index in range(1, many + 1)}
    for code, amount in chosen.items():
        if not (small_only and code not in ("DOGE", "ETH", "LINK", "TRX", "BNB")):
            deposit(name, code, amount)
    return signed_in(user)


def clerk():
    """An operator without any permission."""
    name = f"clerk{next(number)}"
    return signed_in(User.objects.create_user(name, f"{name}@example.com", is_staff=True))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return {"name": user.username, "session": client.cookies["sessionid"].value}


def deposit(name, code, amount):
    asset = Asset.objects.get(code=code)
    reference = f"tour-{next(number)}"
    ledger.deposit(user=owner(name), asset=asset, units=units(code, amount), reference=reference)


def quote(name, codes=None, ago=0, renewed=False):
    """Quotes these assets, or all that can be converted; the reference."""
    with shown_clock.ago(ago):
        made = conversions.quote(user=owner(name), codes=codes or convertible(name))
        return (conversions.renew(conversion=made) if renewed else made).reference


def convertible(name):
    policy = Policy.objects.current()
    view = conversions.portfolio(user=owner(name), policy=policy, now=clock.now())
    return [holding.asset.code for holding in view.convertible]


def run(name, codes=None, ago=0, attempts=0):
    """Confirms a conversion that nobody finishes; the reference."""
    reference = quote(name, codes, ago=ago)
    with shown_clock.ago(ago):
        conversions.confirm(user=owner(name), reference=reference)
        for _ in range(attempts):
            claims.claim(reference)
            shown_clock.pass_seconds(HALF_A_MINUTE)
    return reference


def end(name, codes=None, ago=5, moved=None, gone=(), meanwhile="", fee=0):
    """Takes a conversion to its end, with what happens meanwhile; the reference."""
    if fee:
        policy(fee_percent=Decimal(fee))
    reference = run(name, codes, ago=ago)
    with shown_clock.ago(ago):
        shown_clock.pass_seconds(1)
        observe(moved=moved, gone=gone)
        MEANWHILE[meanwhile](name, codes, reference)
        conversions.settle(reference=reference)
    Asset.objects.filter(code__in=codes or []).update(status=Asset.Status.LISTED, delisted_on=None)
    if fee:
        policy(fee_percent=Decimal(0))
    observe()
    return reference


def delist(name, codes, reference):
    Asset.objects.filter(code=codes[0]).update(status=Asset.Status.DELISTED, delisted_on=clock.now().date())


def take_half(name, codes, reference=""):
    account = Account.objects.held_by(owner(name)).get(asset__code=codes[0])
    taken = f"tour-{next(number)}"
    ledger.adjust(user=owner(name), asset=account.asset, units=-(account.units // 2), reference=taken)


def wait_too_long(name, codes, reference):
    shown_clock.pass_seconds(Policy.objects.current().longest_wait_seconds)


def give_up(name, codes, reference):
    for _ in range(conversions.MAX_ATTEMPTS):
        claims.claim(reference)
        shown_clock.pass_seconds(HALF_A_MINUTE)
    factories.sweep()


MEANWHILE = {
    "": lambda *_: None,
    "delist": delist,
    "take_half": take_half,
    "wait_too_long": wait_too_long,
    "give_up": give_up,
}


def history(name, days, apart=1):
    """A conversion a day, the last one yesterday; each fourth stopped, because a price moved, and the fee was 2%.

    Or so many days apart.
    """
    for day in range(days, 0, -1):
        codes = ["DOGE", "ETH", "LINK", "TRX"][: day % 4 + 1]
        for code in codes:
            deposit(name, code, HOLDINGS[code])
        fee = 2 if day % 4 == 0 else 0
        end(name, codes, ago=day * apart * 86_400, moved={"DOGE": "-6.2"} if day % 4 == 2 else None, fee=fee)


def close_conversions(ahead=False):
    """Closes conversions for two hours from now, or tells that they will be."""
    at = clock.now() + timedelta(hours=1 if ahead else -1)
    notice = "We are moving to a new data centre."
    Opening.objects.create(is_open=False, notice=notice, closes_at=at, reopens_at=at + timedelta(hours=3))


def reopen():
    Opening.objects.create(is_open=True)


def forget_attempts():
    """As if nobody had tried to sign in yet."""
    cache.clear()


def reset_address():
    """Where the link in a message about a new password leads."""
    name = f"mira{next(number)}"
    user = User.objects.create_user(name, f"{name}@example.com", "correct horse battery")
    return f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"


ORDERS = [build, policy, observe, no_prices, customer, clerk, deposit, quote, run, end, history, close_conversions]
ORDERS += [reopen, forget_attempts, reset_address, take_half]


def main():
    clock.now = shown_clock
    orders = {order.__name__: order for order in ORDERS}
    for line in sys.stdin:
        name, facts = json.loads(line)
        print(json.dumps(orders[name](**facts)), flush=True)
