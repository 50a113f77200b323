"""Transaction ids ascend with time, also within a millisecond and while the clock stands or goes back (RFC 9562)."""

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from uuid import RFC_4122

import pytest

from wallet import references
from wallet.models import Transaction
from wallet.references import new_transaction_id

MILLISECOND = 1_000_000


@pytest.fixture
def at(monkeypatch):
    """Sets the machine's clock, in milliseconds; the ids begin anew."""
    moment = [1_000]
    monkeypatch.setattr(time, "time_ns", lambda: moment[0] * MILLISECOND)
    monkeypatch.setattr(references, "_ids", type(references._ids)())  # noqa: SLF001  # a process's own state

    def set_clock(milliseconds):
        moment[0] = milliseconds

    return set_clock


def milliseconds(pk):
    return pk.int >> 80


def test_an_id_is_a_uuid_of_version_7_that_begins_with_its_millisecond(at):
    at(1_795_600_000_123)
    pk = new_transaction_id()
    assert (pk.version, pk.variant, milliseconds(pk)) == (7, RFC_4122, 1_795_600_000_123)
    assert Transaction().pk.version == 7


def test_ids_ascend_within_a_millisecond_and_from_one_to_the_next(at):
    made = [new_transaction_id() for _ in range(2_000)]
    at(1_001)
    made += [new_transaction_id() for _ in range(2_000)]
    assert all(one < two for one, two in pairwise(made))
    assert {milliseconds(pk) for pk in made} == {1_000, 1_001}


def test_ids_ascend_while_the_clock_goes_back(at):
    at(5_000)
    first = new_transaction_id()
    at(4_000)
    second = new_transaction_id()
    assert first < second
    assert milliseconds(second) == 5_000
    at(5_001)
    assert second < new_transaction_id()


def test_ids_ascend_when_a_millisecond_has_no_more_of_them(at, monkeypatch):
    monkeypatch.setattr(references.secrets, "randbits", lambda bits: (1 << bits) - 1)
    monkeypatch.setattr(references, "COUNTER_BITS", 3)
    made = [new_transaction_id() for _ in range(20)]
    assert all(one < two for one, two in pairwise(made))
    assert milliseconds(made[-1]) > 1_000


def test_threads_never_get_the_same_id():
    made: list[list[object]] = [[] for _ in range(4)]

    def make(into):
        into += [new_transaction_id() for _ in range(2_000)]

    threads = [threading.Thread(target=make, args=(into,)) for into in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everyone: Iterator[object] = (pk for into in made for pk in into)
    assert len(set(everyone)) == 8_000
    assert all(one < two for into in made for one, two in pairwise(into))
