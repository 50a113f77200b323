"""P20, S2: what each role may do to accounts, rights and money; forged POSTs try what no page offers."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from tests.support import factories
from tests.support.second_factors import PASSWORD, give_codes
from wallet import roles
from wallet.models import Account, Asset, Opening, Policy, StaffAction

USERS = "/admin/auth/user/"


def signed_in_as(role, name=None):
    client = Client()
    client.force_login(factories.staff(role, name))
    return client


@pytest.fixture(params=roles.ROLES)
def anybody(request, world):
    """Each role in turn."""
    return signed_in_as(request.param)


@pytest.fixture
def administrator(world):
    return signed_in_as(roles.ADMINISTRATOR)


def group(role):
    return Group.objects.get(name=role)


def change(client, user, **fields):
    sent = {"first_name": user.first_name, "last_name": user.last_name, "is_active": "on", **fields}
    return client.post(f"{USERS}{user.pk}/change/", sent)


def rights(user):
    user = User.objects.get(pk=user.pk)
    return (
        (user.is_staff, user.is_superuser),
        set(user.groups.values_list("name", flat=True)),
        set(user.user_permissions.values_list("codename", flat=True)),
    )


EVERY_RIGHT = {"is_staff": "on", "is_superuser": "on"}


def test_p20_nobody_changes_their_own_rights(anybody, world):
    """P20: whatever the role; `change_user` alone was once enough to become superuser."""
    me = User.objects.get(username__in=roles.ROLES)
    before = rights(me)
    mine = {"groups": [one.pk for one in Group.objects.all()], "user_permissions": [Permission.objects.first().pk]}
    change(anybody, me, **EVERY_RIGHT, **mine)
    assert rights(me) == before


@pytest.mark.parametrize("role", [role for role in roles.ROLES if role != roles.ADMINISTRATOR])
def test_p20_only_an_administrator_makes_staff(world, role):
    """P20."""
    new = factories.user("new")
    change(signed_in_as(role), new, **EVERY_RIGHT, groups=group("viewer").pk)
    assert rights(new) == ((False, False), set(), set())


def test_p20_an_administrator_alone_gives_no_role_and_takes_one_at_once(administrator, text):
    """P20: another approves what gives rights."""
    new = factories.user("new")
    page = change(administrator, new, is_staff="on", groups=[group("risk").pk])
    assert "This gives rights, which another administrator has to approve" in text(page)
    assert rights(new) == ((False, False), set(), set())
    new.is_staff = True
    new.save()
    new.groups.set([group("risk"), group("viewer")])
    assert change(administrator, new, is_staff="on", groups=[group("viewer").pk]).status_code == 302
    assert rights(new) == ((True, False), {"viewer"}, set())
    assert change(administrator, new).status_code == 302
    assert rights(new) == ((False, False), set(), set())


def test_p20_an_administrator_makes_no_superuser_and_gives_no_single_permission(administrator):
    """P20: nor does one touch a superuser."""
    new, root = factories.user("new"), factories.operator("root")
    change(administrator, new, **EVERY_RIGHT, user_permissions=Permission.objects.first().pk)
    assert rights(new) == ((False, False), set(), set())
    assert change(administrator, root).status_code == 403
    give_codes(root)
    said = administrator.post(USERS, {"action": "reset_factors", "_selected_action": [root.pk]}, follow=True)
    assert "Root is a superuser: another one has to do that." in said.content.decode()
    administrator.post(USERS, {"action": "send_reset", "_selected_action": [root.pk]})
    assert Authenticator.objects.filter(user=root).exists()
    assert mail.outbox == []


def test_an_administrator_removes_the_second_factors_of_others(administrator, world):
    give_codes(world.user)
    administrator.post(USERS, {"action": "reset_factors", "_selected_action": [world.user.pk]})
    assert not Authenticator.objects.filter(user=world.user).exists()
    told = StaffAction.objects.get(action="factors_reset")
    assert (told.staff_name, told.object_name) == ("administrator", "mira")


def test_p20_no_role_removes_second_factors_but_an_administrator(anybody, world):
    """P20."""
    give_codes(world.user)
    anybody.post(USERS, {"action": "reset_factors", "_selected_action": [world.user.pk]})
    is_administrator = User.objects.filter(username=roles.ADMINISTRATOR).exists()
    assert Authenticator.objects.filter(user=world.user).exists() is not is_administrator


def test_p20_the_roles_themselves_are_changed_by_nobody(administrator, operator):
    """P20: whoever changed one would change their own rights, or everybody's."""
    for client in (administrator, operator):
        for role in Group.objects.all():
            before = set(role.permissions.all())
            sent = {"name": "mine", "permissions": [one.pk for one in Permission.objects.all()]}
            assert client.post(f"/admin/auth/group/{role.pk}/change/", sent).status_code == 403
            assert client.post(f"/admin/auth/group/{role.pk}/delete/", {"post": "yes"}).status_code == 403
            assert (role.name, set(role.permissions.all())) == (Group.objects.get(pk=role.pk).name, before)
    assert administrator.post("/admin/auth/group/add/", {"name": "mine"}).status_code == 403


