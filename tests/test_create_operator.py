"""The command that makes an operator, who has a second factor from the first moment (S4, P20)."""

import io
import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from tests.support import factories
from tests.support.second_factors import code, recovery_codes, wrong_code
from wallet.management.commands import create_operator
from wallet.models import StaffAction

STRONG = "a long and strange password"


@pytest.fixture
def answers(db, monkeypatch):
    """Runs the command with these answers; what it printed."""

    def run(*typed, passwords=(STRONG, STRONG), **options):
        said, problems = io.StringIO(), io.StringIO()
        waiting, hidden = iter(typed), iter(passwords)

        def answer(label):
            given = next(waiting)
            key = re.search(r"Key: (\w+)", said.getvalue())
            return given(key[1]) if callable(given) else given

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr(create_operator, "getpass", lambda label: next(hidden))
        try:
            call_command("create_operator", stdout=said, stderr=problems, **options)
        except CommandError as error:
            return f"{said.getvalue()}{problems.getvalue()}{error}"
        return said.getvalue() + problems.getvalue()

    return run


def test_it_asks_for_all_and_the_operator_signs_in_with_a_second_step(answers, client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True
    said = answers("root", "Root@example.com", code)
    user = User.objects.get(username="root")
    assert (user.is_staff, user.is_superuser, user.email) == (True, True, "root@example.com")
    assert set(recovery_codes(user)) <= set(said.split())
    assert STRONG not in said
    there = client.post("/accounts/login/", {"login": "root", "password": STRONG, "next": "/admin/"})
    assert there.headers["Location"].startswith("/accounts/login/code/")
    client.post("/accounts/login/code/", {"code": recovery_codes(user)[0]})
    assert client.get("/admin/").status_code == 200


def test_an_operator_may_have_one_role_and_the_log_says_who_made_whom(answers):
    answers("keeper", "keeper@example.com", code, role="administrator")
    user = User.objects.get(username="keeper")
    assert (user.is_staff, user.is_superuser, user.groups.get().name) == (True, False, "administrator")
    told = StaffAction.objects.get()
    assert (told.action, told.object_name, told.after) == ("create_operator", "keeper", {"role": "administrator"})
    assert told.staff_name


def test_there_are_no_other_roles(db):
    with pytest.raises(CommandError, match="invalid choice: 'king'"):
        call_command("create_operator", "--role", "king")


def test_what_is_wrong_is_said_and_asked_again(answers):
    factories.user("mira")
    said = answers(
        "MIRA", "root", "mira@example.com", "r@example.com", wrong_code, code, passwords=("123", STRONG, STRONG)
    )
    for words in ("Somebody has this user name.", "Another account has this address.", "too short", "is not right"):
        assert words in said
    assert User.objects.get(username="root").check_password(STRONG)


@pytest.mark.parametrize(
    ("typed", "passwords"),
    [
        (["root", "r@example.com", wrong_code, wrong_code, wrong_code], (STRONG, STRONG)),
        (["root", "r@example.com"], (STRONG, "another")),
        (["root", "no address", "no address", ""], ()),
    ],
    ids=["never the right code", "two passwords", "no address"],
)
def test_nobody_is_made_by_halves(answers, typed, passwords):
    assert "Nobody was made." in answers(*typed, passwords=passwords)
    assert (User.objects.count(), Authenticator.objects.count(), StaffAction.objects.count()) == (0, 0, 0)


def test_p21_somebody_takes_the_name_while_the_app_is_set_up(answers):
    def typed(key):
        factories.user("Root")
        return code(key)

    assert "Somebody took the user name meanwhile. Nobody was made." in answers("root", "root@example.com", typed)
    assert list(User.objects.values_list("username", flat=True)) == ["Root"]
    assert not Authenticator.objects.exists()
    assert not StaffAction.objects.exists()
