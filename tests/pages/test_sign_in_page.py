import pytest
from django import forms

from wallet.pages.problems import Problem
from wallet.pages.sign_in import SignIn

CARRY_ON = "Sign in to carry on."


class Form(forms.Form):
    login = forms.CharField(error_messages={"required": "Enter your name."})


@pytest.mark.parametrize(
    ("address", "lede"), [("", ""), ("/wallet/", ""), ("/settings/", CARRY_ON), ("/wallet/dust/", CARRY_ON)]
)
def test_those_who_were_on_their_way_are_told_why_they_are_asked(address, lede):
    page = SignIn(Form(), address)
    assert (page.title, page.problems, page.lede) == ("Sign in", [], lede)


def test_what_is_wrong_is_said_instead_and_what_was_typed_stays():
    page = SignIn(Form({"login": ""}), "/settings/")
    assert (page.title, page.problems, page.lede) == ("Error: Sign in", [Problem("Enter your name.")], "")
    assert SignIn(Form({"login": "mira"}), "").name == "mira"
    assert SignIn(Form(), "").name == ""
