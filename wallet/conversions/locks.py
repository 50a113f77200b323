"""The one lock order: customers → conversions → the customers' accounts, each by id. What changes a conversion keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass

from wallet.models import Asset, Conversion, Customer, Line


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversion and its customer, both locked until the transaction ends; each was read once, with the lock."""

    customer: Customer
    conversion: Conversion


def lock(reference: str) -> Locked:
    """Locks the customer, then the conversion, with its policy. Raises DoesNotExist: as a quote it may just have gone."""
    for locked in lock_together([reference], waits=True):
        return locked
    raise Conversion.DoesNotExist


def lock_together(references: Sequence[str], *, waits: bool) -> list[Locked]:
    """Locks the customers of these conversions, then the conversions, with their policies.

    Unless it waits, customers whom somebody else holds are left out, and their conversions with them.
    """
    held = Customer.objects.filter(user__conversion__reference__in=references).order_by("pk")
    held = held.select_for_update(no_key=True, skip_locked=not waits, of=("self",))
    customers = {customer.pk: customer for customer in held}
    rows = Conversion.objects.filter(reference__in=references, user__in=list(customers)).order_by("pk")
    locked = rows.select_related("policy").select_for_update(no_key=True, of=("self",))
    return [Locked(customers[conversion.user_id], conversion) for conversion in locked]


def lines_of(conversions: Sequence[Conversion]) -> dict[int, list[Line]]:
    """The lines of each with their assets, by asset code, each knowing this very conversion. Its lock holds them too."""
    owners = {conversion.pk: conversion for conversion in conversions}
    lines = list(Line.objects.filter(conversion__in=list(owners)).order_by())
    assets = Asset.objects.in_bulk({line.asset_id for line in lines})  # many lines, few assets
    found: dict[int, list[Line]] = {pk: [] for pk in owners}
    for line in lines:
        line.conversion, line.asset = owners[line.conversion_id], assets[line.asset_id]
        found[line.conversion_id].append(line)
    return {pk: sorted(some, key=lambda line: line.asset.code) for pk, some in found.items()}
