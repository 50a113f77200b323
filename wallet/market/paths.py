"""The ways through the markets from an asset to BTC, which of them agree, and the rate that comes of the chosen one. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from wallet import money
from wallet.market import guards
from wallet.market.books import BNB, BTC, CORE, HUBS, USDT, Book, Books
from wallet.market.guards import KeptOut
from wallet.market.limits import Limits

ARROW = "→"

# The first way whose prices are this fine is taken: one tick along it changes the rate by at most a fifth of a per cent,
# where the documented tolerance is five. A path in use is kept until it is much coarser than that and than the best, so
# that it doesn't flicker between the quote and the settlement, which compare rates of one path only.
FINE = Decimal("0.002")
PATIENCE = 4

# What must be known by two ways at least (M5): BNB, and BTC against USDT.
KNOWN_TWICE = frozenset((BNB, USDT))


class Rate(NamedTuple):
    """An asset's price in BTC, rounded once for storing, with the path and the market's own prices that it came by."""

    rate_btc: Decimal
    path: str
    legs: list[dict[str, str]]


class Way(NamedTuple):
    """A way from an asset to BTC: the currencies, and the books between them."""

    path: tuple[str, ...]
    books: tuple[Book, ...]

    @property
    def middle(self) -> Decimal:
        rate = Decimal(1)
        for book, leaving in zip(self.books, self.path, strict=False):
            rate *= book.middle(leaving)
        return rate

    @property
    def tick(self) -> Decimal:
        """One tick along it, as a share of the price."""
        return sum((book.tick for book in self.books), Decimal(0))

    def rate(self) -> Rate | None:
        """What the market would pay for one now; for BNB, which customers get, what it would take (M2)."""
        buys = self.path[0] == BNB
        legs = [book.leg(leaving, buys=buys) for book, leaving in zip(self.books, self.path, strict=False)]
        rate_btc = money.round_price(money.exact_rate(legs))
        return None if rate_btc is None else Rate(rate_btc, ARROW.join(self.path), legs)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What an asset's price would be: the chosen way, its rate between bid and ask, and how many ways agree with it."""

    way: Way
    middle: Decimal
    ways: int


@dataclass(frozen=True, slots=True)
class Market:
    """The books of a round that may be believed, and how each hub gets to BTC."""

    books: Books
    links: Mapping[str, Way]
    limits: Limits

    def candidate(self, code: str, in_use: str | None) -> Candidate | KeptOut:
        """An asset's price-to-be, or why it has none (M5).

        `in_use` is the path of its stored price. Of several markets one that is off the median is kept out alone.
        """
        ways = self._ways(code)
        if not ways:
            return self.books.why_none(code) or guards.refuse_untraded(code)
        at_most = self.limits.core_agreement if code in KNOWN_TWICE else self.limits.agreement
        rates = [way.middle for way in ways]
        refused = guards.refuse_disagreeing(rates, at_most)
        if refused:
            return refused
        agreed = [ways[place] for place in guards.agreeing(rates, at_most)]
        usual = guards.middle(rates)
        for way in ways:
            off = guards.refuse_off(way.middle, usual, at_most) if way not in agreed else None
            if off:
                self.books.drop(way.books[0], off)
        near = [way for way in agreed if guards.off(way.middle, usual) <= self.limits.off_median]
        way = _choose(near or agreed, in_use)
        return Candidate(way, way.middle, len(agreed))

    def _ways(self, code: str) -> list[Way]:
        """Direct, and through each hub: those of fewer steps first."""
        ways = [] if (book := self.books.by_pair.get((code, BTC))) is None else [Way((code, BTC), (book,))]
        found = [
            Way((code, *link.path), (book, *link.books))
            for hub, link in self.links.items()
            if code not in link.path and (book := self.books.by_pair.get((code, hub))) is not None
        ]
        return ways + sorted(found, key=lambda way: len(way.path))


def believe(books: Books, limits: Limits) -> Market:
    """Which way each hub gets to BTC: its own market with BTC where other ways agree with that, else through another hub.

    The best known hubs come first: what is wrong there would make the ways of the others wrong.
    """
    direct = {hub: book for hub in HUBS if (book := books.by_pair.get((hub, BTC))) is not None}
    links: dict[str, Way] = {}
    known = {hub: len(_hub_ways(hub, books, direct)) for hub in HUBS}
    for hub in sorted(HUBS, key=lambda hub: -known[hub]):
        ways = _hub_ways(hub, books, direct)
        rates = [way.middle for way in ways]
        agreed = [ways[place] for place in guards.agreeing(rates, limits.core_agreement)] if ways else []
        if len(agreed) < (2 if hub in KNOWN_TWICE else 1):
            direct.pop(hub, None)
            continue
        if hub in direct and not any(len(way.books) == 1 for way in agreed):
            off = guards.refuse_off(direct[hub].middle(hub), guards.middle(rates), limits.core_agreement)
            assert off is not None
            books.drop(direct.pop(hub), off)
        links[hub] = agreed[0] if hub in direct else _choose(agreed, None)
    return Market(books, {hub: links[hub] for hub in HUBS if hub in links}, limits)


def _hub_ways(hub: str, books: Books, direct: Mapping[str, Book]) -> list[Way]:
    ways = [Way((hub, BTC), (direct[hub],))] if hub in direct else []
    for other, last in direct.items():
        book = books.by_pair.get((hub, other))
        if book is not None:
            ways.append(Way((hub, other, BTC), (book, last)))
    return ways


def _choose(ways: Iterable[Way], in_use: str | None) -> Way:
    """The path in use, while it is not much coarser than the best; else the first fine way, or the finest."""
    ticks = {way: way.tick for way in ways}
    best = next((way for way, tick in ticks.items() if tick <= FINE), min(ticks, key=lambda way: ticks[way]))
    current = next((way for way in ticks if ARROW.join(way.path) == in_use), None)
    if current is not None and ticks[current] <= PATIENCE * max(FINE, ticks[best]):
        return current
    return best


def is_core(code: str) -> bool:
    """Whether it is BNB or a hub."""
    return code in CORE
