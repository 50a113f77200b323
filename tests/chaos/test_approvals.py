"""P20: an approval's process is killed at each statement, and before its COMMIT: nothing of it, then all of it, once."""

import os
import signal

import pytest
from django.db import connection

from tests.support import factories, proposing
from tests.support.tampering import found
from wallet import proposals
from wallet.models import Decision, StaffAction, StaffMovement
from wallet.proposals import file

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = "reference,user,asset,amount\nR1,mira,DOGE,1\nR2,mira,DOGE,1\nR3,mira,ETH,1\n"
AFTER = {"correction": {"DOGE": 97_000_000}, "reversal": {}, "file": {"DOGE": 102_000_000, "ETH": 100_000_000}}
KILLED, AT_COMMIT, FAILED = -signal.SIGKILL, 7, 1


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def approve_and_die(by, asked, at):
    """In a process of its own, which dies before that statement, or (where there are fewer) before it commits."""
    seen = iter(range(1, 10_000))

    def look(execute, *args):
        if next(seen) == at:
            die()
        return execute(*args)

    connection.close()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    try:
        connection.ensure_connection()
        with connection.execute_wrapper(look):
            connection._commit = lambda: os._exit(AT_COMMIT)  # noqa: SLF001  # COMMIT passes no wrapper
            proposals.approve(by=by, proposal=asked.pk)
    finally:
        os._exit(FAILED)


@pytest.mark.parametrize("kind", AFTER)
def test_p20_killed_at_each_statement_nothing_is_left_and_then_all_of_it_once(transactional_db, figure, kind):
    """P20: whoever dies leaves no lock behind either."""
    for code in ("DOGE", "ETH"):
        factories.asset(code)
    mira = factories.user("mira", {"DOGE": "100"})
    treasury, risk = factories.staff("treasury"), factories.staff("risk")
    if kind == "file":
        payload = {"content": file.packed(ROWS.encode())}
        asked = proposals.propose(by=treasury, kind=kind, payload=payload, reason="Monday.", evidence="T-9")
    else:
        asked = proposing.movement(treasury, kind)
    number, ended = 0, KILLED
    while ended == KILLED:
        number += 1
        ended = approve_and_die(risk, asked, number)
        assert (Decision.objects.count(), StaffMovement.objects.count()) == (0, 0)
        assert not StaffAction.objects.filter(action="approved").exists()
        assert factories.balances(mira) == {"DOGE": 100_000_000}
    assert ended == AT_COMMIT
    proposals.approve(by=risk, proposal=asked.pk)
    assert factories.balances(mira) == AFTER[kind]
    assert found() == []
    assert number > 20
    figure(f"killed before each of {number - 1} statements, and before COMMIT; then approved once")
