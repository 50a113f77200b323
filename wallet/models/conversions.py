from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, Max, OuterRef, Prefetch, Q, Sum, Value
from django.db.models.functions import Cast, Coalesce, TruncMonth

from wallet import validators
from wallet.models.assets import Price, source_name
from wallet.models.circumstances import Circumstances
from wallet.models.ledger import Account, Entry, Transaction
from wallet.models.lines import Line
from wallet.models.policy import Policy
from wallet.models.priced import Priced
from wallet.models.status import Status
from wallet.models.valued import Valued
from wallet.references import new_reference
from wallet.refusals import Code, Refusal, refuse, told

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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

    def ready(self, now: datetime) -> ConversionQuerySet:
        """Those that can be settled together now: due, never lost an attempt, and answered by the market or too late."""
        return self.due(now).untried().filter(is_answered() | is_too_late(now))

    def unanswered(self, now: datetime) -> ConversionQuerySet:
        """Those that are due, never lost an attempt, and wait for the market."""
        return self.due(now).untried().exclude(is_answered() | is_too_late(now))

    def stale_quotes(self, now: datetime) -> ConversionQuerySet:
        """Quotes that nobody confirmed within a day."""
        return self.filter(status=Conversion.Status.QUOTED, quoted_at__lt=now - timedelta(days=1))

    def surplus_quotes(self, kept: int) -> ConversionQuerySet:
        """Quotes that nobody confirmed beyond the newest few, but for those that what was confirmed renews."""
        quotes = self.filter(status=Conversion.Status.QUOTED).order_by("-pk")
        confirmed = Conversion.objects.filter(renews=OuterRef("pk")).exclude(status=Conversion.Status.QUOTED)
        newest = quotes.values_list("pk", flat=True)[kept - 1 : kept]
        return quotes.filter(~Exists(confirmed), pk__lt=newest).order_by(
            "pk"
        )  # in which order whatever clears them locks


def is_answered() -> Q:
    """The condition that the market has answered since Confirm: no price that the conversion needs is merely older."""
    bnb = Price.objects.current_source().filter(asset__code=validators.BNB, observed_at__gte=OuterRef("confirmed_at"))
    older = Line.objects.filter(
        conversion=OuterRef("pk"),
        asset__price__source=source_name(),
        asset__price__observed_at__lt=OuterRef("confirmed_at"),
    )
    return Q(Exists(bnb), ~Exists(older))


def is_too_late(now: datetime) -> Q:
    """The condition that the longest wait since Confirm is over (R8), whatever the market says."""
    seconds = Cast("policy__longest_wait_seconds", models.IntegerField())
    waits = ExpressionWrapper(seconds * Value(timedelta(seconds=1)), output_field=models.DurationField())
    latest = ExpressionWrapper(Value(now) - waits, output_field=models.DateTimeField())
    return Q(confirmed_at__lte=latest)


class Conversion(Valued):
    """One conversion from the quote to the receipt. Once completed, stopped or failed it never changes."""

    Status = Status
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

    UNCHECKED = (*Priced.UNCHECKED, "settled_currency_legs", "user", "policy", "renews", "transaction", "reasons")

    objects = ConversionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("settle_conversion", "Can have a confirmed conversion settled now"),
            ("stop_conversion", "Can stop a confirmed conversion that nobody is settling"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="conversion_by_user"),
            models.Index(fields=["next_attempt_at"], condition=Q(status="confirmed"), name="conversion_due"),
            models.Index(fields=["quoted_at"], condition=Q(status="quoted"), name="conversion_unconfirmed"),
            # What ended, by how and when, and what stopped it: counted without a look at the rows.
            models.Index(
                fields=["status", "finished_at", "id"], condition=Q(finished_at__isnull=False), name="conversion_ended"
            ),
            models.Index(fields=["reason_code", "id"], condition=~Q(reason_code=""), name="conversion_unconverted"),
            # Only what was completed has figures; what it paid within some minutes is summed by this.
            models.Index(
                fields=["finished_at", "net_units"], condition=Q(net_units__isnull=False), name="conversion_paid"
            ),
        ]
        constraints = [
            *Valued.Meta.constraints,
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
        """R7, R8, and that BNB is priced as R9 needs it, by what is stored now. Raises Refused.

        The verbs, which hold locks, ask `judge` of what they found instead.
        """
        refuse(self.judge(self.circumstances(), becoming=self.status))

    def circumstances(self) -> Circumstances:
        """As they are stored, for whoever validates a row outside a verb: those before what the conversion itself did.

        It holds no lock, so it settles nothing.
        """
        earlier = (
            Conversion.objects.of(self.user).completed().exclude(pk=self.pk).filter(finished_at__lte=self.dated_at)
        )
        accounts = Account.objects.customers().filter(user=self.user_id).values_list("asset", "units")
        own = Entry.objects.filter(transaction__conversion=self.pk, account__user=self.user_id)
        balances = {asset: units or 0 for asset, units in accounts}
        balances |= {
            entry.account.asset_id: (entry.balance_units or 0) - entry.units for entry in own.select_related("account")
        }
        return Circumstances(
            at=self.dated_at,
            last_converted_at=earlier.aggregate(last=Max("finished_at"))["last"],
            interval=Policy.objects.in_effect(self.dated_at).interval,
            balances=balances,
        )

    def judge(self, given: Circumstances, *, becoming: str) -> list[Refusal]:
        """What the rules of a whole conversion say against its becoming quoted, confirmed or completed."""
        bnb, policy = validators.BNB, self.policy
        found: list[Refusal | None] = []
        if becoming == self.Status.QUOTED:
            oldest = given.at - policy.price_age
            found = [
                validators.validate_interval(given.last_converted_at, given.at, given.interval),
                validators.validate_price(bnb, self.quoted_rate_btc, self.quoted_observed_at, oldest),
            ]
        elif becoming == self.Status.CONFIRMED:
            found = [
                validators.validate_unexpired(self.quoted_at, given.at, policy.quote_lifetime),
                validators.validate_interval(given.last_converted_at, given.at, given.interval),
            ]
        elif becoming == self.Status.COMPLETED:
            assert self.confirmed_at is not None
            found = [
                validators.validate_interval(given.last_converted_at, given.at, given.interval),
                validators.validate_price(bnb, self.settled_rate_btc, self.settled_observed_at, self.confirmed_at)
                or validators.validate_path(bnb, self.quoted_path, self.settled_path),
            ]
        return [refusal for refusal in found if refusal is not None]

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

    def is_due(self, now: datetime) -> bool:
        """Whether it waits for an attempt: nobody has claimed it, or the claim has lapsed."""
        return self.is_confirmed and self.next_attempt_at is not None and self.next_attempt_at <= now

    @property
    def refusals(self) -> list[Refusal]:
        """Why it was stopped or failed, the reported reason first; none when it was not."""
        return [Refusal(Code(reason["code"]), reason["facts"]) for reason in self.reasons]

    @property
    def told(self) -> Refusal:
        """Of these the one that customers are told; only of a conversion that was stopped or failed."""
        return told(self.reasons)
