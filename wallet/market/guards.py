"""When a market's number is a price: the rules M1–M9 over plain values, in the order in which a number passes them.

Each returns why it is kept out, or None. Shares are compared as exact decimals of the market's own numbers; the middle
between bid and ask is what is compared, so that a wide book is M4's concern alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from statistics import median
from typing import NamedTuple

from wallet import money
from wallet.market.limits import Limits


class Rule(StrEnum):
    TIME = "M1"
    SIDE = "M2"
    RAW = "M3"
    SPREAD = "M4"
    AGREEMENT = "M5"
    ONE_WAY = "M6"
    JUMP = "M7"
    ROWS = "M8"
    FALLBACK = "M9"


# What each rule asks, in two words.
RULE_NAMES = {
    Rule.TIME: "time of the round",
    Rule.SIDE: "bid and ask",
    Rule.RAW: "raw number",
    Rule.SPREAD: "spread",
    Rule.AGREEMENT: "agreement of ways",
    Rule.ONE_WAY: "one way only",
    Rule.JUMP: "jump",
    Rule.ROWS: "rows of the round",
    Rule.FALLBACK: "agreement with the fallback",
}


class KeptOut(NamedTuple):
    """A number that is no price: by which rule, and the facts. They are for the record; words are made of them elsewhere."""

    rule: Rule
    facts: dict[str, str]


class Sample(NamedTuple):
    """What an asset's number was in an earlier round, from how many ways, and which rule kept it out, if any."""

    at: datetime
    rate: Decimal
    ways: int
    rule: str = ""


class History(NamedTuple):
    """What is known of an asset's numbers: those of the last minutes in the order of time, and the last that was a price."""

    samples: Sequence[Sample] = ()
    last_price: Decimal | None = None

    @property
    def usual(self) -> Decimal | None:
        """The median of the prices of the last minutes; without any the last price before, of a day at the most."""
        prices = [sample.rate for sample in self.samples if not sample.rule]
        return middle(prices) if prices else self.last_price


# --- M1, M8: a whole round --------------------------------------------------------------------------------------------


def refuse_frozen(times: Iterable[datetime | None], asked_at: datetime, limits: Limits) -> KeptOut | None:
    """M1: where the exchange gives times, the newest of a round is as far from ours as this at the most.

    That of a single market may be old: it is the time of its last trade.
    """
    newest = max((time for time in times if time is not None), default=asked_at)
    apart = abs(newest - asked_at)
    if apart <= limits.clock:
        return None
    side = "behind" if newest < asked_at else "ahead of"
    return KeptOut(Rule.TIME, {"seconds": f"{apart.total_seconds():.0f}", "side": side})


def refuse_few(rows: int, before: int | None, limits: Limits) -> KeptOut | None:
    """M8: a round has at least four fifths of the rows of the last good one. `before` is None where there is none."""
    if before is None or rows >= before * (1 - limits.rows_lost):
        return None
    return KeptOut(Rule.ROWS, {"rows": f"{rows}", "before": f"{before}"})


# --- M2, M3, M4: one market -------------------------------------------------------------------------------------------


def number(text: object) -> Decimal | None:
    """M3: what an exchange wrote, where it is plain digits of a positive number that can be a price; None for all else."""
    if not isinstance(text, str) or not money.PRICE_TEXT.match(text):
        return None
    found = Decimal(text)
    return found if 0 < found < money.PRICE_CEILING else None


def refuse_market(is_halted: bool, is_traded: bool) -> KeptOut | None:
    """M5: markets that the exchange calls halted, or in which nobody trades, take no part."""
    if is_halted:
        return KeptOut(Rule.AGREEMENT, {"market": "halted"})
    if not is_traded:
        return KeptOut(Rule.AGREEMENT, {"market": "untraded"})
    return None


def refuse_tiny(rate: Decimal) -> KeptOut | None:
    """M3: what along its way comes to more, or to less, than a price can be."""
    return None if money.round_price(rate) else too_tiny(rate)


def too_tiny(rate: Decimal) -> KeptOut:
    return KeptOut(Rule.RAW, {"comes_to": f"{rate:.3e}"})


