"""Attacks on what the database keeps of conversions and their lines."""

from decimal import Decimal

from django.db.models import F

from tests.support import factories
from tests.support.attacks import empty, refused, replace, sql, world_quote
from wallet.models import (
    Asset,
    Conversion,
    Line,
)


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
