"""One round of the configured source: ask the market once, judge what it says, write all of it down together."""

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from wallet.database import clock
from wallet.logs import get_logger
from wallet.market import books, guards, limits, records
from wallet.market.books import BTC
from wallet.market.fallback import FallbackVenue
from wallet.market.guards import History, KeptOut, Sample
from wallet.market.limits import Limits
from wallet.market.paths import believe
from wallet.market.pricing import Fallback, Pricing, fallback
from wallet.market.source import AskLater, MarketError, Source
from wallet.market.venues import configured_fallback, configured_source
from wallet.models import Asset, MarketRound, Policy, Price, Pulse, Venue
from wallet.models.assets import source_name
from wallet.models.market import DAY

log = get_logger(__name__)

# When a round was last begun.
ASKED = "asked"
# A round that somebody else began so short a time ago will do: a market that does not answer isn't asked by everyone.
SHARED = timedelta(seconds=5)
# An exchange is asked so often at the most, however many wait: all of them wait for one round (M11).
SPACING = timedelta(seconds=1)
# How old the last good round may be beside which another one has too few rows (M8). Markets that are gone for good are
# believed to be gone after that.
COMPARED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Second:
    """What became of asking the fallback: what it says, None where none is configured; and in words."""

    fallback: Fallback | None
    words: str

    @property
    def answers(self) -> bool | None:
        """Whether it says anything; None where none is configured."""
        return None if self.fallback is None else bool(self.fallback.rates)


def refresh(
    *, wanted_at: datetime | None = None, source: Source | None = None, second: FallbackVenue | None = None
) -> int:
    """Asks the market and stores its prices; how many assets have one. No lock is held while asking.

    With `wanted_at`, a round that somebody else has begun since then, a few seconds ago, will do. Raises MarketError
    when the market gives nothing usable; the stored prices stay then, and grow old.
    """
    started_at = _begin(source.name if source else source_name(), wanted_at)
    if started_at is None:
        return Price.objects.current_source().count()
    if source is None:
        source, second = configured_source(), configured_fallback()
    began = time.monotonic()
    record = MarketRound(source=source.name, asked_at=started_at)
    try:
        found = _ask(source, second, record)
        record.took_ms = int((time.monotonic() - began) * 1000)
        records.store(record, found)
    except Exception as error:
        record.took_ms = int((time.monotonic() - began) * 1000)
        record.pk, record.numbers, record.is_mark = None, None, False
        record.error = guards.plain(error, 300) if isinstance(error, MarketError) else type(error).__name__
        record.save(force_insert=True)
        raise
    priced, kept_out, markets = found.counts
    log.info("assets_priced", source=source.name, assets=priced, kept_out=kept_out, markets_kept_out=markets)
    return record.priced


def keep_markets() -> None:
    """Asks the configured source for its list of markets where that is due: after a round, so that no price waits for it."""
    source = configured_source()
    try:
        source.keep_markets()
    except AskLater as refusal:
        Venue.objects.hold_off(source.name, clock.now(), refusal.wait)
        log.warning("market_failed", says=str(refusal))
    except MarketError as error:  # an older list will do
        log.warning("market_failed", says=str(error))


def _begin(name: str, wanted_at: datetime | None) -> datetime | None:
    """The moment at which this round begins, when the exchange may be asked again; None where another's will do.

    Of all who wait for that moment, one begins: the others find its round. Raises MarketError while it wants not to be asked.
    """
    while True:
        asked = Pulse.objects.filter(name=ASKED).first()
        if wanted_at and asked and asked.beat_at >= max(wanted_at, clock.now() - SHARED):
            return None
        if asked and name != "demo":
            left = asked.beat_at + SPACING - clock.now()
            time.sleep(min(max(left, timedelta(0)), SPACING).total_seconds())
        now = clock.now()
        closed_until = Venue.objects.closed_until(name, now)
        if closed_until is not None:
            raise MarketError(
                f"{name} said that it was asked too much, and is not asked before {closed_until:%H:%M:%S} UTC."
            )
        if Pulse.objects.follow(ASKED, asked.beat_at if asked else None, now):
            return now


