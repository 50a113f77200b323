"""The people and the market that the tour meets, made on the site's own database with the product's own verbs.

It runs as a process of its own, because a test's process has another database and starting Django for every step would
take a second each: `main` takes an order a line and answers each with a line, both in JSON. tests/support/tour.py gives them.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from tests.support import factories, second_factors
from tests.support.outbox import send_mails, stop_address
from wallet import conversions, ledger
from wallet.conversions.claims import claim
from wallet.database import clock
from wallet.market import rounds
from wallet.market.demo import Demo
from wallet.market.demo_assets import HOLDINGS
from wallet.models import Account, Asset, Conversion, Customer, KeptOutNumber, MarketRound, Opening, Policy, Price
from wallet.models.counts import Count
from wallet.portfolio import portfolio

real_now = clock.now
number = count(1)
HALF_A_MINUTE = 30

# Assets that no exchange has: the longest code and name that there can be, as many decimals, and many more.
LONGEST = "WRAPPEDSTAKEDETH"
STRANGE = {
    LONGEST: ("Wrapped Staked Ether of the Society for Very Long Asset Names", 8, "3120.55"),
    "FINE": ("Eighteen Decimals", 18, "15.25"),
    **{f"X{index:03}": (f"Experimental Asset {index}", 8, f"{index}.25") for index in range(1, 301)},
}


class Market(Demo):
    """The demonstration's market, standing still, but for the prices that were changed or taken away."""

    def __init__(self) -> None:
        moment = real_now()
        super().__init__(now=lambda: moment)
        self.changes: dict[str, str] = {}
        self.gone: set[str] = set()

    def prices(self) -> dict[str, Decimal]:
        usd = super().prices() | {code: Decimal(price) for code, (_, _, price) in STRANGE.items()}
        return {
            code: price * (1 + Decimal(self.changes.get(code, "0")) / 100)
            for code, price in usd.items()
            if code not in self.gone
        }


class Clock:
    """The database's, so many seconds behind."""

    behind: float = 0

    def __call__(self) -> datetime:
        return real_now() - timedelta(seconds=self.behind)

    @contextlib.contextmanager
    def ago(self, seconds: float) -> Iterator[None]:
        self.behind = seconds
        try:
            yield
        finally:
            self.behind = 0

    def pass_seconds(self, seconds: float) -> None:
        self.behind -= seconds


market, shown_clock = Market(), Clock()


def owner(name: str) -> User:
    return User.objects.get(username=name)


# --- orders ---


def build() -> None:
    """The database, its assets, and a policy under which prices stay current for as long as the tour takes."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("seed_demo", stdout=sys.stderr)
    Asset.objects.bulk_create(
        [Asset(code=code, name=name[:60], scale=scale) for code, (name, scale, _) in STRANGE.items()]
    )
    policy(price_age_seconds=86_400)
    observe()


def policy(**changes: Any) -> None:
    """A new version of the policy: the newest one, but for the changes."""
    newest = Policy.objects.current()
    newest.pk = None
    for field, value in changes.items():
        setattr(newest, field, value)
    newest.save(force_insert=True)


def observe(ago: float = 0, changes: dict[str, str] | None = None, gone: Iterable[str] = ()) -> None:
    """The market answers, or answered so many seconds ago; by so many percent other prices, and none for some."""
    market.changes, market.gone = changes or {}, set(gone)
    Price.objects.all().delete()
    MarketRound.objects.all().delete()  # beside which a change as large as a state shows would be kept out
    with shown_clock.ago(ago) if ago else contextlib.nullcontext():
        rounds.refresh(source=market)


def keep_out(whys: dict[str, str]) -> None:
    """The market answers, and each of these assets has no price, because of this."""
    observe(gone=whys)
    KeptOutNumber.objects.filter(code__in=whys).delete()  # that no market leads from them to BTC
    for code, why in whys.items():
        factories.keep_out(code, why)


def no_prices() -> None:
    Price.objects.all().delete()


def customer(
    holdings: dict[str, str] | None = None, many: int = 0, small_only: bool = False, password: str | None = None
) -> dict[str, str]:
    """A new customer, signed in: with what the demonstration's customer holds, or other holdings, or so many assets."""
    chosen = HOLDINGS if holdings is None else holdings
    if many:
        chosen = {f"X{index:03}": f"{Decimal(index * 13 % 60 + 1) / index:.8f}" for index in range(1, many + 1)}
    if small_only:
        chosen = {code: amount for code, amount in chosen.items() if code in ("DOGE", "ETH", "LINK", "TRX", "BNB")}
    names = {"first_name": "Mira", "last_name": "Koskinen"}
    user = factories.user(f"mira{next(number)}", chosen, password=password, **names)
    Customer.objects.set_display(user, time_zone="Europe/Helsinki")
    return signed_in(user)


def clerk() -> dict[str, str]:
    """An operator without any permission."""
    return signed_in(factories.user(f"clerk{next(number)}", password=None, is_staff=True))


def signed_in(user: User) -> dict[str, str]:
    """The name of a user and the key of a session."""
    client = Client()
    client.force_login(user)
    return {"name": user.username, "session": client.cookies["sessionid"].value}


def secured(*, is_fresh: bool = True, has_codes: bool = True) -> dict[str, str]:
    """A customer with second factors, signed in here, with a fresh proof, and in another browser."""
    user = owner(customer(password=second_factors.PASSWORD)["name"])
    return second_factors.secured(user, is_fresh=is_fresh, has_codes=has_codes)


