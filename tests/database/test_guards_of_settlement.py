"""Attacks on how a conversion is confirmed and completed: only in time, whole, and with what its lines say."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F

from tests.support import factories
from tests.support.attacks import put_back, refused, sql
from tests.support.forgery import Forgery
from wallet import conversions
from wallet.audit import audit
from wallet.models import Asset, Conversion, Line, Transaction

START = "a conversion starts as a quote"
IN_TIME = "a quote is confirmed while it lasts"
OWN = "completes with the transaction of its own reference and moment"
SUM = "completes with every line settled, as their sum"
MOVED = "completes with a transaction that moved what its lines say"
GOES = "a line goes only after its quote"
ATTEMPTS = "attempts are given back one by one, while the conversion is confirmed"


def confirming(quote, **ago):
    """Confirms the quote by SQL's own means, as if at that time after it was written."""
    at = quote.quoted_at + timedelta(**ago)
    return lambda: Conversion.objects.filter(pk=quote.pk).update(
        status="confirmed", confirmed_at=at, next_attempt_at=at
    )


# --- beginning --------------------------------------------------------------------------------------------------------


def test_p4_a_conversion_is_not_inserted_as_confirmed_stopped_or_completed(world):
    """P4: each begins as a quote, which a Confirm can be told from."""
    done = world.settled("DOGE")
    world.clock.tick(hours=7)
    world.observe()
    confirmed = world.confirmed("ETH")

    def copy(row, **changes):
        row = Conversion.objects.get(pk=row.pk)
        row.pk, row.reference, row.user = None, "CV-AAAA-AAAA", factories.user("other")
        for name, value in changes.items():
            setattr(row, name, value)
        row.save(force_insert=True)

    ended = {"finished_at": world.clock(), "next_attempt_at": None, "reason_code": "wait"}
    refused(
        lambda: copy(confirmed),
        lambda: copy(confirmed, status="stopped", **ended),
        lambda: copy(confirmed, status="failed", **ended),
        lambda: copy(done, transaction=Transaction.objects.filter(kind="deposit").first()),
        by=START,
    )


def test_a_quote_does_not_come_back_with_other_prices_to_its_lines(world):
    quote = world.quoted("DOGE")
    later = quote.quoted_at + timedelta(hours=1)
    refused(
        lambda: put_back("wallet_conversion", quote.pk, quoted_rate_btc="0.5"),
        lambda: put_back("wallet_conversion", quote.pk, quoted_at=later),
        by="a quote is written before its lines",
    )
    if connection.vendor == "sqlite":
        columns = ", ".join(field.column for field in Conversion._meta.concrete_fields)  # noqa: SLF001
        refused(
            lambda: sql(
                f"REPLACE INTO wallet_conversion ({columns}) SELECT {columns.replace('quoted_path', repr('X'))}"
                " FROM wallet_conversion WHERE id = %s",
                quote.pk,
            ),
            by="a quote is written before its lines",
        )


# --- confirming -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ago", [{"seconds": 30}, {"days": 1}, {"microseconds": -1}, {"seconds": 30, "microseconds": 1}]
)
def test_p4_a_quote_that_is_over_or_not_yet_written_is_not_confirmed_by_sql(world, ago):
    """P4: its lifetime is the policy's; what is confirmed at its very end comes too late."""
    world.clock.tick(milliseconds=250)
    refused(confirming(world.quoted("DOGE"), **ago), by=IN_TIME)


@pytest.mark.parametrize("ago", [{}, {"seconds": 29, "microseconds": 999_999}])
def test_a_quote_is_confirmed_up_to_the_last_microsecond(world, ago):
    world.clock.tick(milliseconds=250)
    quote = world.quoted("DOGE")
    confirming(quote, **ago)()
    assert world.status(quote) == "confirmed"


def test_a_quote_is_confirmed_by_the_lifetime_of_its_own_policy(world):
    factories.policy(quote_seconds=5)
    short = world.quoted("DOGE")
    factories.policy(quote_seconds=60)
    refused(confirming(short, seconds=5), by=IN_TIME)
    confirming(short, seconds=4)()


