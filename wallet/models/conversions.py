from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wallet import formats, money, refusals, validators
from wallet.models.assets import Asset, Price, source_name
from wallet.models.fields import rate_field, rate_is_usable
from wallet.models.ledger import Transaction
from wallet.models.policy import Policy
from wallet.refusals import Refusal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LINES_AT_ONCE = 1_000  # SQLite takes 32,766 values in a statement
REFERENCE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE = "CV-[0-9A-Z]{4}-[0-9A-Z]{4}"


def new_reference() -> str:
    """A public reference that reads like CV-7K2M-94QX. Eight letters that are hard to mix up: 40 random bits."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8))
    return f"CV-{letters[:4]}-{letters[4:]}"


def is_reference(text: str) -> bool:
    return re.fullmatch(REFERENCE, text) is not None


def change_between(
    quoted_path: str,
    quoted_legs: list[dict[str, str]],
    settled_path: str,
    settled_legs: list[dict[str, str]] | None,
) -> Fraction | None:
    """By which fraction a rate changed between two sets of the market's prices; None where they cannot be compared."""
    if settled_legs is None or settled_path != quoted_path:
        return None
    return money.change(money.exact_rate(quoted_legs), money.exact_rate(settled_legs))


class Priced(models.Model):
    """A price and the figures that follow from it, as quoted and as settled.

    A line holds its asset's price and its own figures; a conversion holds BNB's price and the sums of its lines.
    """

    quoted_rate_btc = rate_field()
    quoted_path = models.CharField(max_length=60)
    quoted_legs = models.JSONField()
    quoted_source = models.CharField(max_length=40)
    quoted_observed_at = models.DateTimeField()
    quoted_gross_units = models.BigIntegerField()
    quoted_fee_units = models.BigIntegerField()
    quoted_net_units = models.BigIntegerField()
    quoted_value_sats = models.BigIntegerField()

    settled_rate_btc = rate_field(null=True, blank=True)
    settled_path = models.CharField(max_length=60, blank=True)
    settled_legs = models.JSONField(null=True, blank=True)
    settled_source = models.CharField(max_length=40, blank=True)
    settled_observed_at = models.DateTimeField(null=True, blank=True)
    gross_units = models.BigIntegerField(null=True, blank=True)
    fee_units = models.BigIntegerField(null=True, blank=True)
    net_units = models.BigIntegerField(null=True, blank=True)
    value_sats = models.BigIntegerField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=rate_is_usable("quoted_rate_btc"), name="%(class)s_quoted_rate_is_usable"),
            models.CheckConstraint(
                condition=Q(settled_rate_btc__isnull=True) | rate_is_usable("settled_rate_btc"),
                name="%(class)s_settled_rate_is_usable",
            ),
            models.CheckConstraint(
                condition=Q(
                    quoted_net_units=F("quoted_gross_units") - F("quoted_fee_units"),
                    quoted_net_units__gte=1,
                    quoted_fee_units__gte=0,
                    quoted_value_sats__gte=0,
                ),
                name="%(class)s_quoted_figures_add_up",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        gross_units__isnull=True,
                        fee_units__isnull=True,
                        net_units__isnull=True,
                        value_sats__isnull=True,
                    )
                    | Q(
                        # Said outright: a comparison with NULL would pass.
                        gross_units__isnull=False,
                        fee_units__isnull=False,
                        net_units__isnull=False,
                        value_sats__isnull=False,
                        net_units=F("gross_units") - F("fee_units"),
                        net_units__gte=1,
                        fee_units__gte=0,
                        value_sats__gte=0,
                    )
                ),
                name="%(class)s_figures_add_up",
            ),
        ]

    @property
    def change(self) -> Fraction | None:
        """R9: by which fraction the rate changed from the quote to the settlement, by the market's own prices.

        None where the two cannot be compared: without a settlement price, or when it came by another path.
        """
        return change_between(self.quoted_path, self.quoted_legs, self.settled_path, self.settled_legs)

    @property
    def change_text(self) -> str:
        """The change in percent with its sign, or that there is none to speak of."""
        return str(_("Not compared")) if self.change is None else formats.change(money.cut_percent(self.change))

    def set_quoted_price(self, price: Price) -> None:
        self.quoted_rate_btc = price.rate_btc
        self.quoted_path = price.path
        self.quoted_legs = price.legs
        self.quoted_source = price.source
        self.quoted_observed_at = price.observed_at

    def set_quoted_figures(self, figures: money.Figures) -> None:
        self.quoted_gross_units, self.quoted_fee_units = figures.gross, figures.fee
        self.quoted_net_units, self.quoted_value_sats = figures.net, figures.value

    def set_settled_price(self, price: Price) -> None:
        self.settled_rate_btc = price.rate_btc
        self.settled_path = price.path
        self.settled_legs = price.legs
        self.settled_source = price.source
        self.settled_observed_at = price.observed_at

    def validate_change(self, code: str, tolerance_percent: Decimal) -> None:
        assert self.settled_legs is not None
        quoted, settled = money.exact_rate(self.quoted_legs), money.exact_rate(self.settled_legs)
        validators.validate_change(code, quoted, settled, tolerance_percent)

    def set_figures(self, figures: money.Figures) -> None:
        self.gross_units, self.fee_units, self.net_units, self.value_sats = figures


