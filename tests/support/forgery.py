"""A settlement written by hand, past the verbs, for attacks to change."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F

from tests.support.attacks import house
from tests.support.factories import World
from wallet.models import Account, Asset, Conversion, Entry, Line, Transaction

# (whose, which asset) → units.
Moves = dict[tuple[str, str], int]


class Forgery:
    """A conversion's settlement, written by hand as it has to be, for attacks to change."""

    def __init__(self, world: World) -> None:
        self.conversion = world.confirmed("DOGE", "ETH")
        self.user, self.at = world.user, world.clock()
        self.lines = list(self.conversion.lines.select_related("asset"))

    def settle_lines(self) -> None:
        """The quote's own prices and figures."""
        for line in self.lines:
            Line.objects.filter(pk=line.pk).update(
                settled_rate_btc=F("quoted_rate_btc"),
                settled_path=F("quoted_path"),
                settled_observed_at=self.at,
                **{
                    name: getattr(line, f"quoted_{name}")
                    for name in ("gross_units", "fee_units", "net_units", "value_sats")
                },
            )

    def moves(self) -> Moves:
        """What each account has to get: (kind, asset) → units."""
        total = self.conversion.quoted_net_units
        moves = {("customer", line.asset.code): -line.units for line in self.lines} | {("customer", "BNB"): total}
        return moves | {("treasury", code): -units for (_, code), units in moves.items()}

    def post(
        self,
        moves: Moves | None = None,
        *,
        kind: str = "conversion",
        reference: str = "",
        user: User | None = None,
        at: datetime | None = None,
    ) -> Transaction:
        """Writes the entries, the balances and their transaction."""
        record = Transaction(kind=kind, reference=reference or self.conversion.reference, posted_at=at or self.at)
        for (owner, code), units in (moves or self.moves()).items():
            if owner != "customer":
                Entry.objects.create(transaction=record, account=house(owner, code), units=units)
                continue
            asset = Asset.objects.get(code=code)
            Account.objects.ensure_customers([(user or self.user).pk], asset.pk)
            mine = Account.objects.get(user=user or self.user, asset=asset)
            balance, number = (mine.units or 0) + units, (mine.sequence or 0) + 1
            Entry.objects.create(transaction=record, account=mine, units=units, balance_units=balance, sequence=number)
            Account.objects.filter(pk=mine.pk).update(units=balance, sequence=number)
        record.save(force_insert=True)
        return record

    def complete(self, record: Transaction, **changes: Any) -> None:
        quoted = self.conversion
        values = {
            "status": "completed",
            "finished_at": self.at,
            "next_attempt_at": None,
            "transaction": record,
            "settled_rate_btc": quoted.quoted_rate_btc,
            "settled_path": quoted.quoted_path,
            "settled_observed_at": self.at,
            "gross_units": quoted.quoted_gross_units,
            "fee_units": quoted.quoted_fee_units,
            "net_units": quoted.quoted_net_units,
            "value_sats": quoted.quoted_value_sats,
        }
        Conversion.objects.filter(pk=quoted.pk).update(**values | changes)
