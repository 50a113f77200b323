"""What operators move, attacked by SQL and through the ORM's back door (P14, P20)."""

import pytest

from tests.support import factories, proposing
from tests.support.attacks import SUMS, db_uuid, empty, house, refused, replace, sql
from wallet import proposals
from wallet.models import Account, Decision, Entry, StaffMovement, Transaction
from wallet.references import new_transaction_id

DOGE = 10**6


@pytest.fixture
def approved(world, tilda, rick):
    """A decision without its effect: what follows is written by hand."""

    def write(kind="correction", outcome="approved", **changes):
        asked = proposing.movement(tilda, kind, **changes)
        Decision.objects.create(proposal=asked, created_by=rick, outcome=outcome, reason="Looked.")
        return asked

    return write


def told(asked, **fields):
    """What is told of a movement of this proposal, and the id of its transaction."""
    values = {"transaction_id": new_transaction_id(), "proposal": asked, "number": 1, "reason": "A slip."}
    values |= {"evidence": "T-1", "created_by": asked.created_by}
    return StaffMovement.objects.create(**values | fields).transaction_id


def post(world, kind, pk=None, *, units=-3 * DOGE, owner="treasury", code="DOGE"):
    """A movement of the customer's balance, by hand."""
    record = Transaction(pk=pk or new_transaction_id(), kind=kind, reference="hand", posted_at=world.clock())
    mine = Account.objects.get(user=world.user, asset__code=code)
    balance, number = mine.units + units, mine.sequence + 1
    Entry.objects.create(transaction=record, account=house(owner, code), units=-units)
    Entry.objects.create(transaction=record, account=mine, units=units, balance_units=balance, sequence=number)
    Account.objects.filter(pk=mine.pk).update(units=balance, sequence=number)
    record.save(force_insert=True)


@pytest.mark.parametrize("kind", ["withdrawal", "reversal", "correction"])
def test_p20_what_only_operators_do_is_of_a_proposal(world, kind):
    refused(lambda: post(world, kind), by="are of a proposal of their kind")


def test_p20_what_is_told_of_a_movement_is_of_an_approved_proposal(world, approved, tilda, rick, paula):
    by = "what operators move was proposed and approved"
    refused(
        lambda: told(proposing.movement(tilda, "correction")),
        lambda: told(approved(outcome="refused")),
        lambda: told(proposing.proposed(paula, world.clock())),
        lambda: told(approved(), created_by=rick),
        lambda: told(approved(), number=2),
        by=by,
    )
    for field in ("reason", "evidence"):
        refused(lambda field=field: told(approved(), **{field: " "}), by="staffmovement_has_")
    refused(lambda: told(approved(), number=0))


def test_p20_a_proposal_of_one_kind_moves_nothing_of_another(world, approved):
    by = "are of a proposal of their kind|a reversal takes back what its deposit moved"
    for kind in ("deposit", "withdrawal", "reversal"):
        refused(lambda kind=kind: post(world, kind, told(approved())), by=by)
    for kind in ("adjustment", "conversion"):
        refused(lambda kind=kind: post(world, kind, told(approved())), by="is of no proposal")
    post(world, "correction", told(approved()))


APPROVED = "what is posted is what was approved, to the unit"


@pytest.mark.parametrize(
    "fields", [{"units": -3 * DOGE + 1}, {"units": -4 * DOGE}, {"units": 3 * DOGE}, {"code": "ETH"}]
)
def test_p20_a_correction_moves_what_was_approved_to_the_unit(world, approved, fields):
    """P20: no other amount, direction or asset."""
    factories.deposit(world.user, "ETH", "1")
    refused(lambda: post(world, "correction", told(approved()), **fields), by=APPROVED)


@pytest.mark.parametrize(
    "changes", [{}, {"reference": "hand", "user": "other"}, {"reference": "hand", "amount": "3.000001"}]
)
def test_p20_a_deposit_is_the_approved_customers_under_its_reference(world, approved, changes):
    """P20: without a change but the reference's it is taken."""
    factories.user("other")
    asked = {"amount": "3", **changes}
    attack = {"units": 3 * DOGE, "owner": "outside"}
    refused(lambda: post(world, "deposit", told(approved("deposit", **asked)), **attack), by=APPROVED)
    post(world, "deposit", told(approved("deposit", amount="3", reference="hand")), **attack)


def test_p20_an_approved_movement_moves_one_customer(world, approved):
    """P20: nothing more goes along with it."""
    factories.user("other", {"DOGE": "5"})

    def attack():
        record = Transaction(pk=told(approved()), kind="correction", reference="hand", posted_at=world.clock())
        for owner, units in ((world.user.username, -3 * DOGE), ("other", 3 * DOGE)):
            account = Account.objects.get(user__username=owner, asset__code="DOGE")
            balance, number = account.units + units, account.sequence + 1
            Entry.objects.create(
                transaction=record, account=account, units=units, balance_units=balance, sequence=number
            )
            Account.objects.filter(pk=account.pk).update(units=balance, sequence=number)
        record.save(force_insert=True)

    refused(attack, by=APPROVED)


