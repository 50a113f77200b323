"""P1, P3, P20: whatever operators propose and approve, balances are those of an independent model, on both databases."""

from collections import Counter
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import factories
from wallet import proposals
from wallet.audit import audit
from wallet.models import Account, StaffMovement
from wallet.proposals import Declined

CODES = {"DOGE": 6, "ETH": 8}
NAMES = ("mira", "noor")
KINDS = ("deposit", "withdrawal", "correction", "reversal")
amounts = st.one_of(st.integers(1, 300), st.integers(1, 10**10))
steps = st.tuples(
    st.sampled_from(KINDS),
    st.sampled_from(NAMES),
    st.sampled_from(sorted(CODES)),
    amounts,
    st.integers(0, 5),  # a reference, so that some come twice
    st.sampled_from(["up", "down"]),
    st.sampled_from(["approve", "refuse", "take back", "nobody"]),
)


class Model:
    """What everybody has, by the words of the rules alone."""

    def __init__(self):
        self.held, self.deposits, self.withdrawals, self.house = Counter(), {}, set(), Counter()

    def move(self, kind, name, code, units, reference, direction):
        """Moves it, and whether that may be."""
        if kind == "reversal":
            name, code, units, was_reversed = self.deposits.get(reference, (name, code, 0, True))
            is_new = not was_reversed
        else:
            is_new = reference not in {"deposit": self.deposits, "withdrawal": self.withdrawals}.get(kind, ())
        gains = kind == "deposit" or (kind == "correction" and direction == "up")
        change = units if gains else -units
        if not is_new or self.held[name, code] + change < 0:
            return False
        if kind in ("deposit", "reversal"):
            self.deposits[reference] = (name, code, units, kind == "reversal")
        elif kind == "withdrawal":
            self.withdrawals.add(reference)
        self.held[name, code] += change
        self.house["treasury" if kind == "correction" else "outside", code] -= change
        return True


def amount(code, units):
    return f"{Decimal(units).scaleb(-CODES[code]):f}"


def propose(tilda, kind, name, code, units, reference, direction):
    """The proposal; None where it is refused at once."""
    payload = {"user": name, "asset": code, "amount": amount(code, units)}
    payload |= {"direction": direction} if kind == "correction" else {"reference": f"R{reference}"}
    if kind == "reversal":
        payload = {"deposit": f"R{reference}"}
    try:
        return proposals.propose(by=tilda, kind=kind, payload=payload, reason="Any.", evidence="T-1")
    except (ValidationError, Declined):
        return None


def decide(asked, what, tilda, rick):
    """Whether it was approved."""
    if what == "approve":
        proposals.approve(by=rick, proposal=asked.pk)
    elif what == "refuse":
        proposals.refuse(by=rick, proposal=asked.pk, reason="No.")
    elif what == "take back":
        proposals.take_back(by=tilda, proposal=asked.pk)
    return what == "approve"


def of_house(kind, code):
    entries = Account.objects.house().filter(kind=kind, asset__code=code).values_list("entry__units", flat=True)
    return sum(units or 0 for units in entries)


def compare(model, users):
    for user in users:
        for code in CODES:
            assert factories.balance(user, code) == model.held[user.username, code]
    for (kind, code), units in model.house.items():
        assert of_house(kind, code) == units
    assert list(audit()) == []


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_p20_balances_are_those_of_the_model_whatever_is_proposed_and_decided(db, what):
    """P1, P3, P20: what is refused, taken back or left moves nothing; what is approved moves what it said, once."""
    with transaction.atomic():
        for code in CODES:
            factories.asset(code)
        users = [factories.user(name) for name in NAMES]
        tilda, rick = factories.staff("treasury", "tilda"), factories.staff("risk", "rick")
        model = Model()
        moved = 0
        for kind, name, code, units, reference, direction, decision in what:
            asked = propose(tilda, kind, name, code, units, reference, direction)
            may = decision == "approve" and model.move(kind, name, code, units, reference, direction)
            approved = asked is not None and decide(asked, decision, tilda, rick)
            assert approved is may
            moved += may
            compare(model, users)
        assert StaffMovement.objects.count() == moved
        transaction.set_rollback(True)
