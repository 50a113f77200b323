"""P4, P6, P7: kill -9 before and after every SQL statement and commit of a verb; then the site goes on.

After a statement that commits nothing is where the next one begins, so in short `after` is after what commits.
"""

import os
import signal
from collections import Counter
from itertools import count

import pytest
from django.db import IntegrityError, connection, connections

from tests.support import factories
from tests.support.chaos import IS_FULL, size
from wallet import conversions, ledger
from wallet.audit import audit
from wallet.conversions import states
from wallet.models import Asset, Conversion, Transaction
from wallet.refusals import Refused


def until_killed(verb, number, moment):
    """Runs the verb in a process of its own that is killed before or after its SQL statement with this number.

    BEGIN and COMMIT count too. False when the verb came to its end before.
    """
    connections.close_all()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True
        assert os.waitstatus_to_exitcode(status) == 0, "the verb failed by itself"
        return False
    try:
        statements = count(1)

        def counted(run, commits):
            if moment == "after" and not commits and not IS_FULL:
                return run()
            at = next(statements)
            if at == number and moment == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = run()
            if at == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        commit = connection._commit  # noqa: SLF001  # a wrapper of statements does not see it
        connection._commit = lambda: counted(commit, commits=True)  # noqa: SLF001

        def execute(run, *args):
            return counted(lambda: run(*args), commits=not connection.in_atomic_block)

        with connection.execute_wrapper(execute):
            verb()
        os._exit(0)
    except BaseException:  # noqa: BLE001  # the child must never come back into the test
        os._exit(1)


@pytest.fixture
def world(transactional_db, clock):
    return factories.World(clock)


def customer(world, name):
    return factories.user(name, {"DOGE": "100", "ETH": "0.01"}, password=None)


def finish(world, limit):
    """The sweep and the workers go on as if nothing had been; within so many lapses of a claim all is finished."""
    for _ in range(limit):
        world.clock.tick(seconds=10)
        world.observe()
        while True:
            alone = factories.sweep().alone
            if not conversions.settle_round().finished and not (alone and conversions.settle(reference=alone)):
                break
        if not Conversion.objects.confirmed().exists():
            return
    raise AssertionError("something is stuck")


def audited(*conversions):
    """Each is whole, and the books are right. They only grow: asked after some steps, they tell of all of them."""
    are_whole(*conversions)
    assert list(audit()) == []


def are_whole(*conversions):
    """Each is its customer's, was converted once and wholly or not at all, and the ledger says the same."""
    for conversion in conversions:
        posted = Transaction.objects.filter(kind="conversion", reference=conversion.reference).count()
        whole = {"BNB": 7_000_000} if conversion.is_completed else {"DOGE": 100_000_000, "ETH": 1_000_000}
        assert factories.balances(conversion.user) == whole
        assert posted == (1 if conversion.is_completed else 0)


