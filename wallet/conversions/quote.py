"""Quote: what converting whole balances would bring, written down once at the prices at hand."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from wallet import limits, money, treasury, validators
from wallet.conversions import rules, states
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Circumstances, Conversion, Customer, Line, Policy, Price
from wallet.models.status import Status
from wallet.portfolio import Holding, Portfolio, portfolio
from wallet.references import new_reference
from wallet.refusals import Code, Refused, refusal, refuse


@retried
def quote(*, user: User, codes: Sequence[str], renews: Conversion | None = None, currency: str = "") -> Conversion:
    """Writes down what converting the whole balances of these assets would bring (R1–R4, R6, R8).

    `currency` is the code of what the customer thinks of money in; empty: none. Of the customer's older quotes the newest
    few are kept (S5). Duplicates count once. Raises Refused with every rule that says no; nothing is written then.
    """
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        raise Refused(refusal(Code.NOTHING_SELECTED))
    treasury.close_if_stopped(wanted)  # committed before it refuses
    Customer.objects.ensure(user)
    with transaction.atomic():
        customer = Customer.objects.lock(user)
        now = clock.now()
        policy = Policy.objects.in_effect(now)
        rules.require_open(now)
        rules.require_no_other(user)
        # Asked first of all: during the wait it is the answer to every selection.
        waits = validators.validate_interval(customer.last_converted_at, now, policy.interval)
        if waits is not None:
            raise Refused(waits)
        held = portfolio(user=user, policy=policy, now=now, currency=currency)
        chosen = _choose(held, wanted)
        conversion = Conversion(user=user, policy=policy, quoted_at=now)
        conversion.set_quoted_currency(currency, held.currency_rate_btc)
        lines = _estimate(conversion, held.bnb_price, chosen)
        if renews is not None:  # held, so that it isn't cleared away meanwhile
            conversion.renews = Conversion.objects.select_for_update(no_key=True).filter(pk=renews.pk).first()
        given = Circumstances(now, customer.last_converted_at, policy.interval)
        refuse(rules.judge([conversion, *lines], given, becoming=Status.QUOTED))
        while Conversion.objects.filter(reference=conversion.reference).exists():
            conversion.reference = new_reference()
        conversion.save(force_insert=True)
        Line.objects.bulk_create(lines)
        states.delete_quotes(Conversion.objects.of(user).surplus_quotes(limits.KEPT_QUOTES))
        return conversion


def renew(*, conversion: Conversion, currency: str = "") -> Conversion:
    """A new quote for the same assets, whole balances at today's amounts, that names the quote it renews."""
    codes = conversion.lines.order_by("asset__code").values_list("asset__code", flat=True)
    return quote(user=conversion.user, codes=list(codes), renews=conversion, currency=currency)


def _choose(held: Portfolio, wanted: Sequence[str]) -> list[Holding]:
    """The balances with these codes, by code, all of which can be converted."""
    holdings = {holding.asset.code: holding for holding in held.holdings}
    if any(code not in holdings for code in wanted):
        raise Refused(refusal(Code.UNKNOWN_ASSET))
    chosen = [holdings[code] for code in sorted(wanted)]
    refuse([holding.refusal for holding in chosen if holding.refusal is not None])
    return chosen


def _estimate(conversion: Conversion, bnb_price: Price | None, chosen: Sequence[Holding]) -> list[Line]:
    """Sets the prices at hand and the figures that follow from them; the conversion's lines."""
    if bnb_price is None:
        raise Refused(refusal(Code.PRICE_UNAVAILABLE, asset=validators.BNB))
    conversion.set_quoted_price(bnb_price)
    lines = []
    for holding in chosen:
        assert holding.price is not None and holding.figures is not None
        line = Line(conversion=conversion, asset=holding.asset, units=holding.units)
        line.set_quoted_price(holding.price)
        line.set_quoted_figures(holding.figures)
        lines.append(line)
    conversion.set_quoted_figures(money.total(holding.figures for holding in chosen if holding.figures))
    return lines
