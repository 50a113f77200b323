"""Attacks on what the database keeps of conversions and their lines."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from tests.support import factories
from tests.support.attacks import empty, refused, replace, sql, world_quote
from tests.support.site import wait_for
from tests.support.together import together
from wallet import conversions
from wallet.models import Asset, Conversion, Customer, Line
from wallet.refusals import Refused


def test_p14_a_finished_conversion_and_its_lines_never_change(world):
    """P14: completed, stopped and failed alike, whoever asks."""
    done = world.settled("DOGE")
    world.clock.tick(hours=7)
    world.observe()
    stopped = world.settled("ETH", ETH="0.06")
    assert (done.status, stopped.status) == ("completed", "stopped")
    for conversion in (done, stopped):
        mine = Conversion.objects.filter(pk=conversion.pk)
        refused(
            lambda mine=mine: mine.update(status="quoted"),
            lambda mine=mine: mine.update(attempts=9),
            lambda mine=mine: mine.update(reason_code="other"),
            lambda mine=mine: Line.objects.filter(conversion__in=mine).update(units=1),
            lambda mine=mine: Line.objects.filter(conversion__in=mine).delete(),
            lambda mine=mine: mine.delete(),
            lambda conversion=conversion: replace("wallet_conversion", "id", conversion.pk),
            lambda conversion=conversion: replace("wallet_line", "id", conversion.lines.first().pk),
            lambda conversion=conversion: sql(
                "UPDATE wallet_line SET conversion_id = conversion_id WHERE conversion_id = %s", conversion.pk
            ),
        )
        line = conversion.lines.first()
        line.pk, line.asset = None, Asset.objects.get(code="BTC")
        refused(lambda line=line: line.save(force_insert=True))
    refused(lambda: empty("wallet_line"), lambda: empty("wallet_conversion"))


def test_a_quote_is_written_once(world):
    quote = world.quoted("DOGE")
    mine = Conversion.objects.filter(pk=quote.pk)
    refused(
        lambda: mine.update(quoted_rate_btc=Decimal("0.5")),
        lambda: mine.update(quoted_net_units=5, quoted_gross_units=5),
        lambda: mine.update(reference="CV-0000-0000"),
        lambda: mine.update(user=factories.user("other")),
        lambda: mine.update(status="completed"),
        lambda: quote.lines.update(units=1),
        lambda: quote.lines.update(quoted_rate_btc=Decimal("0.5")),
    )
    confirmed = world.confirmed("DOGE")
    mine = Conversion.objects.filter(pk=confirmed.pk)
    refused(
        lambda: mine.update(status="quoted", confirmed_at=None, next_attempt_at=None),
        lambda: mine.update(confirmed_at="2027-01-01T00:00Z"),
        lambda: confirmed.lines.update(units=1),
        lambda: confirmed.lines.all().delete(),
        mine.delete,
    )


@pytest.mark.parametrize(
    ("late", "outcome"),
    [
        ({"seconds": 100}, ("completed", "")),
        ({"seconds": 100, "ETH": "0.06"}, ("stopped", "price_changed")),
        ({"seconds": 130}, ("stopped", "too_late")),
    ],
)
def test_an_expired_quote_that_sql_confirms_with_an_earlier_moment_is_judged_by_every_rule(world, late, outcome):
    """As docs/operating.md says: a guard compares what is written down, and has no clock."""
    quote = world.quoted("ETH")
    at = quote.quoted_at + timedelta(seconds=1)
    world.clock.tick(seconds=late.pop("seconds"))
    Conversion.objects.filter(pk=quote.pk).update(status="confirmed", confirmed_at=at, next_attempt_at=at)
    world.observe(**late)
    ended = conversions.settle(reference=quote.reference)
    assert (ended.status, ended.reason_code) == outcome


def test_p8_the_prices_that_a_change_is_judged_by_are_written_once(world):
    """P8: the market's own, of the asset and of BNB; before Confirm the lines take no update at all."""
    confirmed = world.confirmed("DOGE")
    for rows in (Conversion.objects.filter(pk=confirmed.pk), confirmed.lines.all()):
        refused(
            lambda rows=rows: rows.update(quoted_legs=[{"symbol": "DOGEBTC", "price": "5"}]),
            lambda rows=rows: rows.update(quoted_source="other"),
            lambda rows=rows: rows.update(quoted_observed_at=world.clock()),
            lambda rows=rows: rows.update(quoted_fee_units=1, quoted_gross_units=F("quoted_net_units") + 1),
        )


