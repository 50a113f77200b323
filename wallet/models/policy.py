from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from wallet import money
from wallet.models.fields import WrittenAtField

DAY, YEAR = 86_400, 366 * 86_400
UP_TO_A_DAY = [MinValueValidator(1), MaxValueValidator(DAY)]


class PolicyQuerySet(models.QuerySet["Policy"]):
    def current(self) -> Policy:
        return self.order_by("-pk")[:1].get()

    def interval(self) -> timedelta:
        """R7: the time between conversions is the newest version's, whatever version a conversion is judged by."""
        return timedelta(seconds=self.order_by("-pk").values_list("interval_seconds", flat=True)[:1].get())

    def second_factor(self) -> Policy.SecondFactor:
        """What customers are asked for now; the newest version's too, because it guards accounts and judges nothing."""
        return Policy.SecondFactor(self.order_by("-pk").values_list("second_factor", flat=True)[:1].get())


class Policy(models.Model):
    """One version of the figures that the rules are judged by. Versions are added, never changed."""

    class Side(models.TextChoices):
        """M2: what a market would pay and take now, or also what somebody last paid there."""

        BOOK = "book", "what the book bids and asks"
        LAST = "last", "the last price too, where there is no book"

    class SecondFactor(models.TextChoices):
        """What customers are asked for beyond their password: a code or a passkey, not older than five minutes."""

        NONE = "none", "only where they set one up: at sign-in"
        CONFIRM = "confirm", "needed for Confirm"
        ALWAYS = "always", "needed to use the wallet, and for Confirm"

    dust_limit_btc = models.DecimalField(
        "dust limit (BTC)", max_digits=12, decimal_places=8, validators=[MinValueValidator(Decimal("0.00000001"))]
    )
    interval_seconds = models.PositiveIntegerField(
        "time between conversions (seconds)", validators=[MaxValueValidator(YEAR)]
    )
    tolerance_percent = models.DecimalField(
        "price tolerance (%)", max_digits=6, decimal_places=3, validators=[MinValueValidator(Decimal("0.001"))]
    )
    fee_percent = models.DecimalField(
        "service fee (%)",
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )
    quote_seconds = models.PositiveIntegerField("quote lifetime (seconds)", validators=UP_TO_A_DAY)
    price_age_seconds = models.PositiveIntegerField("greatest price age (seconds)", validators=UP_TO_A_DAY)
    longest_wait_seconds = models.PositiveIntegerField(
        "longest wait from Confirm to settlement (seconds)", validators=UP_TO_A_DAY
    )
    price_side = models.CharField(
        "prices are",
        max_length=4,
        choices=Side,
        default=Side.BOOK,
        blank=True,
        help_text="The last price counts only at an exchange that shows no book at all, and only of a trade minutes ago.",
    )
    second_factor = models.CharField(
        "customers’ second factor",
        max_length=7,
        choices=SecondFactor,
        default=SecondFactor.NONE,
        blank=True,
        help_text="The newest version counts, for every conversion. Customers without one are led to set it up.",
    )
    # Fifteen digits: as many as SQLite keeps exactly.
    breaker_bnb = models.DecimalField(
        "most BNB paid in 10 minutes",
        max_digits=15,
        decimal_places=8,
        default=Decimal(1000),
        blank=True,
        validators=[MinValueValidator(Decimal("0.00000001"))],
        help_text="What would be paid beyond it is stopped, and conversions are closed until somebody opens them.",
    )
    created_at = WrittenAtField()
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
                    fee_percent__gte=Decimal(0),
                    fee_percent__lte=Decimal(100),
                    interval_seconds__lte=YEAR,
                    quote_seconds__range=(1, DAY),
                    price_age_seconds__range=(1, DAY),
                    longest_wait_seconds__range=(1, DAY),
                    price_side__in=["book", "last"],
                    breaker_bnb__gt=Decimal(0),
                    breaker_bnb__lt=Decimal(10_000_000),
                ),
                name="policy_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(second_factor__in=["none", "confirm", "always"]),
                name="policy_second_factor_is_known",
            ),
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

    @property
    def breaker_units(self) -> int:
        """M10: the most that conversions may pay within the breaker's window, in BNB units."""
        return int(money.EXACT.scaleb(self.breaker_bnb, money.BNB_SCALE))
