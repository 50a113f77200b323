"""The life of a conversion: quote, confirm, settle, sweep.

Each verb is one decision in one database transaction, locks in the order customer → conversion → accounts by id, and
reads the database's clock once it holds them. What it refuses, it refuses with a Refusal whose text a customer may read.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef

from wallet import ledger, money, validators
from wallet.database import clock
from wallet.database.retrying import Busy, retried
from wallet.models import Account, Asset, Conversion, Customer, Line, Opening, Policy, Price, Transaction
from wallet.models.conversions import new_reference
from wallet.portfolio import Holding, Portfolio, portfolio
from wallet.refusals import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# How long an attempt may hold its claim. Longer than a settlement takes with every timeout and retry but the rarest; a
# second attempt beside a slow one does no harm, because the first to lock the conversion finishes it.
LEASE = timedelta(seconds=10)

# How many untried conversions a sweep sends at the most. Sending more takes longer than the messages live; the next sweep
# comes in seconds.
AT_ONCE = 500

# The order in which rules are reported when several say no (R6, the price, R1, R9, then what is left).
REPORT_ORDER = [
    "quote_expired",
    "wait",
    "is_bnb",
    "unlisted",
    "delisted",
    "paused",
    "price_unavailable",
    "path_changed",
    "over_limit",
    "price_changed",
    "balance_changed",
    "too_small",
]


class PricesPending(Exception):
    """No market price has been observed since Confirm. The conversion waits; a price round would help it on."""

    def __init__(self, wanted_at: datetime) -> None:
        super().__init__(wanted_at)
        self.wanted_at = wanted_at


def require_open(now: datetime) -> None:
    """Refuses while operators have closed conversions. What is confirmed already goes on."""
    closure = Opening.objects.service(now).closure
    if closure is not None:
        reopens_at = closure.reopens_at.isoformat() if closure.reopens_at else None
        raise Refusal("closed", notice=closure.notice, reopens_at=reopens_at)


# --- quote ----------------------------------------------------------------------------------------------------------


@retried
def quote(*, user: "User", codes: Sequence[str], renews: Conversion | None = None) -> Conversion:
    """Writes down what converting the whole balances of these assets would bring, at the prices at hand (R1–R4, R6, R8).

    Duplicates count once. Raises Refusal for the first rule that says no; nothing is written then.
    """
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        raise Refusal("nothing_selected")
    Customer.objects.ensure(user)
    with transaction.atomic():
        customer = Customer.objects.lock(user)
        now = clock.now()
        policy = Policy.objects.current()
        require_open(now)
        _refuse_second(user)
        # Asked first of all: during the wait it is the answer to every selection.
        validators.validate_interval(customer.last_converted_at, now, policy.interval)
        view = portfolio(user=user, policy=policy, now=now)
        chosen = _choose(view, wanted)
        if view.bnb_price is None:
            raise Refusal("price_unavailable", asset=validators.BNB)
        if renews is not None:  # held, so that it isn't cleared away meanwhile
            renews = Conversion.objects.select_for_update(no_key=True).filter(pk=renews.pk).first()
        conversion = Conversion(user=user, policy=policy, quoted_at=now, renews=renews)
        while Conversion.objects.filter(reference=conversion.reference).exists():
            conversion.reference = new_reference()
        conversion.last_converted_at, conversion.interval = customer.last_converted_at, policy.interval
        conversion.set_quoted_price(view.bnb_price)
        lines = [_quoted_line(conversion, holding) for holding in chosen]
        conversion.set_quoted_figures(money.total(holding.figures for holding in chosen if holding.figures is not None))
        _validate(conversion, lines)
        conversion.save(force_insert=True)
        Line.objects.bulk_create(lines)
        return conversion


def _choose(view: Portfolio, wanted: list[str]) -> list[Holding]:
    held = {holding.asset.code: holding for holding in view.holdings}
    if any(code not in held for code in wanted):
        raise Refusal("unknown_asset")
    chosen = [held[code] for code in wanted]
    refused = [holding.refusal for holding in chosen if holding.refusal is not None]
    if refused:
        raise _first(refused)
    return sorted(chosen, key=lambda holding: holding.asset.code)


def _quoted_line(conversion: Conversion, holding: Holding) -> Line:
    assert holding.price is not None and holding.figures is not None
    line = Line(conversion=conversion, asset=holding.asset, units=holding.units)
    line.set_quoted_price(holding.price)
    line.set_quoted_figures(holding.figures)
    return line


def renew(*, conversion: Conversion) -> Conversion:
    """A new quote for the same assets, whole balances at today's amounts, that names the quote it renews."""
    codes = conversion.lines.order_by("asset__code").values_list("asset__code", flat=True)
    return quote(user=conversion.user, codes=list(codes), renews=conversion)


