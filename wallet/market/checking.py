"""The configured venues tried before customers depend on them: what they are like, and what a first round would come to.

Nothing is written to the database. M7 and M8, which compare with earlier rounds, are not asked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from django.conf import settings

from wallet.database import clock
from wallet.market import books, guards, limits, records
from wallet.market.books import BNB, BTC, Books
from wallet.market.guards import KeptOut
from wallet.market.limits import Limits
from wallet.market.paths import Candidate, Market, Rate, believe
from wallet.market.pricing import DOLLARS, Fallback, Priced, Pricing, fallback
from wallet.market.source import MarketError, Remote, Row, Source
from wallet.market.venues import configured_fallback, configured_source
from wallet.models import Asset, Policy, Venue
from wallet.models.assets import source_name

T = TypeVar("T")

# What ccxt's errors mean to whoever has to do something about them, by the class of what was raised.
MEANING = {
    "NetworkError": "it can't be reached: is its address right, and may this machine connect to it?",
    "RequestTimeout": "it does not answer in time",
    "ExchangeNotAvailable": "it says that it is not available, or has nothing at this address",
    "PermissionDenied": "it refuses this machine, perhaps by its country",
    "NotSupported": "it can't be asked for all its books",
    "AuthenticationError": "it can't be asked without a key",
    "BadResponse": "its answer can't be read",
    "NullResponse": "its answer is empty",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What asking a venue took; the characters are those of its answers, unpacked."""

    answers: int = 0
    characters: int = 0
    processor_ms: int = 0
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What a venue was like. `error`: why it gave no prices, in words. `clock_ms`: how far its clock is ahead of ours."""

    name: str
    error: str = ""
    clock_ms: int | None = None
    markets: int = 0
    open: int = 0
    listing: Cost = Cost()
    round: Cost = Cost()


@dataclass(frozen=True, slots=True)
class Covered:
    """An asset that would have a price; each leg as (symbol, price, side)."""

    code: str
    rate_btc: str
    path: str
    legs: list[tuple[str, str, str]]
    ways: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A number that would be kept out; without a symbol the asset's price as a whole."""

    code: str
    symbol: str
    rule: str
    words: str


@dataclass(frozen=True, slots=True)
class Core:
    """BNB, or BTC against dollars. `off_percent`: how far from what the fallback says, where it says anything."""

    code: str
    ways: int
    off_percent: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """`problems` are why the site could not be used like this. `fallback` is None where none is configured."""

    source: Visit
    fallback: Visit | None = None
    problems: list[str] = field(default_factory=list)
    covered: list[Covered] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    untraded: list[str] = field(default_factory=list)  # listed assets of which no market leads to BTC
    core: list[Core] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)  # what came by one way only, and the fallback says too


@dataclass(frozen=True, slots=True)
class Asked:
    """A venue's visit, with the rows that it gave, and when it was asked."""

    visit: Visit
    rows: list[Row]
    at: datetime


def check() -> Report:
    """Asks the configured venues once, and judges what they say as a first round would."""
    figures = limits.configured()
    source = _visit(source_name(), configured_source, figures)
    second = None
    if settings.PRICE_SOURCE != "demo" and settings.EXCHANGE_FALLBACK_ID:
        second = _visit(settings.EXCHANGE_FALLBACK_ID, _fallback_source, figures)
    visits = [asked.visit for asked in (source, second) if asked]
    problems = [f"{visit.name} gave no prices: {visit.error}." for visit in visits if visit.error] + _unlisted()
    if source.visit.error:
        return Report(source.visit, second.visit if second else None, problems)
    return _judge(source, second, figures, problems)


def _fallback_source() -> Source:
    venue = configured_fallback()
    assert venue is not None
    return venue.source


def _visit(name: str, make: Callable[[], Source], figures: Limits) -> Asked:
    at = clock.now()
    closed_until = Venue.objects.closed_until(name, at)
    if closed_until is not None:
        error = f"it said that it is asked too much, and is not asked before {closed_until:%H:%M:%S} UTC"
        return Asked(Visit(name, error), [], at)
    try:
        source = make()
        _, listing = _measured(source, source.keep_markets)
        at = clock.now()
        rows, cost = _measured(source, source.rows)
    except MarketError as error:
        return Asked(Visit(name, _meaning(name, error)), [], at)
    frozen = guards.refuse_frozen((row.said_at for row in rows), at, figures)
    visit = Visit(
        name,
        f"{guards.words(frozen.facts)} ({frozen.rule})" if frozen else "",
        _clock_ms(source),
        len(rows),
        sum(not row.is_halted for row in rows),
        listing,
        cost,
    )
    return Asked(visit, rows, at)