def test_many_quotes_of_which_one_is_over_are_not_confirmed_together(world):
    fresh = world.quoted("DOGE", owner=factories.user("other", {"DOGE": "5"}))
    world.clock.tick(seconds=-40)
    world.observe()
    old = world.quoted("DOGE")
    at = fresh.quoted_at + timedelta(seconds=1)
    refused(
        lambda: Conversion.objects.filter(pk__in=[old.pk, fresh.pk]).update(
            status="confirmed", confirmed_at=at, next_attempt_at=at
        ),
        by=IN_TIME,
    )


def test_a_quote_to_which_a_line_was_added_is_not_confirmed(world):
    quote = world.quoted("DOGE")
    line = quote.lines.get()
    line.pk, line.asset = None, Asset.objects.get(code="ETH")
    line.save(force_insert=True)
    refused(confirming(quote, seconds=1), by="a quote is the sum of its lines")


def test_a_quote_without_lines_is_not_confirmed(world):
    quote = world.quoted("DOGE")
    bare = Conversion.objects.get(pk=quote.pk)
    bare.pk, bare.reference = None, "CV-AAAA-AAAA"
    bare.save(force_insert=True)
    refused(confirming(bare, seconds=1), by="a quote is the sum of its lines")


# --- lines and attempts -----------------------------------------------------------------------------------------------


def test_a_line_of_a_quote_is_not_deleted(world):
    """Not before Confirm either: the quote would promise less, or more, than its lines."""
    quote = world.quoted("DOGE", "ETH")
    doge = quote.lines.get(asset__code="DOGE")
    refused(
        doge.delete,
        lambda: quote.lines.all().delete(),
        lambda: sql("DELETE FROM wallet_line"),
        lambda: put_back("wallet_line", doge.pk, units=1),
        by=GOES,
    )
    confirmed = world.confirmed("EUR")
    refused(lambda: confirmed.lines.all().delete(), by=GOES)


def test_lines_go_after_their_quote_and_never_stay_without_it(world):
    quote = world.quoted("DOGE", "ETH")
    refused(lambda: sql("DELETE FROM wallet_conversion WHERE id = %s", quote.pk))
    world.clock.tick(days=2)
    assert conversions.clear_quotes() == 1
    assert not Line.objects.exists()


def test_p6_attempts_are_not_set_back(world):
    """P6: they are what gives up on a conversion that kills its worker."""
    running = Conversion.objects.filter(pk=world.confirmed("DOGE").pk)
    running.update(attempts=5)
    refused(
        lambda: running.update(attempts=0),
        lambda: running.update(attempts=F("attempts") - 2),
        lambda: running.update(
            attempts=F("attempts") - 1,
            status="failed",
            finished_at=world.clock(),
            next_attempt_at=None,
            reason_code="attempts",
        ),
        by=ATTEMPTS,
    )
    running.update(attempts=F("attempts") - 1)
    assert running.get().attempts == 4


# --- completing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def forged(world):
    return Forgery(world)


def test_a_settlement_by_hand_that_is_as_it_has_to_be_passes(forged):
    with transaction.atomic():
        forged.settle_lines()
        forged.complete(forged.post())
    assert Conversion.objects.get().status == "completed"


def test_p4_a_conversion_does_not_complete_with_a_foreign_transaction(world, forged):
    """P4: of another kind, name or moment."""
    forged.settle_lines()
    refused(lambda: forged.complete(Transaction.objects.filter(kind="deposit").first()), by=f"{OWN}|{MOVED}")
    refused(
        lambda: forged.complete(forged.post(kind="adjustment")),
        lambda: forged.complete(forged.post(reference="CV-0000-0000")),
        lambda: forged.complete(forged.post(at=forged.at + timedelta(seconds=1))),
        by=OWN,
    )