def book(world, pk, reference="order", **moved):
    """A booking by hand: units of the treasury by code."""
    record = Transaction(pk=pk, kind="booking", reference=reference, posted_at=world.clock())
    for code, units in moved.items():
        Entry.objects.create(transaction=record, account=house("treasury", code), units=units)
        Entry.objects.create(transaction=record, account=house("outside", code), units=-units)
    record.save(force_insert=True)


def test_p20_a_booking_is_of_its_proposal_to_the_unit(world, tilda, rick):
    """P20, P1."""
    payload = {"bought": "BNB", "bought_amount": "2", "sold": "DOGE", "sold_amount": "7.5", "reference": "order"}

    def approved():
        asked = proposals.propose(
            by=tilda, kind="booking", payload=payload, reason="Stock.", evidence="order", confirms=True
        )
        Decision.objects.create(proposal=asked, created_by=rick, outcome="approved")
        return told(asked)

    right = {"BNB": 2 * 10**8, "DOGE": -7_500_000}
    refused(lambda: book(world, new_transaction_id(), **right), by="are of a proposal of their kind")
    for wrong in ({"BNB": 2 * 10**8 + 1}, {"DOGE": 7_500_000}, {"ETH": 1}):
        refused(
            lambda wrong=wrong: book(world, approved(), **{**right, **wrong}), by="what is booked is what was approved"
        )
    refused(lambda: book(world, approved(), BNB=2 * 10**8), by="what is booked is what was approved")
    refused(lambda: book(world, approved(), "another", **right), by="what is booked is what was approved")
    book(world, approved(), **right)


@pytest.mark.parametrize(("side", "sign"), [("bought", 1), ("sold", -1)])
def test_p20_a_booking_of_one_side_moves_that_side_alone(world, tilda, rick, side, sign):
    """P20."""
    payload = {side: "BNB", f"{side}_amount": "2", "reference": "order"}

    def approved():
        asked = proposals.propose(
            by=tilda, kind="booking", payload=payload, reason="Stock.", evidence="order", confirms=True
        )
        Decision.objects.create(proposal=asked, created_by=rick, outcome="approved")
        return told(asked)

    units = sign * 2 * 10**8
    for wrong in ({"BNB": -units}, {"BNB": units, "DOGE": 5}, {"DOGE": units}):
        refused(lambda wrong=wrong: book(world, approved(), **wrong), by="what is booked is what was approved")
    book(world, approved(), BNB=units)


def test_p20_a_proposal_has_one_movement_and_a_movement_its_transaction(world, approved):
    asked = approved()
    refused(lambda: told(asked), by="FOREIGN KEY|foreign key|violates")
    post(world, "correction", told(asked))
    refused(lambda: told(asked))
    other = Transaction.objects.get(reference="mira-DOGE-100")
    by = "what is told of a movement is written before its transaction"
    refused(lambda: told(approved(), transaction_id=other.pk), by=by)


def test_p14_a_reversal_is_the_deposits_own_entries_back_once(world, approved, tilda, rick):
    """P14: not another's, not against the treasury, not a part of it, not without one."""
    deposits = {code: Transaction.objects.get(reference=f"mira-{code}") for code in ("DOGE-100", "EUR-10")}
    mine, euros = deposits["DOGE-100"], deposits["EUR-10"]
    by = "a reversal takes back what its deposit moved"

    def reverse(of, **moved):
        asked = approved("reversal")
        return lambda: post(world, "reversal", told(asked, reverses=of), **{"units": -100 * DOGE, **moved})

    refused(reverse(euros, owner="outside"), reverse(mine), by=by)
    refused(reverse(mine, owner="outside", units=-DOGE), by=by)
    refused(reverse(None, owner="outside"), by=f"are of a proposal of their kind|{by}")
    reverse(mine, owner="outside")()
    factories.deposit(world.user, "DOGE", "200")
    asked = proposing.movement(tilda, "correction")
    Decision.objects.create(proposal=asked, created_by=rick, outcome="approved")
    refused(lambda: told(asked, reverses=mine), by="reverses")


def test_p20_a_movement_is_written_once(world, tilda, rick):
    proposals.approve(by=rick, proposal=proposing.movement(tilda, "correction").pk)
    row = StaffMovement.objects.get()
    table = "wallet_staffmovement"
    refused(
        lambda: StaffMovement.objects.update(reason="Another."),
        lambda: sql(f"UPDATE {table} SET created_by_id = created_by_id"),
        lambda: sql(f"DELETE FROM {table}"),
        lambda: replace(table, "transaction_id", db_uuid(row.transaction_id)),
        by=f"{table} is (written once|never emptied)",
    )
    refused(lambda: empty(table))


def test_an_unbalanced_correction_is_refused_as_all_are(world, approved):
    def attack():
        record = Transaction(pk=told(approved()), kind="correction", reference="hand", posted_at=world.clock())
        Entry.objects.create(transaction=record, account=house("treasury", "DOGE"), units=5)
        record.save(force_insert=True)

    refused(attack, by=f"{SUMS}|{APPROVED}")
