"""The settlement itself: one transaction in which every rule is judged again, at new prices, of each conversion by itself.

Each of them is posted wholly or stopped, and one that is stopped stops no other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from wallet import currencies, ledger, outbox, validators
from wallet.conversions import rules, states
from wallet.conversions.breaker import Breaker, read_breaker
from wallet.conversions.locks import Locked, lines_of, lock_together
from wallet.conversions.posting import Settlement, post
from wallet.database import clock, writing
from wallet.database.retrying import retried
from wallet.logs import get_logger
from wallet.models import Asset, Circumstances, Conversion, KeptOutNumber, Opening, Price
from wallet.models.priced import Priced
from wallet.models.status import Status
from wallet.refusals import Refusal

log = get_logger(__name__)


class PricesPending(Exception):
    """No market price has been observed since Confirm. The conversion waits; a price round would help it on."""

    def __init__(self, wanted_at: datetime) -> None:
        super().__init__(wanted_at)
        self.wanted_at = wanted_at


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of conversions that were to be settled together. Those in neither list are held by somebody else."""

    ended: list[Conversion]  # as they ended, by this or by an attempt before it
    unpriced: list[Conversion]  # as they were: the market has not answered since Confirm
    closing: Opening | None = None  # the house breaker's, which one of them made it write


@dataclass(frozen=True, slots=True)
class Round:
    """What conversions are judged by that are settled together: the prices at hand, the moment, what is paid.

    `prices` are by the asset's code. `told` says by asset id why an asset has no price, where that is known. `currencies`
    are the prices by which the customers' reference currencies go, by the currency's code.
    """

    bnb: Asset
    prices: Mapping[str, Price]
    at: datetime
    breaker: Breaker  # with the newest version of the policy
    told: Mapping[int, Mapping[str, str]]
    currencies: Mapping[str, Price]


@retried
def complete_or_stop(references: Sequence[str], *, waits: bool) -> Outcome:
    """Ends these conversions in one transaction, all of them or none (P7).

    Unless it waits, those of customers whom somebody else holds are left out.
    """
    outcome = _end(references, waits=waits)
    # Said of what is committed only.
    for conversion in outcome.ended:
        if conversion.is_completed:
            log.info("conversion_completed", reference=conversion.reference)
        else:
            log.warning(
                "conversion_stopped",
                reference=conversion.reference,
                status=conversion.status,
                reason=conversion.reason_code,
            )
    if outcome.closing is not None:
        log.error("house_breaker_closed", reason=outcome.closing.reason)
    return outcome


def _end(references: Sequence[str], *, waits: bool) -> Outcome:
    """Judges and posts, or stops, in one transaction; what has ended already stays as it is."""
    passed: list[Settlement] = []
    stopped: list[Settlement] = []
    unpriced: list[Conversion] = []
    with transaction.atomic():
        locked = lock_together(references, waits=waits)
        running = [one for one in locked if one.conversion.is_confirmed]
        ended = [one.conversion for one in locked if not one.conversion.is_confirmed]
        if not running:
            return Outcome(ended, unpriced)
        bnb = Asset.objects.bnb()
        settlements = _open(running, bnb)
        now = _round(settlements, bnb)
        for settlement in settlements:
            try:
                refused = _refusals(settlement, now)
            except PricesPending:
                unpriced.append(settlement.conversion)
                continue
            if refused:
                states.end_without(settlement.conversion, status=Status.STOPPED, refusals=refused, at=now.at)
            else:
                _set_currency(settlement.conversion, now)
            (stopped if refused else passed).append(settlement)
        closing = now.breaker.close()
        post(passed, bnb, at=now.at)
        _write([*passed, *stopped])
        told = [(settlement.customer, settlement.conversion) for settlement in (*passed, *stopped)]
        outbox.tell(told, interval=now.breaker.policy.interval)
    return Outcome([*ended, *(settlement.conversion for settlement in (*passed, *stopped))], unpriced, closing)


def _open(running: Sequence[Locked], bnb: Asset) -> list[Settlement]:
    """Reads the lines and locks the accounts of locked conversions."""
    lines = lines_of([one.conversion for one in running])
    wanted = {one.customer.pk: [*(line.asset_id for line in lines[one.conversion.pk]), bnb.pk] for one in running}
    accounts = ledger.lock_or_open_accounts(wanted, opened=bnb.pk)
    return [
        Settlement(one.customer, one.conversion, lines[one.conversion.pk], accounts[one.customer.pk]) for one in running
    ]


def _round(settlements: Sequence[Settlement], bnb: Asset) -> Round:
    """What they are judged by, read once all is locked."""
    assets = {line.asset_id: line.asset.code for settlement in settlements for line in settlement.lines}
    go_by = {one.conversion.currency: currencies.asset_of(one.conversion.currency) for one in settlements}
    prices = Price.objects.of(assets, filter(None, go_by.values()))
    told = KeptOutNumber.objects.told(code for code in assets.values() if code not in prices)
    at = clock.now()
    return Round(
        bnb=bnb,
        prices=prices,
        at=at,
        breaker=read_breaker(at),
        told={pk: told[code] for pk, code in assets.items() if code in told},
        currencies={currency: prices[code] for currency, code in go_by.items() if code in prices},
    )


def _refusals(settlement: Settlement, now: Round) -> list[Refusal]:
    """Why it must not be completed; none when it may. Sets the settlement's prices; raises PricesPending."""
    conversion = settlement.conversion
    assert conversion.confirmed_at is not None
    late = validators.validate_in_time(conversion.confirmed_at, now.at, conversion.policy.longest_wait)
    if late is not None:
        return [late]
    _set_prices(settlement, now)
    given = Circumstances(
        at=now.at,
        last_converted_at=settlement.customer.last_converted_at,
        interval=now.breaker.policy.interval,  # R7: that of the version in force
        balances=ledger.balances(settlement.accounts),
        told=now.told,
    )
    refused = rules.judge([conversion, *settlement.lines], given, becoming=Status.COMPLETED)
    return refused or now.breaker.judge(conversion, settlement.total.net)


def _set_prices(settlement: Settlement, now: Round) -> None:
    """Sets the market's answer since Confirm; raises PricesPending until there is one.

    A round of prices is written whole and removes what the market no longer prices. So once BNB's price is new, an asset
    without any price has none now, and its line is left without; only one whose price is merely older is waited for.
    """
    conversion, lines = settlement.conversion, settlement.lines
    confirmed_at = conversion.confirmed_at
    assert confirmed_at is not None
    needed = [now.prices.get(line.asset.code) for line in lines]
    bnb_price = now.prices.get(now.bnb.code)
    if bnb_price is None or any(price and price.observed_at < confirmed_at for price in (bnb_price, *needed)):
        raise PricesPending(confirmed_at)
    conversion.set_settled_price(bnb_price)
    for line, price in zip(lines, needed, strict=True):
        if price is not None:
            line.set_settled_price(price)


def _set_currency(conversion: Conversion, now: Round) -> None:
    """Sets what the customer's currency cost, where the market has said so since Confirm. Nothing waits or stops for it."""
    price = now.currencies.get(conversion.currency)
    assert conversion.confirmed_at is not None
    if price is not None and price.observed_at >= conversion.confirmed_at:
        conversion.set_settled_currency(price)


def _write(ended: Sequence[Settlement]) -> None:
    """Writes down what was compared, and how each ended."""
    lines = [line for settlement in ended for line in settlement.lines if line.settled_rate_btc is not None]
    writing.update(lines, (*Priced.SETTLED_PRICE, *Priced.FIGURES))
    states.write_ends([settlement.conversion for settlement in ended])