# --- confirm --------------------------------------------------------------------------------------------------------


@retried
def confirm(*, user: "User", reference: str) -> Conversion:
    """Accepts a quote (R8). The second Confirm of the same quote gets the same conversion again.

    Raises Conversion.DoesNotExist when it is not this user's, Refusal when a rule says no; nothing changes then.
    """
    # Asked before locking, so that a stranger's reference makes no row and takes no lock.
    Conversion.objects.of(user).get(reference=reference)
    with transaction.atomic():
        customer = Customer.objects.lock(user)
        conversion = _lock(Conversion.objects.of(user).get(reference=reference))
        if not conversion.is_quoted:
            return conversion
        now = clock.now()
        require_open(now)
        conversion.status = Conversion.Status.CONFIRMED
        conversion.confirmed_at = conversion.next_attempt_at = now
        conversion.last_converted_at = customer.last_converted_at
        conversion.interval = Policy.objects.current().interval
        _validate(conversion, [])
        _refuse_second(user)
        lines = _lines(conversion)
        _set_balances(lines, user)
        _validate(conversion, lines)
        _change(conversion, Conversion.Status.QUOTED, "status", "confirmed_at", "next_attempt_at")
        return conversion


def _refuse_second(user: "User") -> None:
    if Conversion.objects.of(user).confirmed().exists():
        raise Refusal("in_progress")


# --- settle ---------------------------------------------------------------------------------------------------------


def settle(*, reference: str) -> Conversion | None:
    """Finishes a confirmed conversion at prices observed at or after Confirm: completed, or stopped with the reason.

    Runs twice or late without harm: None when there is nothing to do, because it is finished or claimed by another.
    Raises PricesPending when the market has not answered since Confirm, Busy when the database could not decide for the
    time being; neither uses up an attempt.
    """
    claimed = _claim(reference)
    if claimed is None:
        return None
    try:
        return _decide(reference=reference)
    except (PricesPending, Busy):
        _release(claimed)
        raise


@retried
def _claim(reference: str) -> Conversion | None:
    """Counts an attempt and keeps others away until the lease is over. Committed by itself, so that a kill is counted."""
    now = clock.now()
    claimed = (
        Conversion.objects.due(now)
        .filter(reference=reference, attempts__lt=MAX_ATTEMPTS)
        .update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE)
    )
    return Conversion.objects.get(reference=reference) if claimed else None


@retried
def _release(claimed: Conversion) -> None:
    """Gives a claim back as if it had never been: the attempt not counted, and due at once.

    A claim that has lapsed meanwhile doesn't count either; whoever has the next one keeps it.
    """
    assert claimed.next_attempt_at is not None
    now, fewer = clock.now(), F("attempts") - 1
    running = Conversion.objects.confirmed().filter(pk=claimed.pk, attempts__gt=0)
    held = running.filter(next_attempt_at=claimed.next_attempt_at)
    # A claim that neither is held nor has lapsed was given back before, when the answer was lost.
    if not held.update(attempts=fewer, next_attempt_at=now) and now >= claimed.next_attempt_at:
        running.update(attempts=fewer)


