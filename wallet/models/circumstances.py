from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules of a conversion ask beyond its own rows.

    The moment by the database's clock; the customer's last completed conversion and the interval in force (R7); the
    customer's balances in units, by asset id (R1, R4), which a quote has in its lines; and by asset id why an asset has no
    price, where that is known. A verb fills it in once it holds the locks.
    """

    at: datetime
    last_converted_at: datetime | None
    interval: timedelta
    balances: Mapping[int, int] = field(default_factory=dict)
    told: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def balance(self, asset_id: int) -> int:
        """The customer's balance of the asset in units; 0 without an account."""
        return self.balances.get(asset_id, 0)
