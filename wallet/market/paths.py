"""The ways through the markets from an asset to BTC, and the rate that comes of the chosen one. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from wallet import money
from wallet.market.source import Ticker

BTC = "BTC"
ARROW = "→"

# Currencies that a path may lead through, in the order in which they are tried.
HUBS = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD", "ETH", "BNB", "EUR", "TRY", "BRL", "GBP")

# The first path whose prices are this fine is taken: one tick along it changes the rate by at most a fifth of a per cent,
# where the documented tolerance is five. A path in use is kept until it is much coarser than that and than the best, so
# that it doesn't flicker between the quote and the settlement, which compare rates of one path only.
FINE = Decimal("0.002")
PATIENCE = 4


class Rate(NamedTuple):
    """An asset's price in BTC, rounded once for storing, with the path and the market's own prices that it came by."""

    rate_btc: Decimal
    path: str
    legs: list[dict[str, str]]


def rates(tickers: Iterable[Ticker], codes: Iterable[str], paths_in_use: Mapping[str, str]) -> dict[str, Rate]:
    """The BTC rate of every asset that the market can price. `paths_in_use` maps codes to the paths of their stored prices."""
    markets: dict[tuple[str, str], Ticker] = {}
    for ticker in tickers:
        # Were the same pair listed both ways round, the finer price would stand.
        for pair in ((ticker.base, ticker.counter), (ticker.counter, ticker.base)):
            known = markets.get(pair)
            if known is None or _step(ticker) < _step(known):
                markets[pair] = ticker
    found = {code: _rate(code, markets, paths_in_use.get(code)) for code in codes}
    return {code: rate for code, rate in found.items() if rate is not None}


def _rate(code: str, markets: Mapping[tuple[str, str], Ticker], in_use: str | None) -> Rate | None:
    if code == BTC:
        return Rate(Decimal(1), BTC, [])
    path = _choose(_paths(code, markets), in_use, markets)
    if path is None:
        return None
    hops = [markets[pair] for pair in pairwise(path)]
    legs = [_leg(ticker, came_from) for ticker, came_from in zip(hops, path, strict=False)]
    rate_btc = money.round_price(money.exact_rate(legs))
    if rate_btc is None:
        return None
    return Rate(rate_btc, ARROW.join(path), legs)


def _leg(ticker: Ticker, came_from: str) -> dict[str, str]:
    """The market's own price for leaving this currency, marked where the market trades the pair the other way round."""
    way = {} if ticker.base == came_from else {"way": money.AGAINST}
    return {"symbol": ticker.symbol, "price": ticker.text, **way}


def _paths(code: str, markets: Mapping[tuple[str, str], Ticker]) -> Iterator[tuple[str, ...]]:
    """Direct, through one hub, and through two where nothing shorter leads to BTC."""
    shorter = [(code, BTC), *((code, hub, BTC) for hub in HUBS if hub != code)]
    existing = [path for path in shorter if _exists(path, markets)]
    longer = ((code, one, two, BTC) for one in HUBS for two in HUBS if len({code, one, two}) == 3)
    yield from existing or (path for path in longer if _exists(path, markets))


def _exists(path: tuple[str, ...], markets: Mapping[tuple[str, str], Ticker]) -> bool:
    return all(pair in markets for pair in pairwise(path))


def _choose(
    paths: Iterable[tuple[str, ...]], in_use: str | None, markets: Mapping[tuple[str, str], Ticker]
) -> tuple[str, ...] | None:
    steps = {path: sum(_step(markets[pair]) for pair in pairwise(path)) for path in paths}
    if not steps:
        return None
    best = next((path for path, step in steps.items() if step <= FINE), min(steps, key=lambda path: steps[path]))
    current = tuple((in_use or "").split(ARROW))
    if current in steps and steps[current] <= PATIENCE * max(FINE, steps[best]):
        return current
    return best


def _step(ticker: Ticker) -> Decimal:
    """One tick relative to the price."""
    return ticker.tick / ticker.price