@retried
def _decide(*, reference: str) -> Conversion:
    """Judges every rule again at the settlement prices, and posts or stops. One transaction: all or nothing (P7)."""
    ended = _judge(reference)
    # Said of what is committed only.
    if ended.is_completed:
        log.info("conversion %s completed", reference)
    else:
        log.warning("conversion %s %s: %s", reference, ended.status, ended.reason_code)
    return ended


def _judge(reference: str) -> Conversion:
    """The transaction of a settlement; the conversion as it ended, by this or by an attempt before it."""
    user = Conversion.objects.select_related("user").get(reference=reference).user
    with transaction.atomic():
        customer = Customer.objects.lock(user)
        conversion = _lock(Conversion.objects.get(reference=reference))
        if not conversion.is_confirmed:
            return conversion
        lines = _lines(conversion)
        bnb = Asset.objects.bnb()
        Account.objects.ensure_customer(user, [bnb.pk])
        accounts = _set_balances(lines, user, bnb)
        now = clock.now()
        prices = Price.objects.of(line.asset_id for line in lines)
        assert conversion.confirmed_at is not None
        if now - conversion.confirmed_at >= conversion.policy.longest_wait:
            late = Refusal("too_late", longest_wait=conversion.policy.longest_wait_seconds)
            return _finish_without(conversion, Conversion.Status.STOPPED, [late], now)
        _require_answer(conversion, lines, prices, bnb)
        conversion.status = Conversion.Status.COMPLETED
        conversion.finished_at = now
        conversion.last_converted_at = customer.last_converted_at
        conversion.interval = Policy.objects.current().interval
        _price(conversion, lines, prices, bnb)
        try:
            _validate(conversion, lines)
        except Refusal as refusal:
            for line in lines:
                line.gross_units = line.fee_units = line.net_units = line.value_sats = None
            _save_lines(lines)
            return _finish_without(conversion, Conversion.Status.STOPPED, refusal.others, now)
        return _complete(conversion, lines, accounts, customer, bnb)


def _require_answer(conversion: Conversion, lines: list[Line], prices: dict[int, Price], bnb: Asset) -> None:
    """Raises PricesPending until the market has answered since Confirm.

    A round of prices is written whole and removes what the market no longer prices. So once BNB's price is new, an asset
    without any price has none now; only one whose price is merely older is waited for.
    """
    confirmed_at = conversion.confirmed_at
    assert confirmed_at is not None
    bnb_price = prices.get(bnb.pk)
    if bnb_price is None or bnb_price.observed_at < confirmed_at:
        raise PricesPending(confirmed_at)
    for line in lines:
        price = prices.get(line.asset_id)
        if price is not None and price.observed_at < confirmed_at:
            raise PricesPending(confirmed_at)


def _price(conversion: Conversion, lines: list[Line], prices: dict[int, Price], bnb: Asset) -> None:
    """Sets the settlement prices and the figures that follow from them."""
    bnb_price = prices[bnb.pk]
    conversion.set_settled_price(bnb_price)
    every = []
    for line in lines:
        price = prices.get(line.asset_id)
        if price is None:
            continue
        line.set_settled_price(price)
        figures = money.figures(
            units=line.units,
            scale=line.asset.scale,
            rate_btc=price.rate_btc,
            bnb_rate_btc=bnb_price.rate_btc,
            fee_percent=conversion.policy.fee_percent,
        )
        line.set_figures(figures)
        every.append(figures)
    conversion.set_figures(money.total(every))


