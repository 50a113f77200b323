"""S2, P20: no staff account takes over a customer, makes itself more than it is, or makes anybody go. Forged POSTs try."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission, User
from django.core import mail
from django.test import Client

from tests.support import factories
from tests.support.second_factors import PASSWORD, give_codes, prove
from wallet import user_names
from wallet.models import SecurityEvent, StaffAction

USERS = "/admin/auth/user/"


def staff(*codenames, name="clerk"):
    """A member of staff with these permissions, signed in."""
    user = factories.user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def clerk(world):
    """Staff who may do with accounts whatever a permission is for."""
    return staff(
        *(f"{verb}_{model}" for verb in ("add", "change", "delete", "view") for model in ("user", "group")),
        *(f"{verb}_{model}" for verb in ("add", "change", "delete") for model in ("emailaddress", "authenticator")),
    )


@pytest.fixture(params=["superuser", "clerk"])
def each(request, operator, clerk):
    return operator if request.param == "superuser" else clerk


def everything(user):
    return User.objects.filter(pk=user.pk).values().get()


def change(client, user, **fields):
    """Sends the form of the user's page, with whatever fields somebody may put into it."""
    sent = {"first_name": user.first_name, "last_name": user.last_name, "is_active": "on", **fields}
    return client.post(f"{USERS}{user.pk}/change/", sent)


def test_s2_nobody_sets_a_customers_password_name_or_address(each, world):
    """S2: not by the form, nor by the page that Django has for passwords."""
    before = everything(world.user)
    fields = {"username": "stolen", "email": "thief@example.com", "password": "x", "last_login_0": "2020-01-01"}
    change(each, world.user, **fields, password1="stolen-12345", password2="stolen-12345", usable_password="true")
    for path in (f"{USERS}{world.user.pk}/password/", f"{USERS}{world.user.pk}/password/change/"):
        each.post(path, {"password1": "stolen-12345", "password2": "stolen-12345", "usable_password": "true"})
    assert everything(world.user) == before


def test_s2_nobody_redirects_a_customers_mail(each, world):
    """S2: the addresses that a password is reset by can be read, and no more."""
    address = EmailAddress.objects.create(user=world.user, email="mira@example.com", verified=True, primary=True)
    before = list(EmailAddress.objects.values())
    other = {"user": world.user.pk, "email": "thief@example.com", "verified": "on", "primary": "on"}
    for path in ("add/", f"{address.pk}/change/", f"{address.pk}/delete/"):
        assert each.post(f"/admin/account/emailaddress/{path}", other | {"post": "yes"}).status_code == 403
    each.post("/admin/account/emailaddress/", {"action": "make_verified", "_selected_action": [address.pk]})
    assert list(EmailAddress.objects.values()) == before


@pytest.mark.parametrize("path", ["mfa/authenticator/", "usersessions/usersession/", "account/emailconfirmation/"])
def test_s2_second_factors_and_sessions_have_no_page(operator, path):
    assert operator.get(f"/admin/{path}").status_code == 404
    assert operator.post(f"/admin/{path}add/", {}).status_code == 404


def test_nobody_is_deleted_in_any_way(each, world):
    clerk = User.objects.get(username="clerk")
    for user in (world.user, clerk):
        assert each.post(f"{USERS}{user.pk}/delete/", {"post": "yes"}).status_code == 403
        each.post(USERS, {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"})
    assert User.objects.filter(pk__in=[world.user.pk, clerk.pk]).count() == 2


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "groups", "user_permissions"])
def test_s2_who_may_change_users_gives_no_rights_and_takes_none(clerk, world, field):
    """S2: `change_user` alone once made itself a superuser."""
    group = Group.objects.create(name="all")
    value = {"groups": group.pk, "user_permissions": Permission.objects.first().pk}.get(field, "on")
    me = User.objects.get(username="clerk")
    for user in (me, world.user):
        rights = (everything(user), set(user.groups.all()), set(user.user_permissions.all()))
        change(clerk, user, **{field: value})
        assert (everything(user), set(user.groups.all()), set(user.user_permissions.all())) == rights