def test_a_conversion_is_whole_in_every_state(world):
    quote = world.quoted("DOGE")
    mine = Conversion.objects.filter(pk=quote.pk)
    now = world.clock()
    refused(
        lambda: mine.update(status="confirmed"),
        lambda: mine.update(status="confirmed", confirmed_at=now),
        lambda: mine.update(confirmed_at=now),
        lambda: mine.update(attempts=1),
        lambda: mine.update(status="lost"),
        lambda: mine.update(net_units=5),
    )
    confirmed = world.confirmed("DOGE")
    mine = Conversion.objects.filter(pk=confirmed.pk)
    refused(
        lambda: mine.update(status="completed", finished_at=now, next_attempt_at=None),
        lambda: mine.update(status="stopped", finished_at=now, next_attempt_at=None),
        lambda: mine.update(status="failed", reason_code="attempts", next_attempt_at=None),
        lambda: mine.update(net_units=5, gross_units=6, fee_units=0, value_sats=0),
        lambda: mine.update(settled_rate_btc=Decimal(0)),
    )


def test_one_confirmed_conversion_for_each_customer(world):
    world.confirmed("DOGE")
    second = world_quote(world, "ETH")
    now = world.clock()
    refused(
        lambda: Conversion.objects.filter(pk=second.pk).update(
            status="confirmed", confirmed_at=now, next_attempt_at=now
        )
    )


def test_lines_are_positive_and_once_per_asset(world):
    quote = world.quoted("DOGE")
    line = quote.lines.get()

    def copy(**changes):
        columns = Line._meta.fields  # noqa: SLF001  # Django's public way to its fields
        fields = {field.attname: getattr(line, field.attname) for field in columns if field.name != "id"}
        Line.objects.create(**{**fields, **changes})

    euro = Asset.objects.get(code="EUR").pk
    refused(
        copy,
        lambda: copy(asset_id=euro, units=0),
        lambda: copy(asset_id=euro, quoted_net_units=0, quoted_gross_units=0),
        lambda: copy(asset_id=euro, quoted_net_units=line.quoted_net_units + 1),
        lambda: copy(asset_id=euro, quoted_fee_units=-1, quoted_net_units=line.quoted_net_units + 1),
        lambda: copy(asset_id=euro, quoted_rate_btc=Decimal(0)),
        lambda: copy(asset_id=euro, net_units=5),
    )
    copy(asset_id=euro)


def test_p5_the_wait_is_never_counted_from_an_earlier_conversion_or_from_none(world):
    """P5: else a second conversion would come within the interval."""
    world.settled("DOGE")
    mine = Customer.objects.filter(user=world.user)
    refused(
        lambda: mine.update(last_converted_at=None),
        lambda: mine.update(last_converted_at=world.clock() - timedelta(microseconds=1)),
        lambda: mine.update(user=factories.user("other")),
        by="the wait is counted from the last conversion",
    )
    mine.update(last_converted_at=world.clock() + timedelta(hours=7))


def test_p6_a_customer_who_has_conversions_is_kept(world):
    """P6: without the row that everybody locks first nothing of theirs could be ended."""
    world.confirmed("DOGE")
    Customer.objects.ensure(factories.user("other"))
    refused(
        lambda: sql("DELETE FROM wallet_customer WHERE user_id = %s", world.user.pk),
        lambda: sql("DELETE FROM wallet_customer"),
        by="a customer who has conversions is never deleted",
    )
    sql("DELETE FROM wallet_customer WHERE user_id <> %s", world.user.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", ["line", "confirm"])
def test_p14_a_line_that_is_added_while_somebody_confirms_is_refused_by_whoever_comes_second(transactional_db, first):
    """P14: neither would see what the other has not committed; so the second waits. SQLite has one writer."""
    factories.market()
    owner = factories.user("mira", {"DOGE": "100"})
    quote = conversions.quote(user=owner, codes=["DOGE"])
    extra = quote.lines.get()
    extra.pk, extra.asset = None, Asset.objects.get(code="ETH")
    works = {
        "line": lambda: extra.save(force_insert=True),
        "confirm": lambda: conversions.confirm(user=owner, reference=quote.reference),
    }
    begun, waits = threading.Event(), threading.Event()

    def waiting():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # or a transaction sees for ever what it saw first
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return cursor.fetchone()[0]

    def hold():
        with transaction.atomic():
            works[first]()
            begun.set()
            if connection.vendor == "postgresql":
                wait_for(lambda: waits.is_set() and waiting())

    def follow():
        assert begun.wait(30)
        waits.set()
        (second,) = works.keys() - {first}
        works[second]()

    done, refused_one = together(hold, follow)
    assert done is None
    assert isinstance(refused_one, DatabaseError | Refused), refused_one
    quote.refresh_from_db()
    assert (quote.status, quote.lines.count()) == (("quoted", 2) if first == "line" else ("confirmed", 1))