def _complete(
    conversion: Conversion, lines: list[Line], accounts: dict[int, Account], customer: Customer, bnb: Asset
) -> Conversion:
    assert conversion.finished_at is not None
    assert conversion.net_units is not None and conversion.fee_units is not None
    treasury = Account.objects.ensure_house(Account.Kind.TREASURY, [*(line.asset_id for line in lines), bnb.pk])
    house_moves = [ledger.Move(treasury[line.asset_id], line.units) for line in lines]
    house_moves.append(ledger.Move(treasury[bnb.pk], -conversion.net_units - conversion.fee_units))
    if conversion.fee_units:
        fees = Account.objects.ensure_house(Account.Kind.FEES, [bnb.pk])
        house_moves.append(ledger.Move(fees[bnb.pk], conversion.fee_units))
    customer_moves = {accounts[line.asset_id]: -line.units for line in lines}
    customer_moves[accounts[bnb.pk]] = conversion.net_units
    conversion.transaction = ledger.post(
        kind=Transaction.Kind.CONVERSION,
        reference=conversion.reference,
        posted_at=conversion.finished_at,
        customer_moves=customer_moves,
        house_moves=house_moves,
    )
    _save_lines(lines)
    customer.last_converted_at = conversion.finished_at
    customer.save(update_fields=["last_converted_at"])
    conversion.next_attempt_at = None
    _change(conversion, Conversion.Status.CONFIRMED, *SETTLED_FIELDS)
    return conversion


def _finish_without(
    conversion: Conversion, status: Conversion.Status, refused: Sequence[Refusal], now: datetime
) -> Conversion:
    """Stops or fails the conversion: no balance changes, and every reason is written down."""
    conversion.status = status
    conversion.finished_at = now
    conversion.next_attempt_at = None
    conversion.gross_units = conversion.fee_units = conversion.net_units = conversion.value_sats = None
    conversion.reason_code = refused[0].code or ""
    conversion.reasons = [{"code": refusal.code, "facts": refusal.facts} for refusal in refused]
    _change(conversion, Conversion.Status.CONFIRMED, *SETTLED_FIELDS)
    return conversion


# --- sweep ----------------------------------------------------------------------------------------------------------


def sweep() -> list[str]:
    """The references of the conversions to settle now, oldest first, 500 and one at the most.

    Gives up on those that used up their attempts.

    Whatever lost an attempt may itself be what killed its worker. So those run one at a time, the least tried first: it
    takes no other with it, and nobody else's attempts are used up by its kills.
    """
    now = clock.now()
    due = list(Conversion.objects.due(now).values_list("reference", "attempts"))
    for reference, attempts in due:
        if attempts >= MAX_ATTEMPTS:
            try:
                _give_up(reference)
            except Busy:  # the next sweep will; the others must not wait for it
                log.warning("too busy to give up on %s", reference)
    untried = [reference for reference, attempts in due if attempts == 0][:AT_ONCE]
    if Conversion.objects.retrying(now).exists():
        return untried
    tried = sorted((one for one in due if 0 < one[1] < MAX_ATTEMPTS), key=lambda one: one[1])
    return untried + [reference for reference, _ in tried[:1]]


@retried
def _give_up(reference: str) -> None:
    """Marks a conversion failed whose last claim has lapsed, without running it again."""
    user = Conversion.objects.select_related("user").get(reference=reference).user
    with transaction.atomic():
        Customer.objects.lock(user)
        conversion = _lock(Conversion.objects.get(reference=reference))
        now = clock.now()
        # Since the sweep looked, another worker may have begun it, or ended it.
        if not Conversion.objects.due(now).filter(pk=conversion.pk, attempts__gte=MAX_ATTEMPTS).exists():
            return
        _finish_without(conversion, Conversion.Status.FAILED, [Refusal("attempts", attempts=conversion.attempts)], now)
    log.error("conversion %s failed after %d attempts: look at it", reference, conversion.attempts)