def ended(rows, judge):
    """How many were converted; each is whole either way, as the judge sees it."""
    found = [Conversion.objects.get(pk=row.pk) for row in rows]
    judge(*found)
    return sum(row.is_completed for row in found)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p4_p7_a_crash_at_every_statement_of_confirm_loses_and_doubles_nothing(world, figure, moment):
    """P4, P7: a quote or a confirmed conversion, nothing between; and the customer's second Confirm ends it."""
    left, outcomes = Counter(), 0
    for number in count(1):
        owner = customer(world, f"customer{number}")
        world.observe()
        quote = world.quoted("DOGE", "ETH", owner=owner)
        killed = until_killed(lambda: conversions.confirm(user=owner, reference=quote.reference), number, moment)
        conversion = Conversion.objects.get(pk=quote.pk)
        assert conversion.status in ("quoted", "confirmed")
        left[conversion.status] += 1
        again = conversions.confirm(user=owner, reference=quote.reference)
        assert again.is_confirmed
        finish(world, 1)
        conversion.refresh_from_db()
        assert conversion.is_completed
        audited(conversion)
        outcomes += 1
        if not killed:
            break
    figure(f"{number - 1} statements, killed {moment} each: left {dict(left)}; {outcomes} completed, none twice")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p4_p6_p7_a_crash_at_every_statement_of_settle_is_made_good_by_the_sweep(world, figure, moment):
    """P4, P6, P7: a claim lapses after 10 s, and the next attempt ends it."""
    left = Counter()
    for number in count(1):
        owner = customer(world, f"customer{number}")
        world.observe()
        reference = world.confirmed("DOGE", "ETH", owner=owner).reference
        world.clock.tick(seconds=1)
        world.observe()
        killed = until_killed(lambda: conversions.settle(reference=reference), number, moment)
        conversion = Conversion.objects.get(reference=reference)
        left[f"{conversion.status}, {conversion.attempts} attempts"] += 1
        audited(conversion)
        finish(world, 1)
        conversion.refresh_from_db()
        assert conversion.is_completed
        assert conversion.attempts in (1, 2)
        are_whole(conversion)
        if not killed:
            break
    audited(conversion)
    figure(f"{number - 1} statements, killed {moment} each: left {dict(left)}; {number} completed, none twice")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p4_p6_p7_a_crash_at_every_statement_of_a_chunk_loses_and_doubles_nobody(world, figure, moment):
    """P4, P6, P7: all of a chunk are ended or none; then each of them runs alone, and one is stopped as it would have been."""
    left = Counter()
    for number in count(1):
        owners = [customer(world, f"customer{number}-{at}") for at in range(3)]
        world.observe()
        rows = [world.confirmed("DOGE", "ETH", owner=owner) for owner in owners]
        shrunk, taken = owners[1], Asset.objects.get(code="DOGE")
        ledger.adjust(user=shrunk, asset=taken, units=-1, reference=f"taken {number}")
        world.clock.tick(seconds=1)
        world.observe()
        killed = until_killed(conversions.settle_round, number, moment)
        ended = {Conversion.objects.get(pk=row.pk).is_confirmed for row in rows}
        assert len(ended) == 1
        left["nobody ended" if ended == {True} else "all ended"] += 1
        finish(world, 1)
        rows = [Conversion.objects.get(pk=row.pk) for row in rows]
        assert [row.status for row in rows] == ["completed", "stopped", "completed"]
        assert {row.attempts for row in rows} <= {1, 2}
        assert factories.balances(shrunk) == {"DOGE": 99_999_999, "ETH": 1_000_000}
        audited(rows[0], rows[2])
        if not killed:
            break
    figure(f"{number - 1} statements, killed {moment} each: {dict(left)}; {2 * number} completed, {number} stopped")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p4_p6_p7_a_crash_at_every_statement_of_a_refused_chunk_loses_and_doubles_nobody(
    world, figure, monkeypatch, moment
):
    """P4, P6, P7: the chunk, what gives it back, and each of them alone. In short, before every third statement."""
    write_ends = states.write_ends

    def refuse_chunks(conversions):
        if len(conversions) > 1:
            raise IntegrityError("not together")
        write_ends(conversions)

    monkeypatch.setattr(states, "write_ends", refuse_chunks)
    left = Counter()
    for number in count(1, size(3, 1) if moment == "before" else 1):
        owners = [customer(world, f"customer{number}-{at}") for at in range(2)]
        world.observe()
        rows = [world.confirmed("DOGE", "ETH", owner=owner) for owner in owners]
        world.clock.tick(seconds=1)
        world.observe()
        killed = until_killed(conversions.settle_round, number, moment)
        left[ended(rows, audited)] += 1
        finish(world, 1)
        assert ended(rows, are_whole) == len(rows)
        assert {Conversion.objects.get(pk=row.pk).attempts for row in rows} <= {1, 2}
        if not killed:
            break
    audited()
    assert left.keys() == {0, 1, 2}
    told = ", ".join(f"{many} ended {times} times" for many, times in sorted(left.items()))
    figure(
        f"{number - 1} statements, killed {moment} {sum(left.values()) - 1} of them: {told}; all completed in the end"
    )


@pytest.mark.parametrize("moment", ["before", "after"])
def test_p6_p7_a_crash_at_every_statement_of_the_sweep_is_made_good_by_the_next(world, figure, moment):
    """P6, P7: what used up its attempts fails with every balance untouched, and what is due is settled."""
    for number in count(1):
        spent, due = customer(world, f"spent{number}"), customer(world, f"due{number}")
        world.observe()
        lost = world.confirmed("DOGE", "ETH", owner=spent)
        fine = world.confirmed("DOGE", "ETH", owner=due)
        Conversion.objects.filter(pk=lost.pk).update(attempts=conversions.MAX_ATTEMPTS)
        killed = until_killed(factories.sweep, number, moment)
        finish(world, 1)
        for conversion, status in ((lost, "failed"), (fine, "completed")):
            conversion.refresh_from_db()
            assert conversion.status == status
        audited(lost, fine)
        if not killed:
            break
    figure(f"{number - 1} statements, killed {moment} each: every spent one failed, every due one completed")


def test_a_crash_while_a_quote_is_written_leaves_no_half_quote(world, figure):
    """P7: a quote has its lines, or it is not there."""
    for number in count(1):
        owner = customer(world, f"customer{number}")
        world.observe()
        killed = until_killed(lambda: world.quoted("DOGE", "ETH", owner=owner), number, "before")
        for made in Conversion.objects.of(owner):
            assert made.lines.count() == 2
        if not killed:
            break
        try:
            world.settled("DOGE", "ETH", owner=owner)
        except Refused as refused:
            raise AssertionError(refused) from refused
    figure(f"{number - 1} statements")
