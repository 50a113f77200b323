"""The file as it is written: cells, pieces, the name, the state of the database that it is read from."""

import csv
import io
import tracemalloc
from datetime import UTC, date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from wallet.database.rows import lookups
from wallet.files import KOINLY, OWN, csv_file
from wallet.files.rows import Row
from wallet.models import Conversion


@given(st.lists(st.lists(st.text(), min_size=2, max_size=4), min_size=1, max_size=4))
def test_any_cell_survives_and_none_is_a_formula(table):
    """Back comes what went in, but for the apostrophe before what a spreadsheet would reckon."""
    back = list(csv.reader(io.StringIO(csv_file.written(table).decode(), newline="")))
    assert len(back) == len(table)
    for line, lines in zip(table, back, strict=True):
        for cell, found in zip(line, lines, strict=True):
            assert found in (cell, f"'{cell}")
            assert not found.startswith(("=", "+", "@", "\t", "\r"))
            assert not found.startswith("-") or Decimal(found) < 0 or Decimal(found) == 0


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1+1", "'-1+1"),
        ("-0.41", "-0.41"),
        ("-1e5", "'-1e5"),
        ("-1\n", "'-1\n"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("−0.41", "−0.41"),
        ("0.5", "0.5"),
        ("", ""),
    ],
)
def test_what_begins_like_a_formula_gets_an_apostrophe_and_numbers_stay_numbers(cell, written):
    assert csv_file.guarded(cell) == written


@pytest.mark.parametrize(
    ("form", "since", "until", "name"),
    [
        (OWN, None, None, "conversions-all.csv"),
        (OWN, date(2026, 1, 1), date(2026, 12, 31), "conversions-2026-01-01-to-2026-12-31.csv"),
        (OWN, date(2026, 1, 1), None, "conversions-from-2026-01-01.csv"),
        (OWN, None, date(2026, 12, 31), "conversions-to-2026-12-31.csv"),
        (KOINLY, None, None, "conversions-koinly-all.csv"),
    ],
)
def test_the_name_says_the_kind_and_the_range(form, since, until, name):
    assert csv_file.file_name(form, since=since, until=until) == name


@pytest.mark.django_db(transaction=True)
def test_one_state_of_the_database_is_read_and_let_go_also_when_the_client_goes_away(clock):
    world = factories.World(clock)
    world.settled("DOGE")
    found = Conversion.objects.of(world.user).history()
    pieces = csv_file.pieces(found, OWN, zone=UTC, language="en")
    assert next(pieces).startswith(b"time_utc,")
    if connection.vendor == "sqlite":
        assert connection.connection.in_transaction
    pieces.close()
    assert not connection.in_atomic_block
    if connection.vendor == "sqlite":
        assert not connection.connection.in_transaction
    assert list(csv_file.pieces(found, OWN, zone=UTC, language="en"))[1].count(b"DOGE") == 1


def test_memory_does_not_grow_with_the_rows(world):
    """Ten thousand rows take no more than two thousand, but for what is in hand."""
    world.settled("DOGE")
    row = next(iter(Conversion.objects.history().values_list(*lookups(Row))))
    made = list(row)

    class Many:
        def __init__(self, count):
            self.count = count

        def order_by(self, *names):
            return self

        values_list = order_by

        def iterator(self, chunk_size):
            for at in range(self.count):
                yield (f"CV-{at:08d}", *made[1:])

    def peak(count):
        tracemalloc.start()
        for _ in csv_file.pieces(Many(count), OWN, zone=UTC, language="en"):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    # The least of a few: the first ones also hold what is made once.
    few, many = (min(peak(count) for _ in range(3)) for count in (2_000, 10_000))
    assert many < 1.2 * few