def plain(text: object, most: int = 40) -> str:
    """What an exchange sent, so that it can be stored, logged and shown: printable, in one line, and not long."""
    return f"{text}".encode("unicode_escape").decode("ascii")[:most]


def refuse_raw(bid: object, ask: object) -> KeptOut | None:
    """M3: NaN, infinity, zero, a negative number, or no number at all."""
    for side, text in {"bid": bid, "ask": ask}.items():
        if number(text) is None:
            return KeptOut(Rule.RAW, {"missing": side} if text in (None, "") else {"sent": plain(text)})
    return None


def refuse_sides(bid: Decimal, ask: Decimal) -> KeptOut | None:
    """M2: nobody bids more than somebody asks."""
    if bid <= ask:
        return None
    return KeptOut(Rule.SIDE, {"bid": f"{bid:f}", "ask": f"{ask:f}"})


def refuse_old_trade(traded_at: datetime | None, asked_at: datetime, limits: Limits) -> KeptOut | None:
    """M2: a last price counts where somebody paid it a few minutes ago at the most."""
    if traded_at is not None and asked_at - traded_at <= limits.last_trade:
        return None
    return KeptOut(Rule.SIDE, {"traded_at": traded_at.isoformat() if traded_at else "never"})


def refuse_wide(bid: Decimal, ask: Decimal, *, is_core: bool, limits: Limits) -> KeptOut | None:
    """M4: bid and ask are close together: closer still where BNB and the hubs trade against each other."""
    at_most = limits.core_spread if is_core else limits.spread
    spread = (ask - bid) / ask
    return None if spread <= at_most else KeptOut(Rule.SPREAD, {"spread": percent(spread), "limit": percent(at_most)})


# --- M5, M6, M7, M9: one asset ----------------------------------------------------------------------------------------


def middle(rates: Sequence[Decimal]) -> Decimal:
    return median(rates)


def agreeing(rates: Sequence[Decimal], at_most: Decimal) -> list[int]:
    """M5: which of several ways agree, by their places: three or more with their median, two with each other.

    None where fewer than two do: nobody can tell which is right. A single way has nothing to agree with.
    """
    if len(rates) == 1:
        return [0]
    if len(rates) == 2:
        return [0, 1] if apart(*rates) <= at_most else []
    usual = middle(rates)
    found = [place for place, rate in enumerate(rates) if off(rate, usual) <= at_most]
    return found if len(found) > 1 else []


def refuse_untraded(code: str) -> KeptOut:
    """M5: an asset whose markets are gone, or never were, is not priced."""
    return KeptOut(Rule.AGREEMENT, {"no_market": code})


def refuse_disagreeing(rates: Sequence[Decimal], at_most: Decimal) -> KeptOut | None:
    """M5 for an asset."""
    if agreeing(rates, at_most):
        return None
    return KeptOut(Rule.AGREEMENT, {"apart": percent(apart(min(rates), max(rates))), "ways": f"{len(rates)}"})


def refuse_off(rate: Decimal, usual: Decimal, at_most: Decimal) -> KeptOut | None:
    """M5 for one of an asset's markets, beside the median of its ways."""
    if off(rate, usual) <= at_most:
        return None
    return KeptOut(Rule.AGREEMENT, {"off_median": percent(off(rate, usual)), "limit": percent(at_most)})


def refuse_alone(ways: int, *, is_core: bool) -> KeptOut | None:
    """M5: BNB, and BTC against USDT, are known by two ways at least."""
    return KeptOut(Rule.AGREEMENT, {"one_way": "core"}) if ways < 2 and is_core else None


def refuse_one_way(tick: Decimal, theirs: Decimal | None, *, has_fallback: bool, limits: Limits) -> KeptOut | None:
    """M6: of a number that came by one way only the fallback says something too; where none is configured, its tick is fine.

    `tick` is a share of the price. Whether the fallback says the same is M9's question.
    """
    if has_fallback:
        return KeptOut(Rule.ONE_WAY, {"fallback": "silent"}) if theirs is None else None
    if tick <= limits.one_way_tick:
        return None
    return KeptOut(Rule.ONE_WAY, {"tick": percent(tick), "limit": percent(limits.one_way_tick)})


