"""The figures of the rules M1–M9: their names, their units, and what they are unless MARKET_LIMITS says otherwise."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_PLAIN = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


def percent(text: str) -> Decimal:
    return Decimal(text) / 100


def seconds(text: str) -> timedelta:
    return timedelta(milliseconds=int(Decimal(text) * 1000))


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares, which MARKET_LIMITS gives in percent, and lengths of time, which it gives in seconds.

    Core is BNB and BTC against USDT, and for spreads and jumps all hubs too.
    """

    clock: timedelta = timedelta(seconds=60)  # M1: how far the newest time of a round may be from ours
    last_trade: timedelta = timedelta(
        seconds=300
    )  # M2: how old a trade may be whose price counts, where there is no book
    core_spread: Decimal = Decimal("0.02")  # M4: of BNB and the hubs against each other
    spread: Decimal = Decimal("0.05")  # M4: of the rest
    core_agreement: Decimal = Decimal("0.02")  # M5, M9: how far apart the ways of BNB, and of BTC against USDT, may be
    agreement: Decimal = Decimal("0.05")  # M5, M6: those of the rest
    off_median: Decimal = Decimal("0.01")  # M5: how far from the median a path in use may be
    one_way_tick: Decimal = Decimal("0.01")  # M6: of the price, where no fallback is configured
    core_jump: Decimal = Decimal("0.05")  # M7: from the median of the last minutes, of BNB and the hubs
    jump: Decimal = Decimal("0.15")  # M7: of the rest
    jump_memory: timedelta = timedelta(seconds=300)  # M7: those minutes
    jump_confirmed: timedelta = timedelta(seconds=60)  # M7: after how long rounds that agree confirm a jump
    jump_gap: timedelta = timedelta(seconds=30)  # M7: how long after one another those rounds may be
    rows_lost: Decimal = Decimal("0.20")  # M8: how many fewer than in the last good round


def configured() -> Limits:
    """The figures in force. Raises ImproperlyConfigured for a name that there is not, or what is no plain number."""
    return Limits(**_figures(settings.MARKET_LIMITS))


def _figures(given: Mapping[str, str]) -> dict[str, Any]:
    kinds = {field.name: field.type for field in fields(Limits)}
    found: dict[str, Any] = {}
    for name, text in given.items():
        if name not in kinds:
            raise ImproperlyConfigured(f"MARKET_LIMITS has no figure “{name}”; there are {', '.join(kinds)}.")
        if not _PLAIN.fullmatch(text):
            raise ImproperlyConfigured(f"MARKET_LIMITS: “{text}” is no plain number ({name}).")
        found[name] = seconds(text) if kinds[name] is timedelta else percent(text)
    return found