class ConversionQuerySet(models.QuerySet["Conversion"]):
    def of(self, user: User) -> ConversionQuerySet:
        return self.filter(user=user)

    def history(self) -> ConversionQuerySet:
        """R5: every attempt that was confirmed, newest first."""
        return self.exclude(status=Conversion.Status.QUOTED).order_by("-pk")

    def matching(
        self, *, status: str = "", since: datetime | None = None, until: datetime | None = None, asset: str = ""
    ) -> ConversionQuerySet:
        """Those with this status, dated in [since, until), in which this asset was given up; what is left out is any."""
        dated = Coalesce("finished_at", "confirmed_at")
        rows = self.filter(status=status) if status else self
        rows = rows.alias(dated=dated).filter(dated__gte=since) if since else rows
        rows = rows.alias(dated=dated).filter(dated__lt=until) if until else rows
        return rows.filter(Exists(Line.objects.filter(conversion=OuterRef("pk"), asset__code=asset))) if asset else rows

    def before(self, pk: int) -> ConversionQuerySet:
        return self.filter(pk__lt=pk)

    def after(self, pk: int) -> ConversionQuerySet:
        """Those newer than that one, from it on."""
        return self.filter(pk__gt=pk).order_by("pk")

    def with_assets(self) -> ConversionQuerySet:
        """With as much of their lines as a list shows."""
        names = ("conversion", "quoted_value_sats", "asset__code")
        return self.prefetch_related(Prefetch("lines", Line.objects.select_related("asset").only(*names)))

    def received_by_month(self) -> dict[date, int]:
        """The BNB units that came of them in each month of the reader's time zone that brought any, by its first day."""
        months = self.completed().annotate(month=TruncMonth("finished_at")).order_by("month").values_list("month")
        return {month.date(): units for month, units in months.annotate(units=Sum("net_units"))}

    def finished(self) -> ConversionQuerySet:
        return self.filter(status__in=Conversion.FINAL)

    def completed(self) -> ConversionQuerySet:
        return self.filter(status=Conversion.Status.COMPLETED)

    def confirmed(self) -> ConversionQuerySet:
        return self.filter(status=Conversion.Status.CONFIRMED)

    def due(self, now: datetime) -> ConversionQuerySet:
        """What waits for an attempt: nobody has claimed it, or the claim has lapsed."""
        return self.confirmed().filter(next_attempt_at__lte=now).order_by("next_attempt_at", "pk")

    def untried(self) -> ConversionQuerySet:
        """Those that have not lost an attempt."""
        return self.filter(attempts=0)

    def retrying(self, now: datetime) -> ConversionQuerySet:
        """Those that lost an attempt and are in the next one."""
        return self.confirmed().filter(attempts__gt=1, next_attempt_at__gt=now)

    def answered(self) -> ConversionQuerySet:
        """Those for which the market has answered since Confirm: no price that they need is merely older."""
        prices = Price.objects.current_source()
        bnb = prices.filter(asset__code=validators.BNB, observed_at__gte=OuterRef("confirmed_at"))
        older = Line.objects.filter(
            conversion=OuterRef("pk"),
            asset__price__source=source_name(),
            asset__price__observed_at__lt=OuterRef("confirmed_at"),
        )
        return self.filter(Exists(bnb), ~Exists(older))

    def stale_quotes(self, now: datetime) -> ConversionQuerySet:
        """Quotes that nobody confirmed within a day."""
        return self.filter(status=Conversion.Status.QUOTED, quoted_at__lt=now - timedelta(days=1))


