"""Setting the treasury's limits: what makes one tighter takes effect at once, what makes it looser needs two people (P20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from wallet import money, staff_log, validators
from wallet.models import Asset, Proposal, TreasuryLimit

Side = TreasuryLimit.Side
FIELDS = ("asset", "side", "warn", "stop")


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as it is to be, in the asset's units; without figures there is none."""

    asset: Asset
    side: str
    warn: int | None
    stop: int | None

    @property
    def words(self) -> str:
        """Like: warns at 50, stops at 20."""
        return said(self.asset, self.warn, self.stop)

    def loosens(self, old: TreasuryLimit | None) -> bool:
        """Whether anything that is warned of or stopped now would be no longer."""
        if old is None or old.stop_units is None or old.warn_units is None:
            return False
        if self.stop is None or self.warn is None:
            return True
        if self.side == Side.FLOOR:
            return self.stop < old.stop_units or self.warn < old.warn_units
        return self.stop > old.stop_units or self.warn > old.warn_units


def said(asset: Asset, warn: int | None, stop: int | None) -> str:
    if warn is None or stop is None:
        return "none"
    amounts = [f"{money.to_decimal(units, asset.scale).normalize():f}" for units in (warn, stop)]
    return f"warns at {amounts[0]}, stops at {amounts[1]} {asset.code}"


def read(fields: Mapping[str, str]) -> Limit:
    """The limit that texts describe. Raises ValidationError with a sentence for each field that is wrong."""
    wrong: dict[str, str] = {}
    asset = Asset.objects.filter(code=fields.get("asset", "")).first()
    side = fields.get("side", "")
    if asset is None:
        wrong["asset"] = "There is no such asset."
    if side not in Side.values:
        wrong["side"] = "Choose one of those that there are."
    if asset is not None and side == Side.FLOOR and asset.code != validators.BNB:
        wrong["side"] = "Only BNB has a floor: it is what customers are paid in."
    units: dict[str, int | None] = {}
    for name in ("warn", "stop"):
        try:
            units[name] = money.to_units(fields[name], asset.scale) if asset and fields.get(name) else None
        except money.AmountError as error:
            wrong[name] = str(error)
    if wrong or asset is None:
        raise ValidationError(wrong)
    warn, stop = units["warn"], units["stop"]
    if (warn is None) != (stop is None):
        raise ValidationError({"stop": "Give both figures, or none to lift the limit."})
    if warn is not None and stop is not None and (warn < stop if side == Side.FLOOR else warn > stop):
        raise ValidationError({"warn": "It has to be warned of before it stops."})
    return Limit(asset, side, warn, stop)


def require_tighter(limit: Limit) -> None:
    """Within a transaction: nobody else sets a limit of the asset until it ends.

    Raises ValidationError where it would be looser, which is proposed, or nothing would change.
    """
    Proposal.objects.take_turns(Proposal.Kind.LIMIT)
    Asset.objects.select_for_update(no_key=True).get(pk=limit.asset.pk)
    require_change(limit)
    if limit.loosens(TreasuryLimit.objects.of(limit.asset, limit.side)):
        raise ValidationError("This makes the limit looser, which another has to approve: propose it, under Proposals.")


def require_change(limit: Limit) -> None:
    """Raises ValidationError where that is the limit in force."""
    old = TreasuryLimit.objects.of(limit.asset, limit.side)
    if (limit.warn, limit.stop) == (old and old.warn_units, old and old.stop_units):
        raise ValidationError("Nothing changes: that is the limit in force.")


def write(*, by: User, limit: Limit, reason: str, proposal: Proposal) -> TreasuryLimit:
    """Writes a limit down that was approved, within the caller's transaction."""
    old = TreasuryLimit.objects.of(limit.asset, limit.side)
    before = {"warn": old.warn_units if old else None, "stop": old.stop_units if old else None}
    after = {"warn": limit.warn, "stop": limit.stop}
    made = TreasuryLimit.objects.create(
        asset=limit.asset,
        side=limit.side,
        warn_units=limit.warn,
        stop_units=limit.stop,
        reason=reason,
        proposal=proposal,
        created_by=by,
    )
    named: dict[str, Any] = {name: _said(limit.asset, units) for name, units in before.items()}
    staff_log.record(
        staff=by,
        action="treasury_limit",
        on=made,
        reason=made.reason,
        before=named,
        after={name: _said(limit.asset, units) for name, units in after.items()},
    )
    return made


def _said(asset: Asset, units: int | None) -> str:
    return "none" if units is None else f"{money.to_decimal(units, asset.scale):f}"