def clear_quotes() -> int:
    """Deletes quotes that nobody confirmed within a day, but for those that a kept conversion renews. How many went."""
    cleared = 0
    while True:
        with transaction.atomic():
            leaves = Conversion.objects.stale_quotes(clock.now()).filter(
                ~Exists(Conversion.objects.filter(renews=OuterRef("pk")))
            )
            keys = list(leaves.select_for_update().order_by("pk").values_list("pk", flat=True)[:500])
            Line.objects.filter(conversion__in=keys).delete()
            Conversion.objects.filter(pk__in=keys).delete()
        if not keys:
            return cleared
        cleared += len(keys)


# --- shared ---------------------------------------------------------------------------------------------------------

SETTLED_FIELDS = (
    "status",
    "finished_at",
    "next_attempt_at",
    "transaction",
    "reason_code",
    "reasons",
    "settled_rate_btc",
    "settled_path",
    "settled_legs",
    "settled_source",
    "settled_observed_at",
    "gross_units",
    "fee_units",
    "net_units",
    "value_sats",
)
LINE_FIELDS = SETTLED_FIELDS[6:]


def _lock(conversion: Conversion) -> Conversion:
    return (
        Conversion.objects.select_for_update(no_key=True, of=("self",)).select_related("policy").get(pk=conversion.pk)
    )


def _lines(conversion: Conversion) -> list[Line]:
    """The lines with their assets, by asset code, each knowing this very conversion."""
    lines = list(Line.objects.filter(conversion=conversion).select_related("asset").order_by("asset__code"))
    for line in lines:
        line.conversion = conversion
    return lines


def _set_balances(lines: list[Line], user: "User", *also: Asset) -> dict[int, Account]:
    """Locks the customer's accounts of the lines' assets and tells each line its balance."""
    accounts = ledger.lock_accounts(user, [*(line.asset_id for line in lines), *(asset.pk for asset in also)])
    for line in lines:
        account = accounts.get(line.asset_id)
        line.balance_units = (account.units or 0) if account else 0
    return accounts


def _validate(conversion: Conversion, lines: Iterable[Line]) -> None:
    """Model validation of the conversion and its lines; raises the Refusal that is reported, which knows the others.

    The checks that query (foreign keys, uniqueness, constraints) are left to the database, which makes them anyway.
    """
    refused: list[Refusal] = []
    malformed: ValidationError | None = None
    for row in (conversion, *lines):
        try:
            row.full_clean(exclude=FOREIGN_KEYS[type(row)], validate_unique=False, validate_constraints=False)
        except ValidationError as errors:
            refusals = [error for error in _every(errors) if isinstance(error, Refusal)]
            refused += refusals
            malformed = malformed if refusals else errors
    if refused:  # also when a price is so high that the figures can't be kept: no rule lets it pass
        raise _first(refused)
    if malformed is not None:  # a fault of ours, not a rule that says no
        raise malformed


def _every(errors: ValidationError) -> Iterable[Any]:
    return [error for group in errors.error_dict.values() for error in group]


def _first(refused: list[Refusal]) -> Refusal:
    """The one to report: by rule, then by asset. It carries them all, itself first, as `others`."""
    ordered = sorted(
        refused, key=lambda refusal: (REPORT_ORDER.index(refusal.code or ""), refusal.facts.get("asset", ""))
    )
    ordered[0].others = ordered
    return ordered[0]


FOREIGN_KEYS = {
    Conversion: {"user", "policy", "renews", "transaction", "quoted_legs", "settled_legs", "reasons"},
    Line: {"conversion", "asset", "quoted_legs", "settled_legs"},
}


def _change(conversion: Conversion, before: Conversion.Status, *fields: str) -> None:
    """A change of state: one conditional update that must touch exactly one row."""
    values = {field: getattr(conversion, field) for field in fields}
    if Conversion.objects.filter(pk=conversion.pk, status=before).update(**values) != 1:
        raise IntegrityError(f"{conversion} is no longer {before}.")


def _save_lines(lines: list[Line]) -> None:
    Line.objects.write([line for line in lines if line.settled_rate_btc is not None], LINE_FIELDS)
