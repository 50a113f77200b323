"""What becomes of accounts that nobody confirmed."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

from tests.support import factories
from tests.support.together import together
from wallet import sign_ups, tasks
from wallet.database import clock
from wallet.models import SecurityEvent


def waiting(name, *, age=timedelta(days=3), email="nora@example.com", **fields):
    user = factories.user(name, date_joined=clock.now() - age, **fields)
    User.objects.filter(pk=user.pk).update(email=email)
    return EmailAddress.objects.create(user=user, email=email, primary=True)


def names():
    return sorted(User.objects.values_list("username", flat=True))


def test_after_two_days_they_go_with_their_names_and_no_sooner(db):
    waiting("old")
    waiting("young", age=timedelta(hours=47))
    tasks.clear_sign_ups()
    assert names() == ["young"]


def test_nobody_goes_who_was_ever_somebody(db):
    factories.asset("BTC")
    waiting("credited")
    factories.deposit(User.objects.get(username="credited"), "BTC", "1")
    waiting("closed", is_active=False)
    waiting("staff", is_staff=True)
    waiting("noticed")
    SecurityEvent.objects.create(user=User.objects.get(username="noticed"), kind=SecurityEvent.Kind.REFUSED)
    factories.user("given", date_joined=clock.now() - timedelta(days=9))
    EmailAddress.objects.create(user=waiting("moved").user, email="other@example.com", verified=True)
    there = names()
    assert sign_ups.clear(clock.now()) == 0
    assert names() == there


def test_a_wrong_password_does_not_keep_the_name(client, db):
    """An event is kept for a year, and the account with it."""
    waiting("old")
    client.post("/accounts/login/", {"login": "old", "password": "none of it"})
    assert sign_ups.clear(clock.now()) == 1


def test_what_is_gone_meanwhile_confirms_nothing(db):
    address = waiting("old")
    sign_ups.clear(clock.now())
    assert not sign_ups.confirm(address)
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("turn", range(5))
def test_p21_who_confirms_while_they_are_cleared_is_confirmed_or_gone(transactional_db, turn):
    address = waiting("old")
    confirmed, cleared = together(lambda: sign_ups.confirm(address), lambda: sign_ups.clear(clock.now()))
    assert (confirmed, cleared) in [(True, 0), (False, 1)]
    assert EmailAddress.objects.filter(verified=True).count() == User.objects.count() == (1 if confirmed else 0)
