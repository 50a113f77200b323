from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models

from wallet import money, validators
from wallet.models.fields import rate_field, rate_is_usable
from wallet.models.proposals import is_said
from wallet.refusals import Refusal

# What conversions are reckoned in and paid in: both are always listed.
CORE = ("BTC", validators.BNB)


def utc_day(at: datetime) -> date:
    """The day of UTC: an asset that is delisted from a day on is so from its first moment in UTC."""
    return at.astimezone(UTC).date()


def not_delisted(at: datetime, prefix: str = "") -> models.Q:
    """The condition that an asset is listed at that moment; `prefix` leads to it."""
    to_come = models.Q(**{f"{prefix}delisted_on": None}) | models.Q(**{f"{prefix}delisted_on__gt": utc_day(at)})
    return to_come & models.Q(**{f"{prefix}status": Asset.Status.LISTED})


class AssetQuerySet(models.QuerySet["Asset"]):
    def bnb(self) -> Asset:
        return self.get(code=validators.BNB)


class Asset(models.Model):
    """A coin, token or fiat currency that customers can hold."""

    class Status(models.TextChoices):
        LISTED = validators.LISTED
        UNLISTED = validators.UNLISTED
        DELISTED = validators.DELISTED

    code = models.CharField(max_length=16, unique=True, validators=[validators.validate_asset_code])
    name = models.CharField(max_length=60, validators=[validators.validate_asset_name])
    status = models.CharField(max_length=10, choices=Status, default=Status.LISTED)
    scale = models.PositiveSmallIntegerField(
        default=8,
        validators=[MaxValueValidator(money.MAX_SCALE)],
        help_text="Decimal places kept. Lower it where the greatest supply would not fit. Fixed once the asset has entries.",
    )
    delisted_on = models.DateField(
        null=True, blank=True, help_text="A day of UTC. From then on it can't be converted, whatever the status says."
    )
    withdraw_until = models.DateField(null=True, blank=True)
    conversions_paused = models.BooleanField(default=False)
    pause_reason = models.CharField(
        max_length=200, blank=True, help_text="Customers read this sentence beside the asset while it is paused."
    )

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        permissions = [
            ("pause_asset", "Can pause conversions of assets"),
            ("resume_asset", "Can resume conversions of assets"),
            ("delist_asset", "Can delist and unlist assets"),
            ("list_asset", "Can list assets again"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(code__regex=validators.ASSET_CODE), name="asset_code_is_plain"),
            models.CheckConstraint(condition=models.Q(scale__lte=money.MAX_SCALE), name="asset_scale_in_range"),
            models.CheckConstraint(
                condition=~models.Q(code__in=["BTC", "BNB"]) | models.Q(scale=money.BTC_SCALE),
                name="asset_btc_and_bnb_keep_8_decimals",
                violation_error_message="BTC and BNB keep 8 decimal places.",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=[validators.LISTED, validators.UNLISTED, validators.DELISTED]),
                name="asset_status_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(conversions_paused=False) | is_said("pause_reason"),
                name="asset_pause_has_reason",
                violation_error_message="Say why conversions are paused: customers read it.",
            ),
            models.CheckConstraint(
                condition=~models.Q(code__in=["BTC", "BNB"])
                | models.Q(status=validators.LISTED, delisted_on__isnull=True),
                name="asset_btc_and_bnb_stay_listed",
                violation_error_message="BTC and BNB stay listed: conversions are made with them.",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        """Code and scale cannot change once amounts have been written down in them."""
        stored = Asset.objects.filter(pk=self.pk).first()
        if stored is None or (stored.scale, stored.code) == (self.scale, self.code):
            return
        if stored.code in CORE:
            raise ValidationError(f"{stored.code} keeps its code and its scale: conversions are made with it.")
        if self.account_set.filter(entry__isnull=False).exists():
            raise ValidationError("This asset has ledger entries, so its code and its scale can't change.")

    def is_delisted(self, at: datetime) -> bool:
        """By its status, or because its day has come."""
        is_due = self.delisted_on is not None and self.delisted_on <= utc_day(at)
        return self.status == self.Status.DELISTED or is_due

    def is_to_be_delisted(self, at: datetime) -> bool:
        """Whether a day to come is set for it."""
        return self.delisted_on is not None and not self.is_delisted(at)

    def refusal(self, at: datetime) -> Refusal | None:
        """R6 for this asset at that moment."""
        return validators.validate_listed(
            self.code, self.status, self.delisted_on, self.withdraw_until, today=utc_day(at)
        ) or validators.validate_not_paused(self.code, self.pause_reason if self.conversions_paused else None)


class PriceQuerySet(models.QuerySet["Price"]):
    def current_source(self) -> PriceQuerySet:
        """The prices of the configured source; another source's do not count."""
        return self.filter(source=source_name())

    def codes_since(self, oldest: datetime, codes: Iterable[str]) -> set[str]:
        """Which of these assets have a price of the current source that is no older, by their codes."""
        found = self.current_source().filter(asset__code__in=list(codes), observed_at__gte=oldest)
        return set(found.values_list("asset__code", flat=True))

    def of(self, asset_ids: Iterable[int], codes: Iterable[str] = ()) -> dict[str, Price]:
        """The current source's prices of these assets, of BNB, and of those with these codes, by the asset's code.

        Without the assets themselves: whoever asks has them already, and hundreds more would be felt.
        """
        wanted = models.Q(asset__in=list(asset_ids)) | models.Q(asset__code__in={validators.BNB, *codes})
        rows = self.current_source().filter(wanted).annotate(code=models.F("asset__code"))
        return {vars(price)["code"]: price for price in rows}


class Price(models.Model):
    """What one whole coin of an asset costs in BTC, and how that was found out. One row for each asset."""

    asset = models.OneToOneField(Asset, on_delete=models.PROTECT, primary_key=True)
    rate_btc = rate_field()
    path = models.CharField(max_length=60, help_text="The way through the market, like DOGE→USDT→BTC.")
    legs = models.JSONField(help_text="The market's own symbols and prices along the path.")
    source = models.CharField(max_length=40)
    observed_at = models.DateTimeField()

    objects = PriceQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=rate_is_usable("rate_btc"), name="price_is_usable")]

    def __str__(self) -> str:
        return f"{self.path} {self.rate_btc:f}"


def source_name() -> str:
    """The configured source's name as it is stored with each price."""
    return str(settings.PRICE_SOURCE if settings.PRICE_SOURCE == "demo" else settings.EXCHANGE_ID)
