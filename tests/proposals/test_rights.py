"""Roles are given by two administrators, through the pages; nobody's own, and not to who holds balances (P20)."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from tests.support import factories, proposing
from tests.support.html import read
from wallet import proposals, roles
from wallet.models import Proposal, StaffAction
from wallet.proposals import Declined

URL = "/admin/wallet/proposal/"


@pytest.fixture
def anna(world):
    return factories.staff(roles.ADMINISTRATOR, "anna")


@pytest.fixture
def bert(world):
    return factories.staff(roles.ADMINISTRATOR, "bert")


@pytest.fixture
def new(world):
    return factories.user("new")


def propose(by, user="new", role="risk"):
    return proposals.propose(by=by, kind="rights", payload={"user": user, "role": role}, reason="Hired.")


def rights(user):
    user = User.objects.get(pk=user.pk)
    return user.is_staff, user.is_superuser, sorted(user.groups.values_list("name", flat=True))


def test_p20_one_administrator_proposes_and_another_approves(anna, bert, new):
    """P20: from page to page."""
    client = proposing.browser(anna)
    fields = {"user": "new", "role": "risk", "reason": "Hired.", "propose": "Propose"}
    asked = int(client.post(f"{URL}propose/rights/", fields)["Location"].split("/")[-3])
    client.post(f"{URL}{asked}/decide/", {"deed": "approve"})
    assert rights(new) == (False, False, [])
    shown = read(proposing.browser(bert).get(f"{URL}{asked}/change/"))
    rows = [[cell.text for cell in row.elements] for row in shown.select("#decision tbody tr")]
    assert rows[1:] == [["Staff", "no", "no", "yes"], ["Roles", "none", "none", "risk"]]
    assert proposing.browser(bert).post(f"{URL}{asked}/decide/", {"deed": "approve"}).status_code == 302
    assert rights(new) == (True, False, ["risk"])
    told = StaffAction.objects.get(action="rights_given")
    assert (told.staff_name, told.object_name, told.reason) == ("anna", "new", "Hired.")
    assert (told.before["roles"], told.after["roles"]) == ([], ["risk"])


def test_p20_nobody_has_a_part_in_their_own(anna, bert):
    with pytest.raises(Declined, match="This concerns yourself"):
        propose(anna, "anna")
    asked = propose(anna, "bert")
    with pytest.raises(Declined, match="This concerns yourself"):
        proposals.approve(by=bert, proposal=asked.pk)
    assert rights(bert) == (True, False, ["administrator"])


@pytest.mark.parametrize(
    ("user", "role", "field", "words"),
    [
        ("nobody", "risk", "user", "There is no user “nobody”."),
        ("mira", "risk", "user", "This account holds balances. Make another one for the operator."),
        ("gone", "risk", "user", "gone is not active."),
        ("new", "king", "role", "Choose one of the roles that there are."),
        ("bert", "administrator", "role", "bert has this role already."),
    ],
)
def test_what_cannot_be_given_is_refused_in_words(anna, bert, new, user, role, field, words):
    factories.user("gone", is_active=False)
    with pytest.raises(ValidationError) as caught:
        propose(anna, user, role)
    assert caught.value.message_dict == {field: [words]}


def test_p20_an_account_that_changed_meanwhile_gets_none(anna, bert, new):
    """P20: other rights, or deactivated, or a balance."""
    asked = propose(anna)
    new.is_active = False
    new.save()
    with pytest.raises(Declined, match="Things have changed since"):
        proposals.approve(by=bert, proposal=asked.pk)
    new.is_active = True
    new.save()
    factories.deposit(new, "DOGE", "1")
    with pytest.raises(Declined, match="This account holds balances"):
        proposals.approve(by=bert, proposal=asked.pk)
    assert rights(new) == (False, False, [])


@pytest.mark.parametrize("role", [role for role in roles.ROLES if role != roles.ADMINISTRATOR])
def test_p20_no_other_role_has_a_part_in_it(anna, new, role):
    member = factories.staff(role)
    with pytest.raises(Declined, match="no right to propose"):
        propose(member)
    with pytest.raises(Declined, match="no right to decide"):
        proposals.approve(by=member, proposal=propose(anna).pk)


def test_p20_administrators_see_proposals_of_rights_alone(anna, tilda, new):
    """P20: nothing of money."""
    money, asked = proposing.movement(tilda, "deposit"), propose(anna)
    client = proposing.browser(anna)
    assert str(money) not in read(client.get(URL)).text
    assert client.get(f"{URL}{money.pk}/change/").status_code == 302
    assert client.get(f"{URL}{asked.pk}/change/").status_code == 200
    proposals.refuse(by=factories.staff("risk"), proposal=proposing.movement(tilda, "correction").pk, reason="Never.")
    assert "Never." not in read(client.get("/admin/wallet/decision/")).text
    client.post(f"{URL}{money.pk}/decide/", {"deed": "approve"})
    assert not Proposal.objects.filter(kind="deposit", decision__isnull=False).exists()
