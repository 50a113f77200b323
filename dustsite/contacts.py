"""How the operator's site is called, and whom to write to: of a weakness, and for customers who want help."""

import re

import environ
from django.core.exceptions import ImproperlyConfigured

from dustsite.branding import is_safe

_MAIL = re.compile(r"""mailto:[^\s@"<>]+@[^\s@"<>]+""")
LONGEST_NAME = 60


def name(env: environ.Env) -> str:
    """The site's name. Raises ImproperlyConfigured for one that has no letter, is too long, or is no single line."""
    found: str = env.str("SITE_NAME", default="Dustsite").strip()
    if not any(map(str.isalnum, found)) or len(found) > LONGEST_NAME or not found.isprintable():
        raise ImproperlyConfigured(f"SITE_NAME must be a name of {LONGEST_NAME} characters at the most, in one line.")
    return found


def configured(env: environ.Env) -> tuple[str, str]:
    """Both addresses, empty where there is none. Raises ImproperlyConfigured for what a link should not lead to."""
    security, support = env.str("SECURITY_CONTACT", default=""), env.str("SUPPORT_CONTACT", default="")
    for name, address in {"SECURITY_CONTACT": security, "SUPPORT_CONTACT": support}.items():
        is_page = address.startswith("https://") and is_safe(address)
        if address and not is_page and not _MAIL.fullmatch(address):
            raise ImproperlyConfigured(f"{name} must be like mailto:help@example.com or https://example.com/help.")
    return security, support