class Conversion(Priced):
    """One conversion from the quote to the receipt. Once completed, stopped or failed it never changes."""

    class Status(models.TextChoices):
        QUOTED = "quoted", _("Quoted")
        CONFIRMED = "confirmed", _("In progress")
        COMPLETED = "completed", _("Completed")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")

    FINAL = (Status.COMPLETED, Status.STOPPED, Status.FAILED)

    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT)
    renews = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="renewals")
    status = models.CharField(max_length=10, choices=Status, default=Status.QUOTED)
    quoted_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    reason_code = models.CharField(max_length=20, blank=True)
    reasons = models.JSONField(
        default=list, help_text="Every rule that said no, with its facts; the first is the one reported."
    )
    transaction = models.OneToOneField(Transaction, null=True, blank=True, on_delete=models.PROTECT)

    # What the rules of a confirmed conversion also need; the verbs set them once they hold the locks.
    last_converted_at: datetime | None
    interval: timedelta

    objects = ConversionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="conversion_by_user"),
            models.Index(fields=["next_attempt_at"], condition=Q(status="confirmed"), name="conversion_due"),
            models.Index(fields=["quoted_at"], condition=Q(status="quoted"), name="conversion_unconfirmed"),
        ]
        constraints = [
            *Priced.Meta.constraints,
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="confirmed"), name="conversion_one_confirmed_per_customer"
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        status="quoted",
                        confirmed_at__isnull=True,
                        finished_at__isnull=True,
                        next_attempt_at__isnull=True,
                        transaction__isnull=True,
                        net_units__isnull=True,
                        attempts=0,
                        reason_code="",
                    )
                    | Q(
                        status="confirmed",
                        confirmed_at__isnull=False,
                        finished_at__isnull=True,
                        next_attempt_at__isnull=False,
                        transaction__isnull=True,
                        net_units__isnull=True,
                        reason_code="",
                    )
                    | Q(
                        status="completed",
                        confirmed_at__isnull=False,
                        finished_at__isnull=False,
                        next_attempt_at__isnull=True,
                        transaction__isnull=False,
                        net_units__isnull=False,
                        settled_rate_btc__isnull=False,
                        reason_code="",
                    )
                    | Q(
                        ~Q(reason_code=""),
                        status__in=["stopped", "failed"],
                        confirmed_at__isnull=False,
                        finished_at__isnull=False,
                        next_attempt_at__isnull=True,
                        transaction__isnull=True,
                        net_units__isnull=True,
                    )
                ),
                name="conversion_state_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def clean(self) -> None:
        """R7, R8, and R9 for BNB's own price, for the state that the conversion is about to be saved in. Raises Refusal."""
        bnb = validators.BNB
        if self.status == self.Status.QUOTED:
            validators.validate_interval(self.last_converted_at, self.quoted_at, self.interval)
            oldest = self.quoted_at - self.policy.price_age
            validators.validate_price(bnb, self.quoted_rate_btc, self.quoted_observed_at, oldest)
        elif self.status == self.Status.CONFIRMED:
            assert self.confirmed_at is not None
            validators.validate_unexpired(self.quoted_at, self.confirmed_at, self.policy.quote_lifetime)
            validators.validate_interval(self.last_converted_at, self.confirmed_at, self.interval)
        elif self.status == self.Status.COMPLETED:
            assert self.confirmed_at is not None and self.finished_at is not None
            validators.validate_interval(self.last_converted_at, self.finished_at, self.interval)
            validators.validate_price(bnb, self.settled_rate_btc, self.settled_observed_at, self.confirmed_at)
            validators.validate_path(bnb, self.quoted_path, self.settled_path)
            self.validate_change(bnb, self.policy.tolerance_percent)

    @property
    def expires_at(self) -> datetime:
        return self.quoted_at + self.policy.quote_lifetime

    @property
    def dated_at(self) -> datetime:
        """The moment that its records go by: when it ended, or else was confirmed, or else was quoted."""
        return self.finished_at or self.confirmed_at or self.quoted_at

    @property
    def is_quoted(self) -> bool:
        return self.status == self.Status.QUOTED

    @property
    def is_confirmed(self) -> bool:
        return self.status == self.Status.CONFIRMED

    @property
    def is_completed(self) -> bool:
        return self.status == self.Status.COMPLETED

    @property
    def is_stopped(self) -> bool:
        return self.status == self.Status.STOPPED

    @property
    def is_failed(self) -> bool:
        return self.status == self.Status.FAILED

    @property
    def is_final(self) -> bool:
        return self.status in self.FINAL

    @property
    def assets_text(self) -> str:
        """The assets in short: "7 assets: LINK, TRX, DOGE +4", the largest first."""
        lines = sorted(self.lines.all(), key=lambda line: -line.quoted_value_sats)
        codes = ", ".join(line.asset.code for line in lines[:3])
        more = f" +{len(lines) - 3}" if len(lines) > 3 else ""
        words = ngettext("%(count)d asset: %(codes)s", "%(count)d assets: %(codes)s", len(lines))
        return words % {"count": len(lines), "codes": f"{codes}{more}"}

    @property
    def stopped_text(self) -> str:
        """That it was stopped, and why in short."""
        return str(refusals.STOPPED.get(self.reason_code, self.Status.STOPPED.label))

    @property
    def reason_words(self) -> refusals.Words | None:
        """Why it was stopped or failed, in the customer's words; None when it was not."""
        if not self.reasons:
            return None
        first = self.reasons[0]
        return refusals.explain(first["code"], first["facts"])


