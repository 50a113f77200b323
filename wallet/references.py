"""A conversion's public reference: what customers, operators and addresses call it by."""

import re
import secrets

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = "CV-[0-9A-Z]{4}-[0-9A-Z]{4}"


def new_reference() -> str:
    """A reference that reads like CV-7K2M-94QX. Eight letters that are hard to mix up: 40 random bits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"CV-{letters[:4]}-{letters[4:]}"


def is_reference(text: str) -> bool:
    return re.fullmatch(REFERENCE, text) is not None
