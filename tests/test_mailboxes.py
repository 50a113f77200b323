"""Whose a mail address is (S1)."""

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User

from tests.support import factories
from wallet import mailboxes


def row(user, email, *, verified):
    return EmailAddress.objects.create(user=user, email=email, verified=verified, primary=verified)


def test_s1_an_address_is_its_owners_once_confirmed_or_as_the_operator_gave_it(db):
    given, confirmed, waits = factories.user("given"), factories.user("confirmed"), factories.user("waits")
    row(confirmed, "confirmed@example.com", verified=True)
    row(waits, "waits@example.com", verified=False)
    row(given, "waits@example.com", verified=False)
    assert mailboxes.owners("GIVEN@example.com") == [given]
    assert mailboxes.owners("Confirmed@example.com") == [confirmed]
    assert mailboxes.owners("waits@example.com") == []


def test_s1_the_address_of_before_resets_nothing_any_more(db):
    user = factories.user("mira")
    row(user, "new@example.com", verified=True)
    assert mailboxes.owners("mira@example.com") == []  # with the user it is out of date
    assert mailboxes.owners("new@example.com") == [user]


def test_who_is_closed_gets_no_mail(db):
    factories.user("mira", is_active=False)
    assert mailboxes.owners("mira@example.com") == []


def test_the_address_given_is_written_down_once_and_never_against_another_owner(db):
    first, second, without = (factories.user(name) for name in ("first", "second", "without"))
    second.email, without.email = first.email, ""
    for user in (first, first, second, without):
        mailboxes.keep_given(user)
    assert list(EmailAddress.objects.values_list("user__username", "email", "verified")) == [
        ("first", "first@example.com", True)
    ]
    assert mailboxes.current(second) == "first@example.com"


def test_only_what_somebody_signed_up_with_keeps_them_out(db):
    given, signed_up = factories.user("given"), factories.user("signed")
    row(given, "other@example.com", verified=False)
    waits = row(signed_up, "signed@example.com", verified=False)
    assert mailboxes.unconfirmed(given) is None
    assert mailboxes.unconfirmed(signed_up) == waits
    assert mailboxes.signed_up("Signed@example.com") == waits
    row(signed_up, "else@example.com", verified=True)
    assert mailboxes.unconfirmed(signed_up) is None


def test_s1_an_address_that_only_looks_like_it_is_somebody_elses(db):
    """S1: a database may take the dotless letter for the other one, but mail for it goes elsewhere."""
    user = factories.user("mira")
    for alike in ("mira@example.com".replace("i", "ı"), "mira@exampıe.com", "mira@example.com\u0130"):
        assert mailboxes.owners(alike) == []
    User.objects.filter(pk=user.pk).update(email="mira@github.example")
    assert mailboxes.owners("mira@gıthub.example") == []
    assert mailboxes.owners("MIRA@github.example") == [user]
    assert mailboxes.at_sign_in("mira@gıthub.example") is None
