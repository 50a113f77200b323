"""Three months of a customer's conversions with every way in which one ends, made by the verbs themselves.

Each step runs with the clock standing at its moment (`clock.past`): the market is asked, quoted, confirmed and settled as
it would have been then, under every rule and guard, and written by the ledger. Nothing is put into a table by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User

from wallet import conversions, currencies, demo_users
from wallet.conversions.claims import LEASE, claim
from wallet.database import clock
from wallet.demonstration import seed
from wallet.market import rounds
from wallet.market.demo import STEP_MS, Demo
from wallet.market.demo_assets import DEMO_ASSETS, HOLDINGS, JUMPING
from wallet.models import Customer, MarketRound, Policy, Transaction

SECOND = timedelta(seconds=1)
# The wait between conversions from now on, in seconds, so that a visitor can convert again.
SHORT_WAIT = 60
# What the customer holds beside the balances of every demonstration, in whole coins.
MORE_HOLDINGS = {JUMPING.code: "9.5"}
# How long before the first conversion the house buys its BNB, and the last holdings come in before now.
BEFORE_ALL, HOLDINGS_SINCE = timedelta(days=1), timedelta(hours=20)
# For how long more of it has been waiting for the second operator by now.
PROPOSED_SINCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Past:
    """One conversion: how many days before now, of which balances, in whole coins, and how it ended."""

    days: int
    holdings: dict[str, str]
    ends: Callable[[str, datetime], None]


def is_possible() -> bool:
    """Whether nothing has happened here yet, so that what is made is older than everything else; and prices are made up."""
    return settings.PRICE_SOURCE == "demo" and not (Transaction.objects.exists() or MarketRound.objects.exists())


def seed_history() -> None:
    """Makes it, with balances as of yesterday, and a policy version with a short wait that is in force from now on.

    For a database in which nothing has happened (`is_possible`), and in one database transaction.
    """
    now = clock.now().replace(microsecond=0)
    with clock.past(_at(now, PAST[0].days) - BEFORE_ALL):
        seed.make_assets([*DEMO_ASSETS, JUMPING])
        seed.make_users()
        seed.buy_stock()
        joined = clock.now()
    User.objects.filter(username__in=demo_users.NAMES).update(date_joined=joined)
    customer = Customer.objects.filter(user=seed.customer())
    Customer.objects.ensure(seed.customer())
    customer.update(wants_receipts=False)  # nobody gets mail today of what is long over
    for past in PAST:
        _convert(past, _at(now, past.days))
    customer.update(wants_receipts=True)
    with clock.past(now - HOLDINGS_SINCE):
        seed.credit(HOLDINGS | MORE_HOLDINGS, "seed-demo")
    with clock.past(now - PROPOSED_SINCE):
        seed.propose_stock("5", "seed-demo-more-stock", "So that it lasts over the weekend.")
    _shorten_the_wait()


def _at(now: datetime, days: int) -> datetime:
    """A moment of that day at which the jumping asset has just jumped: a minute, and no two days the same."""
    return (now - timedelta(days=days)).replace(hour=7 + days * 5 % 13, minute=days * 7 % 60, second=0)


def _convert(past: Past, at: datetime) -> None:
    """Deposits, and a day later the review, Confirm and the end."""
    with clock.past(at - timedelta(hours=5)):
        seed.credit(past.holdings, f"seed-demo-{past.days}-days-ago")
    _ask_the_market(at)
    with clock.past(at + SECOND):
        quote = conversions.quote(
            user=seed.customer(),
            codes=list(past.holdings),
            currency=currencies.of_language(settings.LANGUAGE_CODE),
        )
    with clock.past(at + 9 * SECOND):
        conversions.confirm(user=seed.customer(), reference=quote.reference)
    past.ends(quote.reference, at + 9 * SECOND)


def _ask_the_market(at: datetime) -> None:
    with clock.past(at):
        rounds.refresh(source=Demo())


def _at_once(reference: str, confirmed_at: datetime) -> None:
    _settle(reference, confirmed_at + SECOND)


def _after_a_jump(reference: str, confirmed_at: datetime) -> None:
    """The market answers a quarter of a minute after the quote. By then the jumping asset costs more."""
    _settle(reference, confirmed_at + timedelta(milliseconds=STEP_MS))


def _settle(reference: str, answered_at: datetime) -> None:
    _ask_the_market(answered_at)
    with clock.past(answered_at + SECOND):
        conversions.settle(reference=reference)


def _too_late(reference: str, confirmed_at: datetime) -> None:
    """The market does not answer within the longest wait."""
    with clock.past(confirmed_at + Policy.objects.in_effect(confirmed_at).longest_wait + SECOND):
        conversions.settle(reference=reference)


def _given_up(reference: str, confirmed_at: datetime) -> None:
    """Each worker that takes it up dies of it."""
    at = confirmed_at + SECOND
    for _ in range(conversions.MAX_ATTEMPTS):
        with clock.past(at):
            claim(reference)
        at += LEASE + SECOND
    with clock.past(at):
        conversions.fail_exhausted()


PAST = (
    Past(87, {"DOGE": "118.44", "TRX": "96.02", "XRP": "14.2207"}, _at_once),
    Past(78, {"ADA": "18.5", "VET": "390.5"}, _at_once),
    Past(69, {"ETH": "0.0061", "LTC": "0.1904", "SOL": "0.0512", "LINK": "1.204"}, _at_once),
    Past(60, {"ATOM": "2.2", "DOT": "3.8131"}, _too_late),
    Past(58, {"ATOM": "1.31", "NEAR": "4.6"}, _at_once),
    Past(49, {"DOGE": "201.7", "EUR": "11.2"}, _at_once),
    Past(40, {"UNI": "2.51", "GRT": "77.3"}, _given_up),
    Past(36, {"ARB": "31.75", "OP": "14.02", "AAVE": "0.2044"}, _at_once),
    Past(27, {"SHIB": "902114.25", "CAKE": "6.6"}, _at_once),
    Past(18, {"XLM": "122.4", "ALGO": "61.15", "FIL": "3.3018"}, _at_once),
    Past(9, {JUMPING.code: "44", "TRX": "58.9"}, _after_a_jump),
    Past(3, {"BAT": "40.33", "ZIL": "512.5", "TRX": "33.1"}, _at_once),
)


def _shorten_the_wait() -> None:
    """A version like the first, but for the wait. It has its moment, so that what is older is judged by the first."""
    version = Policy.objects.newest()
    version.pk, version.proposal, version.created_by = None, None, None
    version.interval_seconds = SHORT_WAIT
    at = clock.now()
    version.effective_from = at + timedelta(milliseconds=1)
    version.reason = "A demonstration: a minute instead of six hours, so that its visitors can convert again."
    with clock.past(at):
        version.save(force_insert=True)