@pytest.mark.parametrize("field", ["is_superuser", "is_staff", "groups", "user_permissions"])
def test_p20_a_superuser_alone_gives_no_rights_and_takes_each_at_once(operator, world, field, text):
    """P20: another administrator has to approve what gives rights; taking them never waits."""
    group, right = Group.objects.create(name="readers"), Permission.objects.first()
    value = {"groups": group.pk, "user_permissions": right.pk}.get(field, "on")
    new = factories.user("new")
    assert "which another administrator has to approve" in text(change(operator, new, **{field: value}))
    new.refresh_from_db()
    assert (new.is_staff, new.is_superuser, new.groups.count(), new.user_permissions.count()) == (False, False, 0, 0)
    new.is_staff = new.is_superuser = True
    new.save()
    new.groups.add(group)
    new.user_permissions.add(right)
    assert change(operator, new, is_active="").status_code == 302
    new.refresh_from_db()
    assert (new.is_staff, new.is_superuser, new.groups.count(), new.user_permissions.count()) == (False, False, 0, 0)
    assert not new.is_active


def test_a_superuser_gives_none_to_oneself_nor_takes_them(operator, world):
    group = Group.objects.create(name="readers")
    me = User.objects.get(username="admin")
    change(operator, me, is_active="", is_staff="", is_superuser="", groups=group.pk)
    me.refresh_from_db()
    assert (me.is_active, me.is_staff, me.is_superuser, me.groups.count()) == (True, True, True, 0)


def test_a_customer_with_balances_becomes_no_operator(operator, world):
    page = change(operator, world.user, is_staff="on")
    assert "This account holds balances." in page.content.decode()
    assert not User.objects.get(pk=world.user.pk).is_staff


def test_staff_are_changed_by_superusers_only(clerk):
    other = factories.user("colleague", is_staff=True)
    assert change(clerk, other, first_name="Changed").status_code == 403
    assert clerk.post(USERS, {"action": "send_reset", "_selected_action": [other.pk]}).status_code == 302
    assert mail.outbox == []


def test_groups_are_a_superusers(clerk, operator):
    group = Group.objects.create(name="readers")
    right = Permission.objects.get(codename="add_policy")
    sent = {"name": "readers", "permissions": right.pk}
    assert clerk.post(f"/admin/auth/group/{group.pk}/change/", sent).status_code == 403
    assert clerk.post("/admin/auth/group/add/", sent | {"name": "mine"}).status_code == 403
    assert group.permissions.count() == 0
    assert operator.post(f"/admin/auth/group/{group.pk}/change/", sent).status_code == 302
    assert list(group.permissions.all()) == [right]


def test_an_account_is_deactivated_and_its_session_ends(operator, world):
    theirs = Client()
    theirs.force_login(world.user)
    assert theirs.get("/wallet/").status_code == 200
    operator.post(f"{USERS}{world.user.pk}/change/", {"first_name": "Mira"})
    assert theirs.get("/wallet/").status_code == 302


def test_a_new_account_gets_a_mail_to_choose_a_password_and_has_none_before(operator):
    answer = operator.post(f"{USERS}add/", {"username": "new", "email": "New@example.com", "password1": "x"})
    assert answer.status_code == 302
    new = User.objects.get(username="new")
    assert not new.has_usable_password()
    assert (new.is_staff, new.email) == (False, "new@example.com")
    assert [sent.to for sent in mail.outbox] == [["new@example.com"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": "MIRA"}, "Somebody has this user name. Choose another one."),
        ({"email": "Mira@Example.com"}, "Another account has this address."),
        ({"email": "nowhere"}, "Enter an email address, like"),
        ({"email": ""}, "This field is required."),
    ],
)
def test_an_account_that_could_be_taken_for_another_is_not_made(operator, world, fields, said):
    page = operator.post(f"{USERS}add/", {"username": "new", "email": "new@example.com", **fields})
    assert said in page.content.decode()
    assert User.objects.filter(username__in=["new", "MIRA"]).count() == 0


def test_s1_who_only_signed_up_with_an_address_keeps_no_operator_from_giving_it(operator):
    stranger = factories.user("stranger")
    EmailAddress.objects.create(user=stranger, email=stranger.email, primary=True)
    assert operator.post(f"{USERS}add/", {"username": "new", "email": stranger.email}).status_code == 302
    assert User.objects.filter(email=stranger.email).count() == 2


def test_staff_send_a_mail_to_choose_a_new_password_and_the_owner_reads_who(clerk, world):
    EmailAddress.objects.create(user=world.user, email="mira@example.com", verified=True, primary=True)
    clerk.post(USERS, {"action": "send_reset", "_selected_action": [world.user.pk]})
    assert [sent.to for sent in mail.outbox] == [["mira@example.com"]]
    event = SecurityEvent.objects.of(world.user)[0]
    assert (event.kind, event.about) == ("reset_sent", "clerk")
    (action,) = StaffAction.objects.about(str(world.user.pk))
    assert (action.staff_name, action.action, action.object_name) == ("clerk", "reset_sent", "mira")
    assert world.user.check_password(PASSWORD)