def deposit(name: str, code: str, amount: str) -> None:
    factories.deposit(owner(name), code, amount, reference=f"tour-{next(number)}")


def quote(name: str, codes: list[str] | None = None, ago: float = 0, renewed: bool = False) -> str:
    """Quotes these assets, or all that can be converted; the reference."""
    with shown_clock.ago(ago):
        made = conversions.quote(user=owner(name), codes=codes or convertible(name), currency="USD")
        return (conversions.renew(conversion=made) if renewed else made).reference


def convertible(name: str) -> list[str]:
    policy = Policy.objects.current()
    held = portfolio(user=owner(name), policy=policy, now=clock.now())
    return [holding.asset.code for holding in held.convertible]


def run(name: str, codes: list[str] | None = None, ago: float = 0, attempts: int = 0) -> str:
    """Confirms a conversion that nobody finishes; the reference."""
    reference = quote(name, codes, ago=ago)
    with shown_clock.ago(ago):
        conversions.confirm(user=owner(name), reference=reference)
        for _ in range(attempts):
            claim(reference)
            shown_clock.pass_seconds(HALF_A_MINUTE)
    return reference


def settle(reference: str, changes: dict[str, str] | None = None) -> None:
    """Takes a conversion that is running to its end, at prices that changed by so many percent."""
    observe(changes=changes)
    conversions.settle(reference=reference)


def end(
    name: str,
    codes: list[str] | None = None,
    ago: float = 5,
    changes: dict[str, str] | None = None,
    gone: Iterable[str] = (),
    meanwhile: str = "",
    fee: int = 0,
) -> str:
    """Takes a conversion to its end, with what happens meanwhile; the reference."""
    if fee:
        policy(fee_percent=Decimal(fee))
    reference = run(name, codes, ago=ago)
    with shown_clock.ago(ago):
        shown_clock.pass_seconds(1)
        observe(changes=changes, gone=gone)
        MEANWHILE[meanwhile](name, codes or [])
        conversions.settle(reference=reference)
    Asset.objects.filter(code__in=codes or []).update(status=Asset.Status.LISTED, delisted_on=None)
    if fee:
        policy(fee_percent=Decimal(0))
    observe()
    return reference


def delist(name: str, codes: list[str]) -> None:
    Asset.objects.filter(code=codes[0]).update(status=Asset.Status.DELISTED, delisted_on=clock.now().date())


def doubt(name: str, codes: list[str]) -> None:
    KeptOutNumber.objects.filter(code=codes[0]).delete()
    factories.keep_out(codes[0])


def take_half(name: str, codes: list[str]) -> None:
    account = Account.objects.held_by(owner(name)).get(asset__code=codes[0])
    taken = f"tour-{next(number)}"
    ledger.adjust(user=owner(name), asset=account.asset, units=-((account.units or 0) // 2), reference=taken)


def wait_too_long(name: str, codes: list[str]) -> None:
    shown_clock.pass_seconds(Policy.objects.current().longest_wait_seconds)


def give_up(name: str, codes: list[str]) -> None:
    running = Conversion.objects.of(owner(name)).confirmed().get()
    for _ in range(conversions.MAX_ATTEMPTS):
        claim(running.reference)
        shown_clock.pass_seconds(HALF_A_MINUTE)
    factories.sweep()


MEANWHILE: dict[str, Callable[[str, list[str]], None]] = {
    "": lambda *_: None,
    "delist": delist,
    "doubt": doubt,
    "take_half": take_half,
    "wait_too_long": wait_too_long,
    "give_up": give_up,
}


def history(name: str, days: int, apart: int = 1) -> None:
    """A conversion a day, the last one yesterday; each fourth stopped, because a price changed, and the fee was 2%.

    Or so many days apart.
    """
    for day in range(days, 0, -1):
        codes = ["DOGE", "ETH", "LINK", "TRX"][: day % 4 + 1]
        for code in codes:
            deposit(name, code, HOLDINGS[code])
        fee = 2 if day % 4 == 0 else 0
        end(name, codes, ago=day * apart * 86_400, changes={"DOGE": "-6.2"} if day % 4 == 2 else None, fee=fee)


def close_conversions(ahead: bool = False) -> None:
    """Closes conversions for two hours from now, or tells that they will be."""
    at = clock.now() + timedelta(hours=1 if ahead else -1)
    notice = "We are moving to a new data centre."
    Opening.objects.create(is_open=False, notice=notice, closes_at=at, reopens_at=at + timedelta(hours=3))


def reopen() -> None:
    Opening.objects.create(is_open=True)


def forget_attempts() -> None:
    """As if nobody had tried to sign in yet."""
    cache.clear()
    Count.objects.all().delete()


def reset_address() -> str:
    """Where the link in a message about a new password leads."""
    user = factories.user(f"mira{next(number)}")
    return f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}/"


ORDERS: list[Callable[..., Any]] = [build, policy, observe, keep_out, no_prices, customer, clerk, deposit, quote, run]
ORDERS += [settle, end, history, close_conversions, reopen, forget_attempts, reset_address, take_half, secured]
ORDERS += [send_mails, stop_address]


def main() -> None:
    """Carries out the orders that come in, until there are no more."""
    clock.now = shown_clock
    orders = {order.__name__: order for order in ORDERS}
    for line in sys.stdin:
        name, options = json.loads(line)
        print(json.dumps(orders[name](**options)), flush=True)
