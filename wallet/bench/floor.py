"""The floor: one conversion in one call, with nothing around it that the money does not need.

It locks, claims, reads prices, judges, and writes the rows that the product writes, under the same guards. On PostgreSQL it is
a function in the server, made in the scratch database only. SQLite has none; there it is plain SQL in one transaction.
"""

from typing import Any

from django.db import connection

from wallet.bench import floor_sqlite
from wallet.models import Transaction

TRANSACTION_ID = Transaction._meta.pk

FUNCTION = """
CREATE FUNCTION bench_settle(wanted text, posted wallet_transaction.id%TYPE) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    moment timestamptz;
    last timestamptz;
    distance integer;
    c wallet_conversion%ROWTYPE;
    p wallet_policy%ROWTYPE;
    bnb wallet_price%ROWTYPE;
    total record;
BEGIN
    SELECT last_converted_at INTO last FROM wallet_customer
     WHERE user_id = (SELECT user_id FROM wallet_conversion WHERE reference = wanted) FOR NO KEY UPDATE;
    UPDATE wallet_conversion SET attempts = attempts + 1, next_attempt_at = clock_timestamp() + interval '10 seconds'
     WHERE reference = wanted AND status = 'confirmed' AND attempts < 5 AND next_attempt_at <= clock_timestamp()
    RETURNING * INTO c;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    SELECT * INTO p FROM wallet_policy WHERE id = c.policy_id;
    SELECT interval_seconds INTO distance FROM wallet_policy ORDER BY id DESC LIMIT 1;
    SELECT price.* INTO bnb FROM wallet_price price JOIN wallet_asset asset ON asset.id = price.asset_id
     WHERE asset.code = 'BNB' AND price.source = 'demo' AND price.observed_at >= c.confirmed_at
       AND price.path = c.quoted_path;
    IF NOT FOUND THEN
        RAISE 'bench: % has no price of BNB', wanted;
    END IF;
    INSERT INTO wallet_account (kind, user_id, asset_id, units, sequence)
    VALUES ('customer', c.user_id, bnb.asset_id, 0, 0) ON CONFLICT DO NOTHING;
    PERFORM 1 FROM wallet_account WHERE kind = 'customer' AND user_id = c.user_id AND (asset_id = bnb.asset_id
        OR asset_id IN (SELECT asset_id FROM wallet_line WHERE conversion_id = c.id)) ORDER BY id FOR NO KEY UPDATE;
    moment := clock_timestamp();
    IF moment - c.confirmed_at >= make_interval(secs => p.longest_wait_seconds)
        OR moment - last < make_interval(secs => distance) THEN
        RAISE 'bench: % comes too late or too early', wanted;
    END IF;
    WITH judged AS (
        SELECT l.id, price.rate_btc, price.path, price.legs, price.source, price.observed_at,
            div(l.units * price.rate_btc * 1e8, bnb.rate_btc * 10::numeric ^ asset.scale) AS gross,
            div(l.units * price.rate_btc * 1e8, 10::numeric ^ asset.scale) AS value
          FROM wallet_line l
          JOIN wallet_asset asset ON asset.id = l.asset_id
          JOIN wallet_price price ON price.asset_id = l.asset_id
          JOIN wallet_account held ON held.kind = 'customer' AND held.user_id = c.user_id
           AND held.asset_id = l.asset_id
         WHERE l.conversion_id = c.id AND asset.status = 'listed' AND NOT asset.conversions_paused
           AND price.source = 'demo' AND price.observed_at >= c.confirmed_at AND price.path = l.quoted_path
           AND held.units >= l.units
           AND held.units * price.rate_btc < p.dust_limit_btc * 10::numeric ^ asset.scale
           AND abs(price.rate_btc * c.quoted_rate_btc - l.quoted_rate_btc * bnb.rate_btc) * 100
             < p.tolerance_percent * l.quoted_rate_btc * bnb.rate_btc
    ), settled AS (
        UPDATE wallet_line l SET settled_rate_btc = j.rate_btc, settled_path = j.path, settled_legs = j.legs,
            settled_source = j.source, settled_observed_at = j.observed_at, gross_units = j.gross,
            fee_units = div(j.gross * p.fee_percent * 1000 + 99999, 100000),
            net_units = j.gross - div(j.gross * p.fee_percent * 1000 + 99999, 100000), value_sats = j.value
          FROM judged j WHERE l.id = j.id
        RETURNING l.gross_units, l.fee_units, l.net_units, l.value_sats
    )
    SELECT count(*) AS lines, sum(gross_units) AS gross, sum(fee_units) AS fee, sum(net_units) AS net,
        sum(value_sats) AS value INTO total FROM settled;
    IF total.lines <> (SELECT count(*) FROM wallet_line WHERE conversion_id = c.id) THEN
        RAISE 'bench: a rule says no to %', wanted;
    END IF;
    INSERT INTO wallet_entry (transaction_id, account_id, units, balance_units, sequence)
    SELECT posted, a.id, -l.units, a.units - l.units, a.sequence + 1 FROM wallet_line l JOIN wallet_account a
        ON a.kind = 'customer' AND a.user_id = c.user_id AND a.asset_id = l.asset_id WHERE l.conversion_id = c.id
    UNION ALL
    SELECT posted, a.id, total.net, a.units + total.net, a.sequence + 1 FROM wallet_account a
     WHERE a.kind = 'customer' AND a.user_id = c.user_id AND a.asset_id = bnb.asset_id
    UNION ALL
    SELECT posted, a.id, l.units, NULL, NULL FROM wallet_line l JOIN wallet_account a
        ON a.kind = 'treasury' AND a.asset_id = l.asset_id WHERE l.conversion_id = c.id
    UNION ALL
    SELECT posted, a.id, CASE a.kind WHEN 'fees' THEN total.fee ELSE -total.gross END, NULL, NULL FROM wallet_account a
     WHERE a.asset_id = bnb.asset_id AND (a.kind = 'treasury' OR a.kind = 'fees' AND total.fee > 0);
    UPDATE wallet_account a SET units = e.balance_units, sequence = e.sequence FROM wallet_entry e
     WHERE e.transaction_id = posted AND e.sequence IS NOT NULL AND a.id = e.account_id;
    INSERT INTO wallet_transaction (id, kind, reference, posted_at) VALUES (posted, 'conversion', wanted, moment);
    UPDATE wallet_customer SET last_converted_at = moment WHERE user_id = c.user_id;
    UPDATE wallet_conversion SET status = 'completed', finished_at = moment, next_attempt_at = NULL,
        transaction_id = posted, gross_units = total.gross, fee_units = total.fee, net_units = total.net,
        value_sats = total.value, settled_rate_btc = bnb.rate_btc, settled_path = bnb.path, settled_legs = bnb.legs,
        settled_source = bnb.source, settled_observed_at = bnb.observed_at
     WHERE id = c.id;
    RETURN true;
END $$
"""


def install() -> None:
    """Makes the function, where the server can have one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(FUNCTION)


def transaction_id() -> Any:
    """A new ledger transaction's id, as the database takes it."""
    return TRANSACTION_ID.get_db_prep_value(Transaction().pk, connection)


def settle(reference: str) -> bool:
    """Completes one confirmed conversion. False: there is nothing to do. Raises an error where a rule says no."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT bench_settle(%s, %s)", [reference, transaction_id()])
            return bool(cursor.fetchone()[0])
    return floor_sqlite.settle(reference, transaction_id())
