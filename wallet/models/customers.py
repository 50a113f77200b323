from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CustomerQuerySet(models.QuerySet["Customer"]):
    def ensure(self, user: User) -> None:
        """Makes sure that the user has a row to lock; it stays what it is when there is one."""
        self.bulk_create([Customer(user=user)], ignore_conflicts=True)

    def lock(self, user: User) -> Customer:
        """The user's row, locked until the transaction ends. Locking it is how two tabs take turns."""
        return self.select_for_update(no_key=True).get(user=user)


class Customer(models.Model):
    """What the wallet knows of a user beyond the account: the row that every verb locks first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True)
    last_converted_at = models.DateTimeField(null=True, editable=False)

    objects = CustomerQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.user)