class LineQuerySet(models.QuerySet["Line"]):
    def write(self, lines: Sequence[Line], names: Sequence[str]) -> None:
        """Writes these fields of many lines in one statement for each thousand; bulk_update takes seconds for them."""
        fields = [self.model._meta.get_field(name) for name in names]  # noqa: SLF001  # Django's public way to its fields
        for start in range(0, len(lines), LINES_AT_ONCE):
            self._write(lines[start : start + LINES_AT_ONCE], fields)

    def _write(self, lines: Sequence[Line], fields: Sequence[Any]) -> None:
        values = [
            value
            for line in lines
            for value in (
                line.pk,
                *(field.get_db_prep_save(getattr(line, field.attname), connection) for field in fields),
            )
        ]
        row = f"({', '.join(['%s'] * (len(fields) + 1))})"
        # PostgreSQL takes what stands in VALUES for text, unless it is told.
        is_typed = connection.vendor == "postgresql"
        columns = ", ".join(
            f"{field.column} = v.column{at}" + (f"::{field.db_type(connection)}" if is_typed else "")
            for at, field in enumerate(fields, start=2)
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE wallet_line SET {columns} FROM (VALUES {', '.join([row] * len(lines))}) AS v"  # noqa: S608
                " WHERE id = v.column1",
                values,
            )


class Line(Priced):
    """One asset of a conversion: the amount that is given up, and what it comes to."""

    conversion = models.ForeignKey(Conversion, on_delete=models.CASCADE, related_name="lines", db_index=False)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)
    units = models.BigIntegerField()

    # The customer's balance of the asset; the verbs set it once they hold the locks.
    balance_units: int

    objects = LineQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            *Priced.Meta.constraints,
            models.UniqueConstraint(fields=["conversion", "asset"], name="line_once_per_asset"),
            models.CheckConstraint(condition=Q(units__gt=0), name="line_units_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.conversion} {self.asset}"

    def clean(self) -> None:
        """Every rule about one asset, for the state its conversion is about to be saved in. Raises all refusals."""
        refused = list(self.refusals())
        if refused:
            raise ValidationError(refused)

    def refusals(self) -> Iterator[Refusal]:
        conversion = self.conversion
        if conversion.is_quoted:
            yield from quote_refusals(
                asset=self.asset,
                units=self.units,
                rate_btc=self.quoted_rate_btc,
                observed_at=self.quoted_observed_at,
                net=self.quoted_net_units,
                policy=conversion.policy,
                now=conversion.quoted_at,
            )
        elif conversion.is_confirmed:
            yield from asked(validators.validate_covered, self.asset.code, self.balance_units, self.units)
        else:
            yield from self._settlement_refusals()

    def _settlement_refusals(self) -> Iterator[Refusal]:
        code, policy = self.asset.code, self.conversion.policy
        assert self.conversion.confirmed_at is not None
        yield from asked(self.asset.validate_convertible)
        unpriced = [
            *asked(
                validators.validate_price,
                code,
                self.settled_rate_btc,
                self.settled_observed_at,
                self.conversion.confirmed_at,
            )
        ] or [*asked(validators.validate_path, code, self.quoted_path, self.settled_path)]
        if unpriced:
            yield from unpriced
            return
        rate = self.settled_rate_btc
        assert rate is not None
        worth = money.value_btc(self.balance_units, self.asset.scale, rate)
        yield from asked(validators.validate_below_limit, code, worth, policy.dust_limit_btc)
        yield from asked(self.validate_change, code, policy.tolerance_percent)
        yield from asked(validators.validate_covered, code, self.balance_units, self.units)
        if self.net_units is not None:
            yield from asked(validators.validate_yield, code, self.net_units)


def asked(rule: Any, *values: Any) -> Iterator[Refusal]:
    """What the rule says to these values: its refusal, or nothing."""
    try:
        rule(*values)
    except Refusal as refusal:
        yield refusal


def quote_refusals(
    *,
    asset: Asset,
    units: int,
    rate_btc: Decimal | None,
    observed_at: datetime | None,
    net: int | None,
    policy: Policy,
    now: datetime,
) -> Iterator[Refusal]:
    """Every rule about one balance before it is quoted; the dust page's reasons and the quote's validation alike.

    `net` is what the whole balance comes to in BNB units, None when there is no price of BNB to say so.
    """
    yield from asked(validators.validate_source, asset.code)
    yield from asked(asset.validate_convertible)
    unpriced = [*asked(validators.validate_price, asset.code, rate_btc, observed_at, now - policy.price_age)]
    if unpriced:
        yield from unpriced
        return
    assert rate_btc is not None
    worth = money.value_btc(units, asset.scale, rate_btc)
    yield from asked(validators.validate_below_limit, asset.code, worth, policy.dust_limit_btc)
    if net is None:
        yield Refusal("price_unavailable", asset=validators.BNB)
    else:
        yield from asked(validators.validate_yield, asset.code, net)