def _measured(source: Source, question: Callable[[], T]) -> tuple[T, Cost]:
    heard = (source.answers, source.received) if isinstance(source, Remote) else (0, 0)
    busy, began = time.process_time_ns(), time.monotonic_ns()
    answer = question()
    took = [(time.process_time_ns() - busy) // 1_000_000, (time.monotonic_ns() - began) // 1_000_000]
    now = (source.answers, source.received) if isinstance(source, Remote) else (0, 0)
    return answer, Cost(now[0] - heard[0], now[1] - heard[1], *took)


def _clock_ms(source: Source) -> int | None:
    """Beside the middle between asking and its answer; None where it tells none."""
    if not isinstance(source, Remote):
        return None
    asked_at = clock.now()
    try:
        said = source.said_time()
    except MarketError:
        return None
    return None if said is None else int((said - asked_at - (clock.now() - asked_at) / 2).total_seconds() * 1000)


def _meaning(name: str, error: MarketError) -> str:
    """Why the venue gave no prices, to be read after its name."""
    said = f"{error}".removesuffix(".").removeprefix(f"{name} gave no prices: ")
    kind = type(error.__cause__).__name__
    said = said.removeprefix(f"{kind}: ")
    if said.startswith(f"{name} says "):
        said = said.replace(name, "it", 1)
    return f"{MEANING[kind]} ({said})" if kind in MEANING else said


def _unlisted() -> list[str]:
    """What has to be added to the assets before anything can be converted."""
    found = set(Asset.objects.filter(code__in=(BNB, BTC)).values_list("code", flat=True))
    missing = [code for code in (BNB, BTC) if code not in found]
    if missing:
        return [f"Add {' and '.join(missing)} to the assets in the admin: nothing is converted without."]
    return []


def _judge(source: Asked, second: Asked | None, figures: Limits, problems: list[str]) -> Report:
    codes = dict(Asset.objects.filter(status=Asset.Status.LISTED).values_list("code", "pk"))
    wanted = sorted({*codes, BTC, BNB})
    read, market = _market(source, figures)
    theirs = None
    if second is not None:
        theirs = Fallback() if second.visit.error else fallback(_market(second, figures)[0], wanted, figures)
    pricing = Pricing(market, source.at, {}, theirs, figures)
    priced = pricing.price(wanted, {})
    kept_out = records.Found(priced, read, dict.fromkeys(wanted, 0), {}).kept_out()
    untraded = [code for code, why in priced.kept_out.items() if "no_market" in why.facts]
    dollar = _dollar(market, theirs)
    return Report(
        source.visit,
        second.visit if second else None,
        problems + _missing(priced, dollar),
        [_covered(code, rate, priced) for code, rate in priced.rates.items() if code in codes],
        [
            Refused(code, symbol, why.rule.value, guards.words(why.facts))
            for (code, symbol), why in kept_out.items()
            if "no_market" not in why.facts
        ],
        untraded,
        _core(priced, dollar, theirs),
        [code for code, sample in priced.samples.items() if theirs and sample.ways == 1 and not sample.rule],
    )


def _market(asked: Asked, figures: Limits) -> tuple[Books, Market]:
    takes_last = Policy.objects.in_effect(asked.at).price_side == Policy.Side.LAST
    read = books.read(asked.rows, asked.at, takes_last=takes_last, limits=figures)
    return read, believe(read, figures)


def _dollar(market: Market, theirs: Fallback | None) -> tuple[str, Candidate] | None:
    """By which dollars BTC is known, and how: the first that the fallback has too, or else the first."""
    found = [(code, market.candidate(code, None)) for code in DOLLARS if code in market.links]
    known = [(code, one) for code, one in found if isinstance(one, Candidate)]
    both = [(code, one) for code, one in known if theirs and code in theirs.rates]
    return next(iter(both or known), None)


def _covered(code: str, rate: Rate, priced: Priced) -> Covered:
    legs = [(leg["symbol"], leg["price"], leg["side"]) for leg in rate.legs]
    ways = priced.samples[code].ways if code in priced.samples else 0
    return Covered(code, f"{rate.rate_btc:f}", rate.path, legs, ways)


def _missing(priced: Priced, dollar: tuple[str, Candidate] | None) -> list[str]:
    """Why BNB or BTC would have no price, without which nothing can be converted."""
    found = []
    if BNB not in priced.rates:
        why: KeptOut | None = priced.kept_out.get(BNB)
        reason = f"{guards.words(why.facts)} ({why.rule})" if why else "no market leads from it to BTC"
        found.append(f"BNB would have no price: {reason}.")
    if dollar is None:
        found.append("BTC would have no price: no market with dollars holds.")
    return found


def _core(priced: Priced, dollar: tuple[str, Candidate] | None, theirs: Fallback | None) -> list[Core]:
    said = theirs.rates if theirs else {}
    found = []
    if BNB in priced.samples:
        sample = priced.samples[BNB]
        found.append(Core(BNB, sample.ways, _off(sample.rate, said.get(BNB))))
    if dollar is not None:
        code, candidate = dollar
        found.append(Core(f"{BTC}/{code}", candidate.ways, _off(candidate.middle, said.get(code))))
    return found


def _off(rate: Decimal, theirs: Decimal | None) -> str | None:
    return None if theirs is None else guards.percent(guards.off(rate, theirs))
