"""What stands around every page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from tests.support import pages
from wallet.models import Customer, Service
from wallet.models.opening import Closure
from wallet.pages.shell import Section, Shell, banner


def shell(**changes):
    known = {
        "user": None,
        "customer": None,
        "section": None,
        "asks_for_zone": False,
        "find_service": lambda: pages.OPEN,
    }
    return Shell(**known | changes)


@pytest.mark.parametrize("section", Section)
def test_the_navigation_marks_the_section_alone(section):
    assert [item.is_current for item in shell(section=section).navigation] == [one is section for one in Section]


def test_outside_the_sections_none_is_marked():
    assert not any(item.is_current for item in shell().navigation)


@pytest.mark.parametrize(
    ("first", "last", "name", "initials"),
    [("Mira", "Koskinen", "Mira Koskinen", "MK"), ("", "", "mira", "MI"), ("D’Angelo", "", "D’Angelo", "D’")],
)
def test_the_account_has_a_name_and_its_initials(first, last, name, initials):
    account = shell(user=User(username="mira", first_name=first, last_name=last)).account
    assert (account.name, account.initials, account.is_operator) == (name, initials, False)


def test_signed_out_there_is_no_account_and_the_time_is_utc():
    assert (shell().account, shell().time_zone, shell().theme) == (None, "UTC", "")


@pytest.mark.parametrize(("theme", "said"), [("system", ""), ("dark", "dark")])
def test_only_a_theme_that_was_chosen_is_said(theme, said):
    assert shell(customer=Customer(theme=theme)).theme == said


def test_nothing_is_announced():
    assert banner(pages.OPEN) is None


def test_a_closing_is_announced():
    found = banner(Service(closure=pages.closing("We are <moving>."), planned=None))
    assert found.heading == "Sorry, you can’t convert balances right now."
    assert found.words.startswith("Your balances haven’t changed. You can still see your wallet")
    assert found.notice == "We are <moving>."


def test_a_closing_with_an_end_says_from_when_one_can_convert():
    found = banner(Service(closure=pages.closing(hours=2), planned=None))
    assert found.words.startswith("You’ll be able to from <time ")


@pytest.mark.parametrize(("hours", "words"), [(2, " until <time "), (None, " on.")])
def test_a_planned_closing_says_when(hours, words):
    closes_at = pages.NOW + timedelta(hours=4)
    reopens_at = closes_at + timedelta(hours=hours) if hours else None
    found = banner(Service(closure=None, planned=Closure(closes_at, reopens_at, "")))
    assert found.heading.startswith("You can’t convert balances from <time ")
    assert words in found.heading
    assert found.words.endswith("What you confirm before is still finished.")
