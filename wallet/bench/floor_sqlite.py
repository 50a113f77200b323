"""The floor where the server has no functions: the same rows by plain SQL, in one transaction for each conversion."""

from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from wallet import money
from wallet.bench.errors import BenchError
from wallet.database import clock

CLAIM = """
UPDATE wallet_conversion SET attempts = attempts + 1
 WHERE reference = %(reference)s AND status = 'confirmed' AND attempts < 5 AND next_attempt_at <= %(now)s
RETURNING id, user_id, policy_id
"""
# What the conversion is judged by: BNB's price then and now, the policy's figures; no row when it may not be completed yet.
TERMS = """
SELECT bnb.asset_id, bnb.rate_btc, c.quoted_rate_btc, p.fee_percent, p.tolerance_percent, p.dust_limit_btc
  FROM wallet_conversion c JOIN wallet_policy p ON p.id = c.policy_id
  JOIN wallet_customer customer ON customer.user_id = c.user_id
  JOIN wallet_asset asset ON asset.code = 'BNB' JOIN wallet_price bnb ON bnb.asset_id = asset.id
 WHERE c.id = %(id)s AND bnb.source = 'demo' AND bnb.path = c.quoted_path AND bnb.observed_at >= c.confirmed_at
   AND unixepoch(%(now)s) - unixepoch(c.confirmed_at) < p.longest_wait_seconds
   AND (customer.last_converted_at IS NULL OR unixepoch(%(now)s) - unixepoch(customer.last_converted_at)
     >= (SELECT interval_seconds FROM wallet_policy ORDER BY id DESC LIMIT 1))
"""
LINES = """
SELECT l.id, l.units, asset.scale, price.rate_btc, l.quoted_rate_btc, held.units
  FROM wallet_line l JOIN wallet_asset asset ON asset.id = l.asset_id JOIN wallet_price price ON price.asset_id = asset.id
  JOIN wallet_conversion c ON c.id = l.conversion_id
  JOIN wallet_account held ON held.kind = 'customer' AND held.user_id = c.user_id AND held.asset_id = l.asset_id
 WHERE c.id = %(id)s AND asset.status = 'listed' AND NOT asset.conversions_paused AND price.source = 'demo'
   AND price.path = l.quoted_path AND price.observed_at >= c.confirmed_at AND held.units >= l.units
"""
SETTLED = """
settled_rate_btc = price.rate_btc, settled_path = price.path, settled_legs = price.legs, settled_source = price.source,
settled_observed_at = price.observed_at, gross_units = %(gross)s, fee_units = %(fee)s, net_units = %(net)s,
value_sats = %(value)s
"""
LINE = f"""
UPDATE wallet_line SET {SETTLED} FROM wallet_price price
 WHERE id = %(line)s AND price.asset_id = wallet_line.asset_id
"""
CONVERSION = f"""
UPDATE wallet_conversion SET status = 'completed', finished_at = %(now)s, next_attempt_at = NULL,
    transaction_id = %(posted)s, {SETTLED} FROM wallet_price price WHERE id = %(id)s AND price.asset_id = %(bnb)s
"""
ACCOUNT = """
INSERT OR IGNORE INTO wallet_account (kind, user_id, asset_id, units, sequence)
VALUES ('customer', %(user)s, %(bnb)s, 0, 0)
"""
ENTRIES = """
INSERT INTO wallet_entry (transaction_id, account_id, units, balance_units, sequence)
SELECT %(posted)s, a.id, -l.units, a.units - l.units, a.sequence + 1 FROM wallet_line l JOIN wallet_account a
    ON a.kind = 'customer' AND a.user_id = %(user)s AND a.asset_id = l.asset_id WHERE l.conversion_id = %(id)s
UNION ALL
SELECT %(posted)s, a.id, %(net)s, a.units + %(net)s, a.sequence + 1 FROM wallet_account a
 WHERE a.kind = 'customer' AND a.user_id = %(user)s AND a.asset_id = %(bnb)s
UNION ALL
SELECT %(posted)s, a.id, l.units, NULL, NULL FROM wallet_line l JOIN wallet_account a
    ON a.kind = 'treasury' AND a.asset_id = l.asset_id WHERE l.conversion_id = %(id)s
UNION ALL
SELECT %(posted)s, a.id, CASE a.kind WHEN 'fees' THEN %(fee)s ELSE -%(gross)s END, NULL, NULL FROM wallet_account a
 WHERE a.asset_id = %(bnb)s AND (a.kind = 'treasury' OR a.kind = 'fees' AND %(fee)s > 0)
"""
BALANCES = """
UPDATE wallet_account SET units = e.balance_units, sequence = e.sequence FROM wallet_entry e
 WHERE e.transaction_id = %(posted)s AND e.sequence IS NOT NULL AND wallet_account.id = e.account_id
"""
TRANSACTION = """
INSERT INTO wallet_transaction (id, kind, reference, posted_at) VALUES (%(posted)s, 'conversion', %(reference)s, %(now)s)
"""
CUSTOMER = "UPDATE wallet_customer SET last_converted_at = %(now)s WHERE user_id = %(user)s"


def settle(reference: str, posted: Any) -> bool:
    """Completes one confirmed conversion. False: there is nothing to do. Raises BenchError where a rule says no."""
    with transaction.atomic(), connection.cursor() as cursor:
        given = {"reference": reference, "posted": posted}
        given["now"] = connection.ops.adapt_datetimefield_value(clock.now())
        cursor.execute(CLAIM, given)
        claimed = cursor.fetchone()
        if claimed is None:
            return False
        given["id"], given["user"], _ = claimed
        given["bnb"], figures = _figures(cursor, given)
        for line, one in figures.items():
            cursor.execute(LINE, {"line": line, **one._asdict()})
        given |= money.total(figures.values())._asdict()
        for statement in (ACCOUNT, ENTRIES, BALANCES, TRANSACTION, CUSTOMER, CONVERSION):
            cursor.execute(statement, given)
    return True


def _figures(cursor: CursorWrapper, given: dict[str, Any]) -> tuple[int, dict[int, money.Figures]]:
    """BNB's id, and what each line comes to, once every rule has let it pass. SQLite cannot count as exactly itself."""
    cursor.execute(TERMS, given)
    terms = cursor.fetchone()
    cursor.execute(LINES, given)
    lines = cursor.fetchall()
    cursor.execute("SELECT count(*) FROM wallet_line WHERE conversion_id = %(id)s", given)
    if terms is None or cursor.fetchone() != (len(lines),):
        raise BenchError(f"A rule says no to {given['reference']}.")
    bnb, *numbers = terms
    # A rate of 12 digits is written by SQLite's number exactly as it was.
    bnb_rate, quoted_bnb_rate, fee, tolerance, limit = (Decimal(str(number)) for number in numbers)
    found = {}
    for pk, units, scale, *rates, balance in lines:
        rate, quoted_rate = (Decimal(str(number)) for number in rates)
        before = quoted_rate * bnb_rate
        if abs(rate * quoted_bnb_rate - before) * 100 >= tolerance * before:
            raise BenchError(f"R9 says no to {given['reference']}.")
        if money.value_btc(balance, scale, rate) >= limit:
            raise BenchError(f"R1 says no to {given['reference']}.")
        found[pk] = money.figures(units=units, scale=scale, rate_btc=rate, bnb_rate_btc=bnb_rate, fee_percent=fee)
    return bnb, found
