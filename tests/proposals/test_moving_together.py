"""Movements by operators: many at once, and broken at each statement: nothing, or all of it, once (P20)."""

from itertools import cycle

import pytest
from django.db import connection

from tests.support import factories, proposing
from tests.support.tampering import found
from tests.support.together import together
from wallet import ledger, proposals
from wallet.database.retrying import Busy
from wallet.models import Asset, Decision, StaffMovement
from wallet.proposals import Declined, file

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 20  # of whom some are told that the database is busy, where the machine is
HEADER = "reference,user,asset,amount\n"


@pytest.fixture
def customer(transactional_db):
    for code in ("DOGE", "ETH"):
        factories.asset(code)
    return factories.user("mira", {"DOGE": "100"})


@pytest.fixture
def treasury(customer):
    return factories.staff("treasury")


@pytest.fixture
def deciders(customer):
    return [factories.staff("risk", f"rick{number}") for number in range(MANY)]


def uploaded(by, content):
    payload = {"content": file.packed(content.encode())}
    return proposals.propose(by=by, kind="file", payload=payload, reason="Monday.", evidence="T-9")


def approvals(deciders, *asked):
    return [
        lambda by=by, one=one: proposals.approve(by=by, proposal=one.pk)
        for by, one in zip(deciders, cycle(asked), strict=False)
    ]


def test_p20_twenty_approvers_at_once_correct_once(customer, treasury, deciders):
    asked = proposing.movement(treasury, "correction")
    told = together(*approvals(deciders, asked))
    assert [type(one) for one in told].count(Decision) == 1
    assert {type(one) for one in told} <= {Decision, Declined, Busy}
    assert (factories.balance(customer, "DOGE"), StaffMovement.objects.count()) == (97_000_000, 1)
    assert found() == []


def test_p20_two_files_with_a_reference_in_common_post_it_once(customer, treasury, deciders):
    """P20: and each file whole or not at all."""
    both = [uploaded(treasury, f"{HEADER}R1,mira,DOGE,1\n{more},mira,ETH,1\n") for more in ("R2", "R3")]
    told = together(*approvals(deciders[:8], *both))
    assert [type(one) for one in told].count(Decision) == 1
    assert {type(one) for one in told} <= {Decision, Declined, Busy}
    assert StaffMovement.objects.count() == 2
    assert factories.balance(customer, "DOGE") == 101_000_000
    assert found() == []


def test_p20_the_same_reference_of_a_deposit_a_file_and_a_command_is_posted_once(customer, treasury, deciders):
    """P20: proposals of two kinds don't take turns, and the command takes none: the database decides."""
    single = proposing.movement(treasury, "deposit", reference="R1", amount="1")
    many = uploaded(treasury, f"{HEADER}R1,mira,DOGE,1\nR2,mira,ETH,1\n")
    doge = Asset.objects.get(code="DOGE")
    works = approvals(deciders[:6], single, many)
    works += [lambda: ledger.deposit(user=customer, asset=doge, units=1_000_000, reference="R1") for _ in range(2)]
    told = together(*works)
    assert [one for one in told if isinstance(one, Exception) and not isinstance(one, (Declined, Busy))] == []
    assert factories.balance(customer, "DOGE") == 101_000_000
    assert found() == []


def test_withdrawals_at_once_go_no_further_than_the_balance(customer, treasury, deciders):
    asked = [proposing.movement(treasury, "withdrawal", reference=f"W{number}") for number in range(4)]
    told = together(*approvals(deciders[:4], *asked))
    assert {type(one) for one in told} <= {Decision, Declined, Busy}
    done = [type(one) for one in told].count(Decision)
    assert 1 <= done <= 2
    assert factories.balance(customer, "DOGE") == (100 - 40 * done) * 10**6


class Broken(Exception):
    pass


@pytest.mark.parametrize("kind", ["correction", "reversal", "file"])
def test_p20_what_breaks_at_any_statement_leaves_nothing(customer, treasury, deciders, kind):
    """P20: nothing of it or all of it, and all of it once; whatever broke, the next approval works."""
    rows = f"{HEADER}R1,mira,DOGE,1\nR2,mira,DOGE,1\nR3,mira,ETH,1\n"
    asked = uploaded(treasury, rows) if kind == "file" else proposing.movement(treasury, kind)
    number = 0
    while True:
        number += 1
        seen = iter(range(1, 10_000))

        def fail(execute, *args, at=number, seen=seen):
            if next(seen) == at:
                raise Broken
            return execute(*args)

        try:
            with connection.execute_wrapper(fail):
                proposals.approve(by=deciders[0], proposal=asked.pk)
        except Broken:
            assert (Decision.objects.count(), StaffMovement.objects.count()) == (0, 0)
            assert factories.balances(customer) == {"DOGE": 100_000_000}
        else:
            break
    assert number > 20  # it broke at each of these statements before
    after = {"correction": {"DOGE": 97_000_000}, "reversal": {}, "file": {"DOGE": 102_000_000, "ETH": 100_000_000}}
    assert factories.balances(customer) == after[kind]
    assert found() == []
