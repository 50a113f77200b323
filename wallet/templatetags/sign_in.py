"""Page objects for the account pages, whose views are allauth's."""

from django import template
from django.forms import Form

from wallet.pages.sign_in import SignIn

register = template.Library()


@register.simple_tag
def sign_in(form: Form, goes_on_to: str | None, ended: str | None = "") -> SignIn:
    return SignIn(form, goes_on_to or "", ended or "")
