"""What other figures would mean to the balances that customers hold now, at current prices: two queries, whatever there is."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import connection

from wallet import money, validators
from wallet.models import Policy, Price
from wallet.models.assets import not_delisted

LARGEST = 2**63 - 1
BILLION = 10**9

# Of each asset, how many balances are below each of two amounts, and what they add up to, in billions and what is below:
# SQLite's sums have 64 bits.
BELOW = """
SELECT v.column1,
count(CASE WHEN a.units < v.column2 THEN 1 END),
sum(CASE WHEN a.units < v.column2 THEN a.units / 1000000000 ELSE 0 END),
sum(CASE WHEN a.units < v.column2 THEN a.units %% 1000000000 ELSE 0 END),
count(CASE WHEN a.units < v.column3 THEN 1 END),
sum(CASE WHEN a.units < v.column3 THEN a.units / 1000000000 ELSE 0 END),
sum(CASE WHEN a.units < v.column3 THEN a.units %% 1000000000 ELSE 0 END)
FROM (VALUES {rows}) AS v JOIN wallet_account a ON a.asset_id = v.column1
WHERE a.kind = 'customer' AND a.units > 0 AND (a.units < v.column2 OR a.units < v.column3)
GROUP BY v.column1
"""
ROW = "(CAST(%s AS bigint), CAST(%s AS bigint), CAST(%s AS bigint))"


@dataclass(frozen=True, slots=True)
class Small:
    """The balances that a limit lets convert: how many, and what they are worth in whole 0.00000001 BTC, cut."""

    count: int = 0
    sats: int = 0

    def plus(self, count: int, sats: int) -> "Small":
        return Small(self.count + count, self.sats + sats)


def small_balances(limits: Sequence[Decimal], policy: Policy, at: datetime) -> list[Small]:
    """For each of two limits in BTC, the balances worth less (R1) of assets that can be converted now (R6) and have a price
    that counts. Each customer's own wait (R7) is not asked."""
    counting = Price.objects.current_source().filter(observed_at__gte=at - policy.price_age)
    open_now = counting.filter(not_delisted(at, "asset__"), asset__conversions_paused=False)
    prices = list(open_now.exclude(asset__code=validators.BNB).select_related("asset"))
    if not prices:
        return [Small(), Small()]
    by_asset = {price.asset_id: price for price in prices}
    values = [
        value for price in prices for value in (price.asset_id, *(_first_not_below(price, one) for one in limits))
    ]
    with connection.cursor() as cursor:
        cursor.execute(BELOW.format(rows=", ".join([ROW] * len(prices))), values)
        return _added_up(cursor.fetchall(), by_asset)


def _added_up(rows: Iterable[Sequence[int]], prices: dict[int, Price]) -> list[Small]:
    found = [Small(), Small()]
    for asset, *figures in rows:
        price = prices[asset]
        for at, (count, billions, below) in enumerate((figures[:3], figures[3:])):
            units = int(billions) * BILLION + int(below)
            found[at] = found[at].plus(count, money.value_sats(units, price.asset.scale, price.rate_btc))
    return found


def _first_not_below(price: Price, limit: Decimal) -> int:
    """The smallest amount in units that is worth the limit or more."""
    exact = Fraction(limit) * 10**price.asset.scale / Fraction(price.rate_btc)
    whole: int = math.ceil(exact)
    return min(whole, LARGEST)


def sentences(old: Policy, new: Policy, at: datetime) -> list[str]:
    """What the limit and the fee mean, in English."""
    before, after = small_balances([old.dust_limit_btc, new.dust_limit_btc], old, at)
    limit = f"{old.dust_limit_btc.normalize():f}"
    found = [f"Below {limit} BTC there are now {_balances(before.count)}, worth {_btc(before.sats)} BTC."]
    if new.dust_limit_btc != old.dust_limit_btc:
        more = "more" if after.count >= before.count else "fewer"
        count, sats = abs(after.count - before.count), abs(after.sats - before.sats)
        found.append(f"{_balances(count, more)}, {_btc(sats)} BTC {'more' if more == 'more' else 'less'}.")
    if new.fee_percent != old.fee_percent:
        fees = [money.fee_units(before.sats, old.fee_percent), money.fee_units(after.sats, new.fee_percent)]
        found.append(f"If all were converted, the fees would be {_btc(fees[1])} BTC instead of {_btc(fees[0])} BTC.")
    return found


def _balances(count: int, more: str = "") -> str:
    return f"{count:,} {more + ' ' if more else ''}{'balance' if count == 1 else 'balances'}"


def _btc(sats: int) -> str:
    return f"{money.to_decimal(sats, money.BTC_SCALE).normalize():,f}"
