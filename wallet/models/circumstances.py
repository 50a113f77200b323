from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wallet.models.customers import Customer
from wallet.models.ledger import Account
from wallet.models.policy import Policy

if TYPE_CHECKING:
    from wallet.models.conversions import Conversion


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules of a conversion ask beyond its own rows.

    The moment by the database's clock; the customer's last completed conversion and the interval in force (R7); the
    customer's balances in units, by asset id (R1, R4). A verb fills it in once it holds the locks.
    """

    at: datetime
    last_converted_at: datetime | None
    interval: timedelta
    balances: Mapping[int, int]

    def balance(self, asset_id: int) -> int:
        """The customer's balance of the asset in units; 0 without an account."""
        return self.balances.get(asset_id, 0)

    @classmethod
    def stored(cls, conversion: Conversion) -> Circumstances:
        """What is stored now, for whoever validates a row outside a verb. Holds no lock, so it settles nothing."""
        customer = Customer.objects.filter(user=conversion.user_id).first()
        accounts = Account.objects.customers().filter(user=conversion.user_id)
        return cls(
            at=conversion.finished_at or conversion.confirmed_at or conversion.quoted_at,
            last_converted_at=customer.last_converted_at if customer else None,
            interval=Policy.objects.interval(),
            balances={asset: units or 0 for asset, units in accounts.values_list("asset", "units")},
        )