def test_no_hash_of_a_password_is_guessed_at_by_its_beginning(operator):
    assert operator.get(f"{USERS}?password__startswith=argon2").status_code == 400


def test_staff_change_their_own_password_where_everybody_does(operator):
    before = everything(User.objects.get(username="admin"))
    sent = {"old_password": PASSWORD, "new_password1": "another-12345", "new_password2": "another-12345"}
    for answer in (operator.get("/admin/password_change/"), operator.post("/admin/password_change/", sent)):
        assert answer.headers["Location"] == "/accounts/password/change/"
    assert everything(User.objects.get(username="admin")) == before


# --- second factors --------------------------------------------------------------------------------------------------


def reset_factors(client, user):
    return client.post(USERS, {"action": "reset_factors", "_selected_action": [user.pk]}, follow=True)


def test_second_factors_are_removed_by_another_administrator_and_their_owner_is_told(operator, client):
    colleague = factories.user("colleague", is_staff=True)
    give_codes(colleague)
    theirs = Client()
    theirs.force_login(colleague)
    theirs.get("/help/")
    reset_factors(operator, colleague)
    assert not Authenticator.objects.filter(user=colleague).exists()
    assert "Your second steps were removed" in mail.outbox[0].subject
    event = SecurityEvent.objects.of(colleague)[0]
    assert (event.kind, event.about) == ("factors_reset", "admin")
    assert StaffAction.objects.about("colleague").get().action == "factors_reset"


def test_ones_own_are_not_nor_by_staff_without_that_right(operator, clerk, world):
    me = User.objects.get(username="admin")
    for user in (me, world.user):
        give_codes(user)
    assert "Another administrator has to remove yours." in reset_factors(operator, me).content.decode()
    reset_factors(clerk, world.user)
    assert Authenticator.objects.count() == 4


@pytest.fixture
def strict(settings):
    """As in production."""
    settings.STAFF_NEED_SECOND_FACTOR = True


@pytest.mark.parametrize("path", ["/admin/", "/admin/wallet/proposal/propose/policy/", "/admin/auth/user/"])
def test_s4_staff_do_not_enter_the_admin_without_a_second_factor(strict, operator, text, path):
    answer = operator.get(path, follow=True)
    assert answer.redirect_chain[0][0].startswith("/settings/security/?next=%2Fadmin%2F")
    assert "Your account needs a second step at sign-in." in text(answer)
    assert operator.post(f"{USERS}add/", {"username": "x", "email": "x@example.com"}).status_code == 302
    assert not User.objects.filter(username="x").exists()
    give_codes(User.objects.get(username="admin"))
    assert operator.get(path).status_code == 200


def test_who_is_no_staff_is_not_led_there(strict, signed_in):
    assert signed_in.get("/admin/").status_code in (302, 403)
    assert signed_in.get("/wallet/").status_code == 200


def test_staff_cannot_take_their_last_factor_away(strict, operator, text):
    me = User.objects.get(username="admin")
    give_codes(me)
    prove(operator, me)
    assert "Set up another one before you remove this one." in text(operator.post("/settings/security/codes/off/"))
    assert Authenticator.objects.filter(user=me).count() == 2


def test_the_demonstration_lets_its_operator_in_and_says_so(operator, settings):
    said = "A demonstration: operators get in here without a second factor."
    assert said in operator.get("/admin/").content.decode()
    give_codes(User.objects.get(username="admin"))
    settings.STAFF_NEED_SECOND_FACTOR = True
    assert said not in operator.get("/admin/").content.decode()


def test_p21_somebody_takes_the_name_at_the_moment_in_which_it_is_given(operator, monkeypatch, mailoutbox, text):
    factories.user("NORA")
    looks = iter([lambda name: None, user_names.check])  # the first look was a moment too soon

    def look(name):
        next(looks)(name)

    monkeypatch.setattr(user_names, "check", look)
    page = operator.post(f"{USERS}add/", {"username": "nora", "email": "n@example.com", "first_name": "Nora"})
    assert (page.status_code, page.context["adminform"].form["first_name"].value()) == (200, "Nora")
    assert "Somebody has this user name. Choose another one." in text(page)
    assert [user.username for user in User.objects.filter(username__iexact="nora")] == ["NORA"]
    assert mailoutbox == []
