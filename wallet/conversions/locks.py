"""The one lock order: customer → conversion → the customer's accounts by id. Whatever changes a conversion keeps it."""

from dataclasses import dataclass

from wallet.models import Conversion, Customer, Line


@dataclass(frozen=True, slots=True)
class Locked:
    """A conversion and its customer, both locked until the transaction ends; each was read once, with the lock."""

    customer: Customer
    conversion: Conversion


def lock(reference: str) -> Locked:
    """Locks the customer, then the conversion, with its policy and its user. There is a conversion of that reference."""
    customers = Customer.objects.filter(user__conversion__reference=reference)
    customer = customers.select_for_update(no_key=True, of=("self",)).get()
    rows = Conversion.objects.select_for_update(no_key=True, of=("self",)).select_related("policy", "user")
    return Locked(customer, rows.get(reference=reference))


def lines_of(conversion: Conversion) -> list[Line]:
    """The lines with their assets, by asset code, each knowing this very conversion. Its lock holds them too."""
    lines = list(Line.objects.filter(conversion=conversion).select_related("asset").order_by("asset__code"))
    for line in lines:
        line.conversion = conversion
    return lines