def _ask(source: Source, second: FallbackVenue | None, record: MarketRound) -> records.Found:
    """Asks both venues and judges what they say. Raises MarketError."""
    figures, codes = limits.configured(), dict(Asset.objects.values_list("code", "pk"))
    _hold_off(second)
    waits_for = second if second and Venue.objects.closed_until(second.name, record.asked_at) is None else None
    if waits_for:
        waits_for.ask()
    try:
        rows = source.rows()
    except AskLater as refusal:
        Venue.objects.hold_off(source.name, clock.now(), refusal.wait)
        raise
    Venue.objects.answered(source.name)
    takes_last = Policy.objects.in_effect(record.asked_at).price_side == Policy.Side.LAST
    read = books.read(rows, record.asked_at, takes_last=takes_last, limits=figures)
    record.rows = read.rows
    _refuse_round(
        source.name,
        guards.refuse_frozen((row.said_at for row in rows), record.asked_at, figures),
        guards.refuse_few(read.rows, _rows_before(source.name, record.asked_at), figures),
    )
    asked = _second(second, waits_for, codes, figures, takes_last=takes_last, asked_at=record.asked_at)
    record.fallback, record.fallback_answers = asked.words[:200], asked.answers
    history = _history(source.name, record.asked_at, figures)
    pricing = Pricing(
        market=believe(read, figures),
        asked_at=record.asked_at,
        history=history,
        fallback=asked.fallback,
        limits=figures,
    )
    priced = pricing.price(codes, dict(Price.objects.current_source().values_list("asset__code", "path")))
    record.priced, record.kept_out = len(priced.rates), len(priced.kept_out)
    found = records.Found(priced, read, codes, history)
    if not priced.rates.keys() - {BTC}:
        records.store_kept_out(record, found)
        raise MarketError(f"{source.name} gave no usable price.")
    return found


def _refuse_round(name: str, *refusals: KeptOut | None) -> None:
    for refusal in refusals:
        if refusal is not None:
            raise MarketError(f"{name} gave no usable price: {guards.words(refusal.facts)} ({refusal.rule}).")


def _second(
    second: FallbackVenue | None,
    asked: FallbackVenue | None,
    codes: Iterable[str],
    figures: Limits,
    *,
    takes_last: bool,
    asked_at: datetime,
) -> Second:
    """What the fallback says, for as long as a round waits for it. It never stands in for the source."""
    if second is None:
        return Second(None, "")
    if asked is None:
        return Second(Fallback(), f"{second.name} said that it was asked too much")
    try:
        rows = asked.answer(settings.MARKET_FALLBACK_SECONDS)
        frozen = guards.refuse_frozen((row.said_at for row in rows), asked_at, figures)
        _refuse_round(second.name, frozen)
    except MarketError as error:
        _hold_off(second)
        log.warning("market_failed", says=str(error))
        return Second(Fallback(), f"{error}")
    Venue.objects.answered(second.name)
    read = books.read(rows, asked_at, takes_last=takes_last, limits=figures)
    found = fallback(read, set(codes), figures)
    return Second(found, f"{second.name} priced {len(found.rates)} assets")


def _hold_off(second: FallbackVenue | None) -> None:
    """Notes that the fallback is asked too much, also where it said so too late for its round."""
    refusal = second.take_refusal() if second else None
    if second and refusal:
        Venue.objects.hold_off(second.name, clock.now(), refusal.wait)


def _rows_before(source: str, now: datetime) -> int | None:
    good = MarketRound.objects.of(source).good().filter(asked_at__gte=now - COMPARED)
    return good.order_by("-asked_at").values_list("rows", flat=True).first()


def _history(source: str, now: datetime, figures: Limits) -> dict[str, History]:
    """Each asset's numbers of the last minutes, and its last price, which the newest round has, of a day at the most."""
    rounds = MarketRound.objects.of(source).good().filter(numbers__isnull=False, asked_at__gte=now - DAY)
    newest = rounds.order_by("-asked_at").values_list("numbers", flat=True).first() or {}
    samples = defaultdict(list)
    recent = rounds.filter(asked_at__gte=now - figures.jump_memory).order_by("asked_at")
    for asked_at, numbers in recent.values_list("asked_at", "numbers"):
        for code, (rate, ways, rule, _last) in (numbers or {}).items():
            if rate:
                samples[code].append(Sample(asked_at, Decimal(rate), ways, rule))
    return {
        code: History(samples[code], Decimal(last) if last else None)
        for code, (_rate, _ways, _rule, last) in newest.items()
    }
