"""Passwords that are made of the site's own words (S10)."""

import pytest
from django.core.exceptions import ValidationError

from tests.support import factories
from wallet.account_forms import PASSWORD_HINT
from wallet.passwords import SiteWordsValidator


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("dustsite", "dustsite"),
        ("Du5t-S1te-2026", "dustsite"),
        ("bnbbnbbnbbnbbnb", "bnb"),
        ("MyBitcoin1!", "bitcoin"),
        ("acme-exchange-1", "exchange"),
        ("grunwald123", "grunwald"),
        ("coins.acme", "coins"),
    ],
)
def test_s10_the_sites_own_words_are_refused_with_the_word(settings, password, word):
    settings.SITE_NAME, settings.SITE_URL = "Acme Grunwald", "https://coins.acme.example"
    with pytest.raises(ValidationError, match=f"“{word}”"):
        SiteWordsValidator().validate(password)


@pytest.mark.parametrize(
    "password", ["correct horse dust battery", "bnb and seven geese", "nothing of the kind", "四十二個の鍵"]
)
def test_a_word_of_the_site_among_others_is_none_of_its_business(password):
    SiteWordsValidator().validate(password, factories.User(username="mira"))


@pytest.mark.parametrize("password", ["mirandamiranda", "Miranda-M1randa!", "miranda@example.org", "adnarim-miranda"])
def test_s10_the_users_own_name_however_often_it_is_typed_is_no_password(password):
    user = factories.User(username="miranda", email="miranda@example.org")
    SiteWordsValidator().validate("mirandas seven geese", user)
    with pytest.raises(ValidationError, match="little more than"):
        SiteWordsValidator().validate(password, user)


def test_eight_other_letters_are_enough_and_seven_are_not():
    SiteWordsValidator().validate("dust-wyxkrmzn")
    with pytest.raises(ValidationError):
        SiteWordsValidator().validate("dust-wyxkrmz")


def test_the_hint_says_the_length_that_is_asked_for(settings):
    (length,) = [one["OPTIONS"]["min_length"] for one in settings.AUTH_PASSWORD_VALIDATORS if "OPTIONS" in one]
    assert f"At least {length} characters." in str(PASSWORD_HINT)
