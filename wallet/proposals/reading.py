"""What operators write, read: each function gives what a text means, or raises ValidationError with a sentence."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from wallet import money
from wallet.models import Asset

REFERENCE = 80
Read = TypeVar("Read")


def field(name: str, read: Callable[[], Read]) -> Read:
    """What one field reads as; what is wrong is said of it."""
    try:
        return read()
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from None


def fields(reads: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """What each field reads as. Raises ValidationError with the sentences of each that is wrong."""
    whole: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for name, read in reads.items():
        try:
            whole[name] = read()
        except ValidationError as error:
            wrong[name] = list(error.messages)
    if wrong:
        raise ValidationError(wrong)
    return whole


def customer(name: str, found: User | None, *, active: bool = True) -> User:
    """Who was found by this name: somebody, no staff, and (where it matters) an account that is active."""
    if found is None:
        raise ValidationError(f"There is no user “{name[:60]}”.")
    if found.is_staff:
        raise ValidationError(f"{found} is staff, and staff hold no balances.")
    if active and not found.is_active:
        raise ValidationError(f"{found} is not active.")
    return found


def find_customer(name: str, *, active: bool = True) -> User:
    found = User.objects.filter(username=name).first() if name and "\0" not in name else None
    return customer(name, found, active=active)


def asset(code: str, found: Asset | None, *, is_given: bool) -> Asset:
    """What was found by this code: an asset, and none that is delisted where a customer would get some of it."""
    if found is None:
        raise ValidationError(f"There is no asset “{code[:60]}”.")
    if is_given and found.status == Asset.Status.DELISTED:
        raise ValidationError(f"{found} is delisted: nobody gets any of it.")
    return found


def find_asset(code: str, *, is_given: bool) -> Asset:
    found = Asset.objects.filter(code=code).first() if code and "\0" not in code else None
    return asset(code, found, is_given=is_given)


def amount(text: str, asset: Asset) -> int:
    """In units, more than zero."""
    try:
        units = money.to_units(text, asset.scale)
    except money.AmountError as error:
        raise ValidationError(str(error)) from None
    if not units:
        raise ValidationError("An amount is more than zero.")
    return units


def reference(text: str) -> str:
    """As it is kept: of 1 to 80 characters, none of which is unseen."""
    stripped = text.strip()
    if not 1 <= len(stripped) <= REFERENCE or not stripped.isprintable():
        raise ValidationError(f"A reference has 1 to {REFERENCE} characters that can be printed.")
    return stripped