def refuse_other_venue(rate: Decimal, theirs: Decimal | None, at_most: Decimal) -> KeptOut | None:
    """M9: every number is about what the fallback says too, wherever it says anything."""
    if theirs is None or off(rate, theirs) <= at_most:
        return None
    return KeptOut(Rule.FALLBACK, {"off_venue": percent(off(rate, theirs))})


def refuse_jump(
    rate: Decimal, ways: int, history: History, now: datetime, *, at_most: Decimal, limits: Limits
) -> KeptOut | None:
    """M7: far from what is usual, until rounds from two ways agree for long enough. It is asked where the fallback is silent.

    What that has contradicted within the last minutes no length of time confirms. An asset's first number is no jump.
    """
    usual = history.usual
    if usual is None or off(rate, usual) <= at_most:
        return None
    if ways > 1 and _is_confirmed(rate, history.samples, now, limits, at_most):
        return None
    change = money.cut_percent(money.change(usual, rate))
    return KeptOut(Rule.JUMP, {"jump": f"{change:f}", "limit": percent(at_most)})


def _is_confirmed(rate: Decimal, samples: Sequence[Sample], now: datetime, limits: Limits, at_most: Decimal) -> bool:
    """Whether all rounds for long enough have come to about this from two ways, none of them long after the one before."""
    if any(sample.rule == Rule.FALLBACK for sample in samples):
        return False
    since = now
    for sample in reversed(samples):
        agrees = sample.ways > 1 and sample.rule in ("", Rule.JUMP) and off(sample.rate, rate) <= at_most
        if not agrees or since - sample.at > limits.jump_gap:
            break
        since = sample.at
    return now - since >= limits.jump_confirmed


def off(rate: Decimal, reference: Decimal) -> Decimal:
    """How far a rate is from another, as a share of that one."""
    return abs(rate - reference) / reference


def apart(one: Decimal, other: Decimal) -> Decimal:
    """How far two rates are from each other, as a share of the smaller: a half is as far as the double."""
    return abs(one - other) / min(one, other)


def percent(share: Decimal) -> str:
    """A share in percent with two places, cut."""
    return f"{int(min(share, Decimal(10_000)) * 10_000) / Decimal(100):.2f}"


# --- words for operators ----------------------------------------------------------------------------------------------

_WORDS = {
    "no_market": "no market leads from it to BTC",
    "side": "its newest time is {seconds} seconds {side} ours: it is frozen, or a clock is wrong",
    "rows": "only {rows} rows, where the last good round had {before}",
    "market": "the exchange says that it is {market}",
    "missing": "it has no {missing}",
    "sent": "“{sent}” is no price",
    "comes_to": "it comes to {comes_to} BTC, which is no price",
    "bid": "the bid {bid} is above the ask {ask}",
    "traded_at": "it has no book, and its last trade was {traded_at}",
    "spread": "bid and ask are {spread}% apart, {limit}% at the most",
    "ways": "its {ways} ways to BTC are up to {apart}% apart",
    "off_median": "{off_median}% off the median of the ways to BTC, {limit}% at the most",
    "one_way": "one way only, where two must agree",
    "tick": "one way only, and one tick is {tick}% of its price, {limit}% at the most",
    "fallback": "one way only, and the fallback gives no price of it",
    "of": "{of} against dollars is {off_venue}% off the fallback's price",
    "off_venue": "{off_venue}% off the fallback's price",
    "jump": "moved {jump}% from what was usual, {limit}% at the most until it is confirmed",
}


def rule_name(rule: str) -> str:
    """A rule with what it asks: M4 spread."""
    return f"{rule} {RULE_NAMES[Rule(rule)]}" if rule in RULE_NAMES else rule


def words(facts: dict[str, str]) -> str:
    """The facts of what was kept out, in an operator's words."""
    for name, text in _WORDS.items():
        if name in facts:
            return text.format(**facts)
    return ", ".join(f"{name} {fact}" for name, fact in facts.items())
