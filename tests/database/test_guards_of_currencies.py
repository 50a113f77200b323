"""Attacks on what a conversion keeps of the currency that its customer thought in: written with the quote, and at its end."""

from decimal import Decimal

import pytest

from tests.support import factories
from tests.support.attacks import refused, sql
from wallet import conversions
from wallet.models import Conversion, Customer

ONCE = "a quote is written once"
ENDED = "and then never changes"
SETTLED = "conversion_settled_currency_rate_is_usable"
TOO_LARGE = "numeric field overflow"  # PostgreSQL's own type says it first
RATE = Decimal("0.000019")


@pytest.fixture
def quote(world):
    return conversions.quote(user=world.user, codes=["DOGE"], currency="EUR")


def confirmed(world, quote):
    world.clock.tick(seconds=1)
    return conversions.confirm(user=world.user, reference=quote.reference)


def rows(conversion):
    return Conversion.objects.filter(pk=conversion.pk)


def test_p14_a_finished_conversions_currency_and_rates_never_change(world, quote):
    """P14: a receipt says today what it said then."""
    done = world.settle(confirmed(world, quote))
    assert (done.status, done.currency, done.settled_currency_path) == ("completed", "EUR", "EUR→BTC")
    refused(
        lambda: rows(done).update(settled_currency_rate_btc=RATE),
        lambda: rows(done).update(settled_currency_rate_btc=None, settled_currency_path="", settled_currency_legs=None),
        lambda: rows(done).update(settled_currency_path="X"),
        lambda: rows(done).update(settled_currency_legs=[]),
        lambda: sql("UPDATE wallet_conversion SET settled_currency_rate_btc = 1 WHERE id = %s", done.pk),
        by=ENDED,
    )
    refused(
        lambda: rows(done).update(currency="USD"),
        lambda: rows(done).update(quoted_currency_rate_btc=RATE),
        lambda: rows(done).update(currency="", quoted_currency_rate_btc=None, settled_currency_rate_btc=None),
    )


def test_one_that_was_completed_without_a_rate_gets_none_afterwards(world):
    quote = conversions.quote(user=world.user, codes=["DOGE"], currency="USD")
    done = world.settle(confirmed(world, quote))
    assert (done.status, done.settled_currency_rate_btc) == ("completed", None)
    refused(
        lambda: rows(done).update(settled_currency_rate_btc=RATE, settled_currency_path="USD→BTC"),
        by=ENDED,
    )


def test_a_quotes_currency_and_its_rate_are_written_once_before_and_after_confirm(world, quote):
    changes = [
        {"currency": "USD"},
        {"currency": "", "quoted_currency_rate_btc": None},
        {"quoted_currency_rate_btc": RATE},
        {"quoted_currency_rate_btc": None},
    ]
    attacks = [lambda change=change: rows(quote).update(**change) for change in changes]
    refused(*attacks, by=ONCE)
    confirmed(world, quote)
    refused(*attacks, by=ONCE)


def test_many_of_which_one_changes_its_currency_are_refused_together(world, quote):
    other = factories.user("other", {"DOGE": "5"})
    conversions.quote(user=other, codes=["DOGE"], currency="USD")
    refused(lambda: Conversion.objects.update(currency="USD"), by=ONCE)


def test_a_quote_that_knew_no_rate_is_given_none_later(world):
    quote = conversions.quote(user=world.user, codes=["DOGE"], currency="USD")
    assert quote.quoted_currency_rate_btc is None
    refused(lambda: rows(quote).update(quoted_currency_rate_btc=RATE), by=ONCE)


def test_only_what_is_completed_has_a_rate_of_its_settlement(world, quote):
    settled = {"settled_currency_rate_btc": RATE, "settled_currency_path": "EUR→BTC"}
    stopped = {"status": "stopped", "reason_code": "wait", "next_attempt_at": None, "finished_at": world.clock()}
    refused(lambda: rows(quote).update(**settled), by=SETTLED)
    waiting = confirmed(world, quote)
    refused(lambda: rows(waiting).update(**settled), lambda: rows(waiting).update(**stopped, **settled), by=SETTLED)


@pytest.mark.parametrize(
    ("field", "value", "by"),
    [
        ("currency", "eur", "conversion_currency_is_plain"),
        ("currency", "E R", "conversion_currency_is_plain"),
        ("currency", "", "conversion_quoted_currency_rate_is_usable"),
        ("quoted_currency_rate_btc", 0, "conversion_quoted_currency_rate_is_usable"),
        ("quoted_currency_rate_btc", -1, "conversion_quoted_currency_rate_is_usable"),
        ("quoted_currency_rate_btc", 10**12, f"conversion_quoted_currency_rate_is_usable|{TOO_LARGE}"),
        ("settled_currency_path", "EUR→BTC", SETTLED),
        ("settled_currency_legs", "[]", SETTLED),
    ],
)
def test_a_quote_with_no_currency_or_no_rate_is_not_written(world, field, value, by):
    quote = conversions.quote(user=world.user, codes=["DOGE"], currency="EUR")
    columns = [one.column for one in Conversion._meta.concrete_fields if one.column not in ("id", "reference", field)]  # noqa: SLF001
    names = ", ".join(columns)
    refused(
        lambda: sql(
            f"INSERT INTO wallet_conversion (reference, {field}, {names})"
            f" SELECT 'CV-AAAA-AAAA', %s, {names} FROM wallet_conversion WHERE id = %s",
            value,
            quote.pk,
        ),
        by=by,
    )


@pytest.mark.parametrize(
    ("rate", "path"), [("0", "EUR→BTC"), ("-1", "EUR→BTC"), ("1000000000000", "EUR→BTC"), ("1", "")]
)
def test_none_is_completed_with_a_rate_that_is_none(world, quote, rate, path, monkeypatch):
    waiting = confirmed(world, quote)
    monkeypatch.setattr(
        Conversion,
        "set_settled_currency",
        lambda self, price: self.__dict__.update(settled_currency_rate_btc=Decimal(rate), settled_currency_path=path),
    )
    refused(lambda: world.settle(waiting), by=f"{SETTLED}|{TOO_LARGE}")


@pytest.mark.parametrize("currency", ["eur", "NONE OF IT", "none ", "Ünze", "nonee"])
def test_a_customers_currency_is_a_code_or_none(world, currency):
    Customer.objects.ensure(world.user)
    mine = Customer.objects.filter(user=world.user)
    refused(lambda: mine.update(currency=currency), by="customer_currency_is_plain")
    assert {mine.update(currency=one) for one in ("EUR", "none", "", "X" * 16)} == {1}
