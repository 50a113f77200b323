"""What customers hold of assets, added up by the database in numbers that it can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Sum

# Sums are made of two halves, since the sum of many customers' units may pass 64 bits.
HALF = 2**30


@dataclass(frozen=True, slots=True)
class Held:
    """Of one asset: how many customers hold it, and how much together, in its units."""

    customers: int = 0
    units: int = 0


def held_by_asset(accounts: models.QuerySet[Any], asset_ids: Iterable[int]) -> dict[int, Held]:
    """Of customers' accounts, by asset; without those that hold nothing."""
    rows = (
        accounts.filter(asset__in=list(asset_ids), units__gt=0)
        .values("asset_id")
        .annotate(customers=Count("pk"), high=Sum(F("units") / HALF), low=Sum(F("units") % HALF))
        .order_by()
    )
    return {row["asset_id"]: Held(row["customers"], int(row["high"]) * HALF + int(row["low"])) for row in rows}
