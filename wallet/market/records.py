"""How a round is written down: its prices, its numbers, and what began or ceased to be kept out."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from wallet import money
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.logs import get_logger
from wallet.market.books import CORE, Books
from wallet.market.guards import History, KeptOut, off, words
from wallet.market.limits import configured
from wallet.market.paths import is_core
from wallet.market.pricing import Priced
from wallet.models import KeptOutNumber, MarketRound, Price, Pulse
from wallet.models.market import NUMBERS_APART, SLOT

log = get_logger(__name__)

# When a round was last written.
WRITTEN = "prices"

# What is kept out: the asset's code, and the market's symbol where it is one of its markets only.
Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What a round found, with the ids of the assets by code."""

    priced: Priced
    books: Books
    codes: Mapping[str, int]
    history: Mapping[str, History]

    def kept_out(self) -> dict[Subject, KeptOut]:
        """Every number that is no price: of assets, and of markets between an asset and what it is traded for."""
        found = {(code, ""): why for code, why in self.priced.kept_out.items()}
        for symbol, why in self.books.kept_out.items():
            base, counter = self.books.pairs[symbol]
            code = counter if base in CORE and counter not in CORE else base
            if code in self.codes and {base, counter} - {code} <= CORE:
                found[code, symbol] = why
        return found

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many assets are priced, and how many assets and markets are kept out."""
        kept_out = self.kept_out()
        assets = sum(not symbol for _code, symbol in kept_out)
        return len(self.priced.rates), assets, len(kept_out) - assets

    def numbers(self) -> dict[str, list[object]]:
        """Each asset's number, from how many ways it came, by which rule it is no price, and what its last price was."""
        found: dict[str, list[object]] = {}
        for code in self.priced.samples.keys() | self.history.keys():
            sample = self.priced.samples.get(code)
            last = self.history[code].last_price if code in self.history else None
            rate = None if sample is None else money.round_price(sample.rate)
            if sample is not None and not sample.rule:
                last = rate
            found[code] = [_text(rate), sample.ways if sample else 0, sample.rule if sample else "", _text(last)]
        return found


def _text(rate: Decimal | None) -> str:
    return "" if rate is None else f"{rate:f}"


def store(record: MarketRound, found: Found) -> None:
    """Writes a round as a whole, and logs what it changed."""
    for change in _store(record, found):
        log.warning("number_kept_out", says=change)


def store_kept_out(record: MarketRound, found: Found) -> None:
    """Writes down what a round without any price kept out."""
    for change in _store_kept_out(record, found):
        log.warning("number_kept_out", says=change)


@retried
def _store(record: MarketRound, found: Found) -> list[str]:
    """A late round changes no price. What the newest round no longer prices is removed."""
    Pulse.objects.bulk_create([Pulse(name=WRITTEN, beat_at=record.asked_at)], ignore_conflicts=True)
    with transaction.atomic():
        Pulse.objects.select_for_update().get(name=WRITTEN)  # one round is written at a time
        good = MarketRound.objects.of(record.source).good().order_by("-asked_at")
        last = good.defer("numbers").first()
        is_late = last is not None and last.asked_at > record.asked_at
        # A newer round has decided already what is a price and what is kept out.
        changes = [] if is_late else _store_prices(record, found) + _store_kept_out(record, found)
        slot = SLOT.total_seconds()
        is_first = last is None or last.asked_at.timestamp() // slot != record.asked_at.timestamp() // slot
        record.is_mark = is_first or bool(changes)  # a chart shows where a number left, and where it came back
        newest = good.filter(numbers__isnull=False).values_list("asked_at", flat=True).first()
        is_due = newest is None or record.asked_at - newest >= NUMBERS_APART
        record.pk, record.numbers = None, found.numbers() if is_due or record.is_mark else None
        record.save(force_insert=True)
        Pulse.objects.beat(WRITTEN, clock.now())
    return changes


def _store_prices(record: MarketRound, found: Found) -> list[str]:
    """Writes the prices down; which of them moved far since the last round, and are believed all the same (M7)."""
    before = Price.objects.in_bulk()
    fresh, moved, figures = [], [], configured()
    for code, rate in found.priced.rates.items():
        price = Price(
            asset_id=found.codes[code],
            rate_btc=rate.rate_btc,
            path=rate.path,
            legs=rate.legs,
            source=record.source,
            observed_at=record.asked_at,
        )
        known = before.get(price.asset_id)
        if known is None or known.source != record.source or known.observed_at < record.asked_at:
            fresh.append(price)
        at_most = figures.core_jump if is_core(code) else figures.jump
        if known is not None and known.source == record.source and off(price.rate_btc, known.rate_btc) > at_most:
            moved.append(f"{record.source}: {code} moved from {known.rate_btc.normalize():f} to {price.rate_btc:f} BTC")
    Price.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["asset"],
        update_fields=["rate_btc", "path", "legs", "source", "observed_at"],
    )
    priced = [found.codes[code] for code in found.priced.rates]
    Price.objects.filter(source=record.source, observed_at__lt=record.asked_at).exclude(asset__in=priced).delete()
    return moved


def _store_kept_out(record: MarketRound, found: Found) -> list[str]:
    """Notes what is kept out for the first time, and what no longer is; says each change once."""
    now = {(*subject, why.rule.value): why for subject, why in found.kept_out().items()}
    known = {(one.code, one.symbol, one.rule): one for one in KeptOutNumber.objects.current(record.source)}
    begun = [
        KeptOutNumber(
            source=record.source,
            code=code,
            symbol=symbol,
            rule=rule,
            facts=why.facts,
            rate_btc=_rate(found, code, symbol),
            began_at=record.asked_at,
        )
        for (code, symbol, rule), why in now.items()
        if (code, symbol, rule) not in known
    ]
    over = [one for key, one in known.items() if key not in now]
    other = [one for key, one in known.items() if key in now and _say_other(one.facts, now[key].facts)]
    for one in other:
        one.facts, one.rate_btc = now[one.code, one.symbol, one.rule].facts, _rate(found, one.code, one.symbol)
    KeptOutNumber.objects.bulk_create(begun)
    KeptOutNumber.objects.bulk_update(other, ["facts", "rate_btc"])
    KeptOutNumber.objects.filter(pk__in=[one.pk for one in over]).update(ended_at=record.asked_at)
    return [
        *(f"{one.source}: {one.symbol or one.code} is no price by {one.rule}: {words(one.facts)}" for one in begun),
        *(f"{one.source}: {one.symbol or one.code} is kept out by {one.rule} no longer" for one in over),
    ]


def _say_other(before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Whether somebody who reads them would read something else: another reason, or other whole numbers."""
    return {name: fact.partition(".")[0] for name, fact in before.items()} != {
        name: fact.partition(".")[0] for name, fact in now.items()
    }


def _rate(found: Found, code: str, symbol: str) -> str:
    if symbol:
        return found.books.numbers[symbol]
    sample = found.priced.samples.get(code)
    return f"{money.round_price(sample.rate):f}" if sample else ""
