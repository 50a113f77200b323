"""User names that look like others."""

import pytest
from django.core.exceptions import ValidationError

from tests.support import factories
from wallet import user_names


@pytest.mark.parametrize(
    "name", ["nora", "Nora", "nora.b-2_x+y", "jörg", "жанна", "ελενη", "山田たろう", "michał", "марк", "straße"]
)
def test_what_people_are_called_is_a_name(db, name):
    user_names.check(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ｎｏｒａ", "plain letters"),
        ("ﬁne", "plain letters"),
        ("nora①", "plain letters"),
        ("Жанна", "have to be small"),
        ("nоra", "another alphabet"),  # the o is Cyrillic
        ("рауоѕ", "another alphabet"),  # all of it is
        ("mıra", "another alphabet"),
        ("νορα", "another alphabet"),
        ("MIRA", "Somebody has"),
        ("mira", "Somebody has"),
    ],
)
def test_what_looks_like_another_name_is_none(db, name, words):
    factories.user("mira")
    with pytest.raises(ValidationError, match=words):
        user_names.check(name)


def test_each_letter_that_is_drawn_like_another_has_one():
    assert all(not chr(letter).isascii() and chr(plain).isascii() for letter, plain in user_names.LIKE_PLAIN.items())