def test_p7_a_conversion_does_not_complete_with_what_was_moved_for_another_customer(world, forged):
    """P7: nor with other amounts, other assets, or more than its lines."""
    forged.settle_lines()
    other = factories.user("other", {"DOGE": "100", "ETH": "0.01", "EUR": "10"})
    right = forged.moves()

    def with_moves(**changes):
        moves = dict(right)
        for name, units in changes.items():
            owner, code = name.split("_")
            moves[owner, code] = moves.get((owner, code), 0) + units
        return lambda: forged.complete(forged.post({key: units for key, units in moves.items() if units}))

    refused(
        lambda: forged.complete(forged.post(user=other)),
        with_moves(customer_BNB=1, treasury_BNB=-1),
        with_moves(customer_DOGE=1, treasury_DOGE=-1),
        with_moves(customer_EUR=-1, treasury_EUR=1),
        with_moves(fees_BNB=1, treasury_BNB=-1),
        with_moves(outside_DOGE=1, treasury_DOGE=-1),
        lambda: forged.complete(forged.post({("fees", "DOGE"): 1, ("treasury", "DOGE"): -1})),
        by=MOVED,
    )


def test_p7_a_conversion_does_not_complete_with_lines_that_are_not_settled(world, forged):
    """P7: nor with totals that are not their sums."""
    refused(lambda: forged.complete(forged.post()), by=SUM)
    forged.settle_lines()
    first = Line.objects.filter(pk=forged.lines[0].pk)
    more = {name: F(name) + 1 for name in ("gross_units", "net_units")}

    def unsettled(**values):
        first.update(**values)
        forged.complete(forged.post())

    refused(
        lambda: unsettled(settled_rate_btc=None),
        lambda: unsettled(gross_units=None, fee_units=None, net_units=None, value_sats=None),
        lambda: unsettled(**more),
        lambda: unsettled(value_sats=F("value_sats") + 1),
        lambda: forged.complete(forged.post(), value_sats=1),
        by=SUM,
    )


def test_p7_many_conversions_of_which_one_was_not_posted_do_not_complete_together(world):
    """P7: by one statement; all of them do when each was."""
    forgeries = [Forgery(world)]
    world.user = factories.user("other", {"DOGE": "100", "ETH": "0.01"})
    forgeries.append(Forgery(world))

    def both(*moves):
        for forgery, moved in zip(forgeries, moves, strict=True):
            forgery.settle_lines()
            forgery.post(moved)
        own = "FROM wallet_transaction t WHERE t.reference = wallet_conversion.reference"
        sql(
            f"UPDATE wallet_conversion SET status = 'completed', finished_at = (SELECT posted_at {own}),"
            f" transaction_id = (SELECT id {own}), next_attempt_at = NULL,"
            " settled_rate_btc = quoted_rate_btc, gross_units = quoted_gross_units, fee_units = quoted_fee_units,"
            " net_units = quoted_net_units, value_sats = quoted_value_sats"
        )

    other = {("fees", "DOGE"): 1, ("treasury", "DOGE"): -1}
    refused(lambda: both(None, other), lambda: both(other, None), by=MOVED)
    both(None, None)
    assert not Conversion.objects.exclude(status="completed").exists()


def test_p11_a_fee_is_among_what_was_moved(world):
    """P11: it goes to the house's account of fees."""
    factories.policy(fee_percent=2)
    forged = Forgery(world)
    gross, fee = forged.conversion.quoted_gross_units, forged.conversion.quoted_fee_units
    assert fee
    forged.settle_lines()
    right = forged.moves()
    refused(lambda: forged.complete(forged.post(right)), by=MOVED)
    forged.complete(forged.post(right | {("treasury", "BNB"): -gross, ("fees", "BNB"): fee}))
    assert world.status(forged.conversion) == "completed"


def test_what_the_verbs_settle_passes_every_guard(world):
    factories.policy(fee_percent=2)
    assert world.settled("DOGE", "ETH", "EUR").status == "completed"
    assert not list(audit())
