from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models

from wallet.models.account_sums import Held, held_by_asset
from wallet.models.assets import Asset
from wallet.models.fields import IsInteger, WholeNumberField
from wallet.references import new_transaction_id

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AccountQuerySet(models.QuerySet["Account"]):
    def customers(self) -> AccountQuerySet:
        return self.filter(kind=Account.Kind.CUSTOMER)

    def held_by(self, user: User) -> AccountQuerySet:
        """The customer's accounts that hold something, with their assets."""
        return self.customers().filter(user=user, units__gt=0).select_related("asset").order_by("asset__code")

    def held_of(self, asset_ids: Iterable[int]) -> dict[int, Held]:
        """What customers hold of these assets, by asset id."""
        return held_by_asset(self.customers(), asset_ids)

    def codes_of(self, user: User) -> list[str]:
        """The codes of the assets that the customer has or had, in order."""
        return list(self.customers().filter(user=user).order_by("asset__code").values_list("asset__code", flat=True))

    def house(self) -> AccountQuerySet:
        return self.exclude(kind=Account.Kind.CUSTOMER)

    def ensure_customers(self, user_ids: Iterable[int], asset_id: int) -> None:
        """Makes sure that each of these customers has an account for the asset."""
        self.bulk_create(
            [
                Account(kind=Account.Kind.CUSTOMER, user_id=pk, asset_id=asset_id, units=0, sequence=0)
                for pk in user_ids
            ],
            ignore_conflicts=True,
        )

    def ensure_house(self, kind: Account.Kind, asset_ids: list[int]) -> dict[int, int]:
        """The house's accounts of that kind, made where they are missing: asset id → account id."""
        found = dict(self.filter(kind=kind, asset_id__in=asset_ids).values_list("asset_id", "pk"))
        missing = [pk for pk in asset_ids if pk not in found]
        if missing:
            self.bulk_create([Account(kind=kind, asset_id=pk) for pk in missing], ignore_conflicts=True)
            found = dict(self.filter(kind=kind, asset_id__in=asset_ids).values_list("asset_id", "pk"))
        return found


class Account(models.Model):
    """One owner's holding of one asset.

    A customer's account keeps its balance in `units` and the number of its entries in `sequence`. The house's accounts
    have entries only: a row that every conversion updates would be a queue.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        TREASURY = "treasury"
        FEES = "fees"
        OUTSIDE = "outside"

    kind = models.CharField(max_length=10, choices=Kind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)
    units = models.BigIntegerField(null=True, editable=False)
    sequence = models.BigIntegerField(null=True, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "asset"], condition=models.Q(kind="customer"), name="account_one_per_customer_and_asset"
            ),
            models.UniqueConstraint(
                fields=["kind", "asset"],
                condition=~models.Q(kind="customer"),
                name="account_one_per_house_kind_and_asset",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["customer", "treasury", "fees", "outside"]), name="account_kind_is_known"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(kind="customer", user__isnull=False, units__isnull=False, sequence__isnull=False)
                    | ~models.Q(kind="customer")
                    & models.Q(user__isnull=True, units__isnull=True, sequence__isnull=True)
                ),
                name="account_balance_for_customers_only",
            ),
            models.CheckConstraint(
                condition=models.Q(units__isnull=True) | models.Q(units__gte=0), name="account_balance_not_negative"
            ),
            models.CheckConstraint(condition=IsInteger("units"), name="account_balance_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.kind} {self.asset}"


class Transaction(models.Model):
    """One movement of money. Its entries are written first and add up to zero for each asset; then it is written, once."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        CONVERSION = "conversion"
        ADJUSTMENT = "adjustment"
        REVERSAL = "reversal"
        CORRECTION = "correction"
        BOOKING = "booking"

    id = models.UUIDField(primary_key=True, default=new_transaction_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind)
    reference = models.CharField(max_length=80)
    posted_at = models.DateTimeField()

    class Meta:
        ordering = ["-posted_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="transaction_reference_once_per_kind"),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["deposit", "withdrawal", "conversion", "adjustment", "reversal", "correction", "booking"]
                ),
                name="transaction_kind_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="transaction_has_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class EntryQuerySet(models.QuerySet["Entry"]):
    def movements_of(self, user: User) -> EntryQuerySet:
        """What moved the customer's balances beside conversions, newest first."""
        own = self.filter(account__user=user, account__kind=Account.Kind.CUSTOMER)
        return own.exclude(transaction__kind=Transaction.Kind.CONVERSION).order_by("-pk")

    def before(self, transaction_id: UUID) -> EntryQuerySet:
        """Those that are older than this transaction's; none where these have no such one."""
        mark = self.filter(transaction=transaction_id).values_list("pk", flat=True).first()
        return self.none() if mark is None else self.filter(pk__lt=mark)

    def with_what_is_told(self) -> EntryQuerySet:
        """With the asset, the transaction, and what is told of it where operators moved it."""
        return self.select_related("transaction__movement", "account__asset")


class Entry(models.Model):
    """What one transaction does to one account. For customers: the balance after it, and its number in the account."""

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries", db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    units = models.BigIntegerField()
    balance_units = models.BigIntegerField(null=True)
    sequence = models.BigIntegerField(null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["account", "id"], name="entry_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "account"], name="entry_one_per_account_and_transaction"),
            models.UniqueConstraint(fields=["account", "sequence"], name="entry_sequence_once_per_account"),
            models.CheckConstraint(condition=~models.Q(units=0), name="entry_moves_something"),
            models.CheckConstraint(
                condition=(
                    models.Q(balance_units__isnull=True, sequence__isnull=True)
                    | models.Q(
                        # Said outright: a comparison with NULL would pass.
                        balance_units__isnull=False,
                        sequence__isnull=False,
                        balance_units__gte=0,
                        sequence__gte=1,
                    )
                ),
                name="entry_balance_with_sequence",
            ),
            models.CheckConstraint(condition=IsInteger("units"), name="entry_units_is_whole"),
            models.CheckConstraint(condition=IsInteger("balance_units"), name="entry_balance_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.units:+d} {self.account}"


class HouseBalance(models.Model):
    """The sum of a house account's entries up to one of them, so that its balance need not be added up from the first.

    It says nothing that the entries don't say; the audit compares the two.
    """

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True)
    entry_id = models.BigIntegerField(default=0)
    units = WholeNumberField(default=0)

    def __str__(self) -> str:
        return str(self.account)


class HouseAccount(Account):
    """The house's accounts as operators see them, each with what it holds."""

    class Meta:
        proxy = True
        permissions = [("read_treasury", "Can read what the house holds and owes")]
