from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from wallet.models.assets import Asset
from wallet.models.fields import WrittenAtField
from wallet.models.proposals import Proposal, is_said


class TreasuryLimitQuerySet(models.QuerySet["TreasuryLimit"]):
    def in_force(self) -> list[TreasuryLimit]:
        """The newest limit of each side of each asset, but for those that were lifted; by the asset's code."""
        newest = models.Subquery(
            TreasuryLimit.objects.filter(asset=models.OuterRef("asset"), side=models.OuterRef("side"))
            .order_by("-pk")
            .values("pk")[:1]
        )
        found = self.filter(pk=newest, stop_units__isnull=False).select_related("asset")
        return list(found.order_by("asset__code", "side"))

    def of(self, asset: Asset, side: str) -> TreasuryLimit | None:
        """The newest of that side, a lifted one too."""
        return self.filter(asset=asset, side=side).order_by("-pk").first()


class TreasuryLimit(models.Model):
    """How little or how much of an asset the house may have of its own: where it is warned of, and where quotes stop.

    Rows are added, never changed; the newest of an asset and side is in force. One without figures lifts the limit.
    """

    class Side(models.TextChoices):
        FLOOR = "floor", "floor: no less than"
        CEILING = "ceiling", "ceiling: no more than"

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)
    side = models.CharField(max_length=7, choices=Side)
    warn_units = models.BigIntegerField(null=True, editable=False)
    stop_units = models.BigIntegerField(null=True, editable=False)
    reason = models.CharField(max_length=200, help_text="Why, for the record.")
    proposal = models.OneToOneField(Proposal, null=True, editable=False, on_delete=models.PROTECT)
    created_at = WrittenAtField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, editable=False, on_delete=models.PROTECT)

    objects = TreasuryLimitQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("add", "view")
        indexes = [models.Index(fields=["asset", "side", "-id"], name="treasurylimit_newest")]
        constraints = [
            models.CheckConstraint(condition=is_said("reason"), name="treasurylimit_has_a_reason"),
            models.CheckConstraint(condition=Q(side__in=["floor", "ceiling"]), name="treasurylimit_side_is_known"),
            models.CheckConstraint(
                condition=Q(warn_units__isnull=True, stop_units__isnull=True)
                | Q(
                    warn_units__isnull=False,
                    stop_units__isnull=False,
                    side="floor",
                    stop_units__gte=0,
                    warn_units__gte=F("stop_units"),
                )
                | Q(
                    warn_units__isnull=False,
                    stop_units__isnull=False,
                    side="ceiling",
                    warn_units__gte=0,
                    stop_units__gte=F("warn_units"),
                ),
                name="treasurylimit_warns_before_it_stops",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asset} {self.side}"

    def warns(self, units: int) -> bool:
        """Of what the house has of its own, in units."""
        return self._is_beyond(units, self.warn_units)

    def stops(self, units: int) -> bool:
        return self._is_beyond(units, self.stop_units)

    def _is_beyond(self, units: int, bound: int | None) -> bool:
        if bound is None:
            return False
        return units < bound if self.side == self.Side.FLOOR else units > bound