def test_p20_no_role_sets_a_customers_password_or_address(anybody, world):
    """P20: their account has no such field; support has the site send a mail to its owner."""
    before = User.objects.values("password", "email", "username").get(pk=world.user.pk)
    taken = {"email": "thief@example.com", "username": "thief", "password": "x", "password1": "x", "password2": "x"}
    change(anybody, world.user, **taken)
    anybody.post(f"{USERS}{world.user.pk}/password/", taken)
    assert User.objects.values("password", "email", "username").get(pk=world.user.pk) == before
    assert world.user.check_password(PASSWORD)


def test_support_makes_customers_and_sends_them_mails(world):
    support = signed_in_as(roles.SUPPORT)
    assert support.post(f"{USERS}add/", {"username": "new", "email": "new@example.com"}).status_code == 302
    assert rights(User.objects.get(username="new")) == ((False, False), set(), set())
    support.post(USERS, {"action": "send_reset", "_selected_action": [world.user.pk]})
    assert [sent.to for sent in mail.outbox] == [["new@example.com"], ["mira@example.com"]]


def test_support_changes_no_staff(world):
    other = factories.staff(roles.VIEWER)
    assert change(signed_in_as(roles.SUPPORT), other, first_name="Changed").status_code == 403


def test_p20_an_administrator_does_nothing_with_money(administrator):
    """P20: nor sees it, but for assets, to pause them."""
    pages = ("policy", "opening", "account", "transaction", "entry", "houseaccount", "conversion")
    assert {administrator.get(f"/admin/wallet/{page}/").status_code for page in pages} == {403}
    assert {administrator.post(f"/admin/wallet/{page}/add/").status_code for page in pages} == {403}
    assert (Policy.objects.count(), Opening.objects.count()) == (1, 0)


@pytest.mark.parametrize("role", [roles.SUPPORT, roles.VIEWER, roles.TREASURY, roles.ADMINISTRATOR])
def test_only_risk_changes_assets_and_the_policy(world, role):
    client, asset = signed_in_as(role), Asset.objects.get(code="DOGE")
    assert client.post("/admin/wallet/policy/add/").status_code == 403
    assert client.post(f"/admin/wallet/asset/{asset.pk}/change/", {"name": "Other"}).status_code == 403


@pytest.mark.parametrize("role", [roles.RISK, roles.TREASURY])
def test_risk_and_treasury_close_conversions(world, role):
    signed_in_as(role).post("/admin/wallet/opening/add/", {"notice": "Upkeep.", "reason": "A new disk."})
    assert Opening.objects.get().created_by.username == role


# --- money and customers are apart -----------------------------------------------------------------------------------


def test_an_account_with_balances_gets_no_role(administrator, world, text):
    page = change(administrator, world.user, is_staff="on", groups=group("risk").pk)
    assert "This account holds balances. Make another one for the operator." in text(page)
    assert rights(world.user) == ((False, False), set(), set())


def test_a_role_without_staff_is_refused_in_words(administrator, text):
    new = factories.user("new", is_staff=True)
    new.groups.add(group("risk"))
    page = change(administrator, new, groups=group("risk").pk)
    assert "Only staff have rights. Tick “staff status”, or take the rights away." in text(page)
    assert rights(new) == ((True, False), {"risk"}, set())


def test_staff_with_balances_from_before_keep_no_rights(administrator, world, text):
    User.objects.filter(pk=world.user.pk).update(is_staff=True)
    assert "This account holds balances." in text(change(administrator, world.user, is_staff="on"))
    assert change(administrator, world.user).status_code == 302
    assert rights(world.user) == ((False, False), set(), set())


def test_no_member_of_staff_is_credited(world):
    factories.staff(roles.TREASURY)
    with pytest.raises(CommandError, match="treasury is staff, and staff hold no balances"):
        call_command("deposit", "treasury", "DOGE", "1", reference="R1", stdout=StringIO())
    assert not Account.objects.filter(user__username="treasury").exists()
