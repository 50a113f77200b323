"""What settings say of proposals: how long they wait, and the bounds of a policy's figures, which POLICY_BOUNDS alone widens.

A bound is what no operator can have meant, not what is wise: a limit a thousand times too high, no wait at all.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_PLAIN = re.compile(r"[0-9]{1,8}(\.[0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the greatest that a figure may be, both of them allowed."""

    least: Decimal
    most: Decimal

    def problem(self, name: str, figure: Decimal) -> str:
        """Why the figure is refused, or nothing."""
        if self.least <= figure <= self.most:
            return ""
        side, bound = ("below", self.least) if figure < self.least else ("above", self.most)
        return (
            f"{name[:1].upper()}{name[1:]}: {figure.normalize():f} is {side} the bound of {bound.normalize():f}."
            " Only the setting POLICY_BOUNDS can widen it."
        )


def between(least: str, most: str) -> Bounds:
    return Bounds(Decimal(least), Decimal(most))


BOUNDS = {
    "dust_limit_btc": between("0.0001", "0.01"),
    "interval_seconds": between("3600", "604800"),
    "tolerance_percent": between("0.5", "20"),
    "fee_percent": between("0", "5"),
    "quote_seconds": between("10", "300"),
    "price_age_seconds": between("10", "600"),
    "longest_wait_seconds": between("30", "1800"),
    "breaker_bnb": between("1", "10000"),
}


def lifetime() -> timedelta:
    """How long a proposal waits for a decision. Raises ImproperlyConfigured for no length from an hour to thirty days."""
    if not 1 <= settings.PROPOSAL_HOURS <= 720:
        raise ImproperlyConfigured("PROPOSAL_HOURS must be from 1 to 720.")
    return timedelta(hours=settings.PROPOSAL_HOURS)


def configured() -> dict[str, Bounds]:
    """The bounds in force. Raises ImproperlyConfigured for a figure that there is not, or what is no least and most."""
    found = dict(BOUNDS)
    for name, text in settings.POLICY_BOUNDS.items():
        if name not in BOUNDS:
            raise ImproperlyConfigured(f"POLICY_BOUNDS has no figure “{name}”; there are {', '.join(BOUNDS)}.")
        least, _, most = text.partition(":")
        if not (_PLAIN.fullmatch(least) and _PLAIN.fullmatch(most)) or Decimal(least) > Decimal(most):
            raise ImproperlyConfigured(f"POLICY_BOUNDS: “{text}” is no least and most, like 0.0001:0.01 ({name}).")
        found[name] = between(least, most)
    return found
