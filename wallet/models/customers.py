from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from wallet import currencies, validators, zones
from wallet.database.retrying import retried

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CURRENCY = rf"{validators.ASSET_CODE}|\A{currencies.NONE}\Z"


class CustomerQuerySet(models.QuerySet["Customer"]):
    def ensure(self, user: User) -> None:
        """Makes sure that the user has a row to lock; it stays what it is when there is one."""
        self.bulk_create([Customer(user=user)], ignore_conflicts=True)

    def lock(self, user: User) -> Customer:
        """The user's row, locked until the transaction ends. Locking it is how two tabs take turns."""
        return self.select_for_update(no_key=True).get(user=user)

    def shown_to(self, user: User) -> Customer:
        """The user's settings, or those that a new customer has. Reads only."""
        return self.filter(user=user).first() or Customer(user=user)

    @retried
    def set_display(self, user: User, **fields: str | bool) -> None:
        """Changes how the site looks to this user: language, currency, time zone, theme, whether small balances are hidden."""
        self.ensure(user)
        self.filter(user=user).update(**fields)

    @retried
    def set_mails(self, user: User, **fields: bool) -> None:
        """Changes which mails this user gets: receipts, notices."""
        self.ensure(user)
        self.filter(user=user).update(**fields)

    @retried
    def set_first_zone(self, user: User, name: str) -> bool:
        """Takes the browser's time zone for a customer who never chose one. Whether it was taken."""
        self.ensure(user)
        return self.filter(user=user, time_zone="").update(time_zone=name) == 1

    @retried
    def note_language(self, customer: Customer, language: str) -> None:
        """Notes the language that somebody who chose none reads, in which their mails are."""
        if not customer.language and customer.browser_language != language:
            self.ensure(customer.user)
            self.filter(user=customer.user).update(browser_language=language)


class Customer(models.Model):
    """What the wallet knows of a user beyond the account: the row that every verb locks first."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("System")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True)
    last_converted_at = models.DateTimeField(null=True, editable=False)
    time_zone = models.CharField(max_length=64, blank=True, help_text="Empty until one is known; times are UTC then.")
    language = models.CharField(max_length=10, blank=True, help_text="Empty: the language that the browser asks for.")
    browser_language = models.CharField(
        max_length=10,
        blank=True,
        help_text="What the browser asked for with the last estimate; mails to who chose none.",
    )
    currency = models.CharField(
        max_length=16,
        blank=True,
        validators=[RegexValidator(CURRENCY)],
        help_text="What values are shown in beside BTC and BNB: a code, or none. Empty: by the language.",
    )
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    hide_small_balances = models.BooleanField(default=False)
    wants_receipts = models.BooleanField("receipts by mail", default=True)
    wants_notices = models.BooleanField("told by mail when they can convert again", default=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(theme__in=["system", "light", "dark"]), name="customer_theme_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(currency="") | models.Q(currency__regex=CURRENCY),
                name="customer_currency_is_plain",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def zone(self) -> ZoneInfo:
        return zones.zone(self.time_zone)

    @property
    def mail_language(self) -> str:
        """What mails to them are in: what they chose, else what their browser asked for, of those that the site speaks."""
        found = self.language or self.browser_language
        return found if found in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE

    @property
    def has_theme(self) -> bool:
        """Whether they chose one over what their device says."""
        return self.theme != self.Theme.SYSTEM
