from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from wallet import refusals

DAY, YEAR = 86_400, 366 * 86_400
UP_TO_A_DAY = [MinValueValidator(1), MaxValueValidator(DAY)]


class PolicyQuerySet(models.QuerySet["Policy"]):
    def current(self) -> Policy:
        return self.order_by("-pk")[:1].get()


class Policy(models.Model):
    """One version of the figures that the rules are judged by. Versions are added, never changed."""

    dust_limit_btc = models.DecimalField(
        "dust limit (BTC)", max_digits=12, decimal_places=8, validators=[MinValueValidator(Decimal("0.00000001"))]
    )
    interval_seconds = models.PositiveIntegerField(
        "time between conversions (seconds)", validators=[MaxValueValidator(YEAR)]
    )
    tolerance_percent = models.DecimalField(
        "price tolerance (%)", max_digits=6, decimal_places=3, validators=[MinValueValidator(Decimal("0.001"))]
    )
    charge_percent = models.DecimalField(
        "service charge (%)",
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    quote_seconds = models.PositiveIntegerField("quote lifetime (seconds)", validators=UP_TO_A_DAY)
    price_age_seconds = models.PositiveIntegerField("greatest price age (seconds)", validators=UP_TO_A_DAY)
    longest_wait_seconds = models.PositiveIntegerField(
        "longest wait from Confirm to settlement (seconds)", validators=UP_TO_A_DAY
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.PROTECT
    )
    reason = models.CharField(max_length=200, help_text="Why this version exists, for the record.")

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "policy versions"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    dust_limit_btc__gt=Decimal(0),
                    dust_limit_btc__lt=Decimal(10_000),
                    tolerance_percent__gt=Decimal(0),
                    tolerance_percent__lt=Decimal(1000),
                    charge_percent__gte=Decimal(0),
                    charge_percent__lte=Decimal(100),
                    interval_seconds__lte=YEAR,
                    quote_seconds__range=(1, DAY),
                    price_age_seconds__range=(1, DAY),
                    longest_wait_seconds__range=(1, DAY),
                ),
                name="policy_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"Version {self.pk}"

    @property
    def interval(self) -> timedelta:
        return timedelta(seconds=self.interval_seconds)

    @property
    def quote_lifetime(self) -> timedelta:
        return timedelta(seconds=self.quote_seconds)

    @property
    def price_age(self) -> timedelta:
        return timedelta(seconds=self.price_age_seconds)

    @property
    def longest_wait(self) -> timedelta:
        return timedelta(seconds=self.longest_wait_seconds)

    # The figures as the site's sentences say them.

    @property
    def limit_text(self) -> str:
        return refusals.plain(self.dust_limit_btc)

    @property
    def interval_text(self) -> str:
        return refusals.duration(self.interval_seconds)

    @property
    def tolerance_text(self) -> str:
        return refusals.plain(self.tolerance_percent)

    @property
    def charge_text(self) -> str:
        return f"{refusals.plain(self.charge_percent)}%" if self.charge_percent else "None"


class OpeningQuerySet(models.QuerySet["Opening"]):
    def current(self) -> Opening:
        """The newest record; a site without one is open."""
        return self.order_by("-pk").first() or Opening(is_open=True, notice="")


class Opening(models.Model):
    """A record that conversions were opened or closed, with the notice that customers read."""

    is_open = models.BooleanField("conversions are open")
    notice = models.CharField(
        max_length=300, blank=True, help_text="Customers read this. Say from when they can convert again."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.PROTECT
    )

    objects = OpeningQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "opening or closing"
        verbose_name_plural = "openings and closings"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_open=True) | ~models.Q(notice=""),
                name="opening_closed_with_notice",
                violation_error_message="Write the notice that customers read while conversions are closed.",
            )
        ]

    def __str__(self) -> str:
        return "Open" if self.is_open else f"Closed: {self.notice}"
