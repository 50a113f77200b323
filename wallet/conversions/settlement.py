"""The settlement itself: one transaction in which every rule is judged again, at new prices, and all is posted or nothing."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from wallet import ledger, money
from wallet.conversions import rules, states
from wallet.conversions.locks import Locked, lines_of, lock
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Account, Asset, Circumstances, Conversion, Line, Policy, Price, Transaction
from wallet.models.priced import Priced
from wallet.models.status import Status
from wallet.refusals import Code, refusal

log = logging.getLogger(__name__)


class PricesPending(Exception):
    """No market price has been observed since Confirm. The conversion waits; a price round would help it on."""

    def __init__(self, wanted_at: datetime) -> None:
        super().__init__(wanted_at)
        self.wanted_at = wanted_at


@retried
def complete_or_stop(reference: str) -> Conversion:
    """The conversion as it ended, by this or by an attempt before it. All or nothing (P7); raises PricesPending."""
    ended = _end(reference)
    # Said of what is committed only.
    if ended.is_completed:
        log.info("conversion %s completed", reference)
    else:
        log.warning("conversion %s %s: %s", reference, ended.status, ended.reason_code)
    return ended


def _end(reference: str) -> Conversion:
    """Judges and posts, or stops, in one transaction; what has ended already stays as it is."""
    with transaction.atomic():
        locked = lock(reference)
        conversion = locked.conversion
        if not conversion.is_confirmed:
            return conversion
        lines, bnb = lines_of(conversion), Asset.objects.bnb()
        Account.objects.ensure_customer(conversion.user, [bnb.pk])
        accounts = ledger.lock_accounts(conversion.user, [*(line.asset_id for line in lines), bnb.pk])
        now = clock.now()
        if _is_too_late(conversion, now):
            late = refusal(Code.TOO_LATE, longest_wait=conversion.policy.longest_wait_seconds)
            states.end_without(conversion, status=Status.STOPPED, refusals=[late], at=now)
            return conversion
        _set_prices(conversion, lines, bnb)
        refused = rules.judge([conversion, *lines], _found(locked, accounts, now), becoming=Status.COMPLETED)
        if refused:
            Line.objects.write(_priced(lines), Priced.SETTLED_PRICE)
            states.end_without(conversion, status=Status.STOPPED, refusals=refused, at=now)
        else:
            _complete(locked, lines, accounts, bnb, now)
        return conversion


def _is_too_late(conversion: Conversion, now: datetime) -> bool:
    assert conversion.confirmed_at is not None
    return now - conversion.confirmed_at >= conversion.policy.longest_wait


def _found(locked: Locked, accounts: Mapping[int, Account], now: datetime) -> Circumstances:
    """What the rules ask beyond the conversion's own rows, as it is under the locks."""
    return Circumstances(
        at=now,
        last_converted_at=locked.customer.last_converted_at,
        interval=Policy.objects.interval(),
        balances=ledger.balances(accounts),
    )


def _set_prices(conversion: Conversion, lines: Sequence[Line], bnb: Asset) -> None:
    """Sets the market's answer since Confirm; raises PricesPending until there is one.

    A round of prices is written whole and removes what the market no longer prices. So once BNB's price is new, an asset
    without any price has none now, and its line is left without; only one whose price is merely older is waited for.
    """
    confirmed_at = conversion.confirmed_at
    assert confirmed_at is not None
    prices = Price.objects.of(line.asset_id for line in lines)
    needed = [prices.get(line.asset_id) for line in lines]
    bnb_price = prices.get(bnb.pk)
    if bnb_price is None or any(price and price.observed_at < confirmed_at for price in (bnb_price, *needed)):
        raise PricesPending(confirmed_at)
    conversion.set_settled_price(bnb_price)
    for line, price in zip(lines, needed, strict=True):
        if price is not None:
            line.set_settled_price(price)


def _priced(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.settled_rate_btc is not None]


def _complete(
    locked: Locked, lines: Sequence[Line], accounts: Mapping[int, Account], bnb: Asset, now: datetime
) -> None:
    """Sets the figures, posts the ledger transaction and starts the wait."""
    conversion, customer = locked.conversion, locked.customer
    total = money.total(line.set_settled_figures() for line in lines)
    posted = ledger.post(
        kind=Transaction.Kind.CONVERSION,
        reference=conversion.reference,
        posted_at=now,
        customer_moves=_customer_moves(lines, accounts, bnb, total),
        house_moves=_house_moves(lines, bnb, total),
    )
    Line.objects.write(lines, (*Priced.SETTLED_PRICE, *Priced.FIGURES))
    customer.last_converted_at = now
    customer.save(update_fields=["last_converted_at"])
    states.advance(
        conversion,
        before=Status.CONFIRMED,
        status=Status.COMPLETED,
        finished_at=now,
        next_attempt_at=None,
        transaction=posted,
        gross_units=total.gross,
        fee_units=total.fee,
        net_units=total.net,
        value_sats=total.value,
        **states.settled_price(conversion),
    )


def _customer_moves(
    lines: Sequence[Line], accounts: Mapping[int, Account], bnb: Asset, total: money.Figures
) -> dict[Account, int]:
    moves = {accounts[line.asset_id]: -line.units for line in lines}
    moves[accounts[bnb.pk]] = total.net
    return moves


def _house_moves(lines: Sequence[Line], bnb: Asset, total: money.Figures) -> list[ledger.Move]:
    """What the treasury takes and pays, and the fee where there is one."""
    treasury = Account.objects.ensure_house(Account.Kind.TREASURY, [*(line.asset_id for line in lines), bnb.pk])
    moves = [ledger.Move(treasury[line.asset_id], line.units) for line in lines]
    moves.append(ledger.Move(treasury[bnb.pk], -total.gross))
    if total.fee:
        fees = Account.objects.ensure_house(Account.Kind.FEES, [bnb.pk])
        moves.append(ledger.Move(fees[bnb.pk], total.fee))
    return moves
