from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from wallet import money
from wallet.database import clock
from wallet.models.fields import WrittenAtField
from wallet.models.proposals import Proposal, is_said

DAY, YEAR = 86_400, 366 * 86_400
UP_TO_A_DAY = [MinValueValidator(1), MaxValueValidator(DAY)]


# The same as PolicyQuerySet.standing and .in_effect, for a statement that is written out.
IN_EFFECT = """(policy.effective_from IS NULL OR policy.effective_from <= %(at)s)
AND NOT EXISTS (SELECT 1 FROM wallet_policywithdrawal w WHERE w.policy_id = policy.id)"""


class PolicyQuerySet(models.QuerySet["Policy"]):
    """Which version is in force: the newest one whose time has come and that nobody withdrew before.

    Whatever is judged at a moment asks `in_effect` with it, the time between conversions (R7) too, whatever version the
    conversion itself was quoted by; and the second factor, which guards accounts and judges nothing.
    """

    def standing(self) -> PolicyQuerySet:
        """Those that are in force, or were, or will be."""
        return self.filter(withdrawal=None)

    def in_effect(self, at: datetime) -> Policy:
        """The version in force at that moment. The first has no time of effect, so there is one."""
        begun = models.Q(effective_from=None) | models.Q(effective_from__lte=at)
        return self.standing().filter(begun).order_by("-pk")[:1].get()

    def began_at(self) -> datetime:
        """When the first version was written: the site's beginning."""
        return self.order_by("pk").values_list("created_at", flat=True)[:1].get()

    def current(self) -> Policy:
        """The version in force now, for whoever has read no clock."""
        return self.in_effect(clock.now())

    def pending(self, at: datetime) -> PolicyQuerySet:
        """Those that will take effect after that moment, in their order."""
        return self.standing().filter(effective_from__gt=at).order_by("pk")

    def newest(self) -> Policy:
        """The version that will be in force once all have taken effect: what the next one is made from."""
        return self.standing().order_by("-pk")[:1].get()


class Policy(models.Model):
    """One version of the figures that the rules are judged by. Versions are added, never changed.

    It takes effect at its stated moment, or as soon as it is written down where it has none. What operators propose has one.
    """

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
        help_text="The version in force counts, for every conversion. Customers without one are led to set it up.",
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
    effective_from = models.DateTimeField(
        "takes effect (UTC)", null=True, blank=True, help_text="Empty: as soon as it was written down."
    )
    proposal = models.OneToOneField(Proposal, null=True, blank=True, editable=False, on_delete=models.PROTECT)
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
            models.CheckConstraint(
                condition=models.Q(effective_from__isnull=True) | models.Q(effective_from__gt=models.F("created_at")),
                name="policy_takes_effect_later",
            ),
            models.CheckConstraint(
                condition=models.Q(proposal__isnull=True) | models.Q(effective_from__isnull=False),
                name="policy_proposed_has_its_time",
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


class PolicyWithdrawal(models.Model):
    """That a version never takes effect. Written once, before its time, by one person: nothing is judged otherwise for it."""

    policy = models.OneToOneField(Policy, on_delete=models.PROTECT, editable=False, related_name="withdrawal")
    reason = models.CharField(max_length=200, help_text="Why it must not take effect, for the record.")
    created_at = WrittenAtField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=is_said("reason"), name="policy_withdrawal_has_a_reason")]

    def __str__(self) -> str:
        return f"Version {self.policy_id}, withdrawn"
