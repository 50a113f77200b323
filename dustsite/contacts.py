"""Whom to write to, as the operator names them: of a weakness, and for customers who want help."""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

_LINK = re.compile(r"""mailto:[^\s@"<>]+@[^\s@"<>]+|https://[\w.-]+(:\d+)?([/?#][^\s"<>]*)?""")


def configured(env: environ.Env) -> tuple[str, str]:
    """Both addresses, empty where there is none. Raises ImproperlyConfigured for what a link should not lead to."""
    security, support = env.str("SECURITY_CONTACT", default=""), env.str("SUPPORT_CONTACT", default="")
    for name, address in {"SECURITY_CONTACT": security, "SUPPORT_CONTACT": support}.items():
        if address and not _LINK.fullmatch(address):
            raise ImproperlyConfigured(f"{name} must be like mailto:help@example.com or https://example.com/help.")
    return security, support
