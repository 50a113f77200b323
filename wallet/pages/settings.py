"""What the page of the display settings says, and what time it is in a zone that is being typed."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext as _

from wallet import currencies, zones
from wallet.models import Customer, OutboxMail
from wallet.pages import markup
from wallet.pages.problems import Problem
from wallet.pages.receipts import kind_words


@dataclass(frozen=True, slots=True)
class Option:
    """One of several that a setting can be. `language` is that of a label which is not in the reader's own."""

    value: str
    label: str
    is_chosen: bool
    language: str = ""


@dataclass(frozen=True, slots=True)
class MailChoice:
    """A kind of mail that the customer gets or not."""

    name: str
    label: str
    hint: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ZoneTime:
    """The line below the field for the time zone."""

    words: str


@dataclass(frozen=True)
class SettingsPage:
    """The settings as the form has them, right or wrong: what was typed stays; and which mails the customer gets.

    `priced` are the codes of the assets, of those by which reference currencies go, that have a current price. `language` is
    the reader's.
    """

    form: Form
    now: datetime
    priced: Collection[str]
    language: str
    customer: Customer
    has_address: bool  # one that counts as theirs

    @property
    def title(self) -> str:
        return _("Error: Settings") if self.problems else _("Settings")

    @property
    def problems(self) -> list[Problem]:
        return [Problem(str(words[0]), f"id_{name}") for name, words in self.form.errors.items()]

    @property
    def languages(self) -> list[Option]:
        return [replace(option, language=option.value) for option in self._options("language")]

    @property
    def themes(self) -> list[Option]:
        return self._options("theme")

    @property
    def time_zone(self) -> str:
        return self.form["time_zone"].value() or ""

    @property
    def zone_names(self) -> list[str]:
        return zones.names()

    @property
    def zone_time(self) -> ZoneTime:
        return zone_time(self.time_zone, self.now)

    @property
    def hides_small_balances(self) -> bool:
        return bool(self.form["hide_small_balances"].value())

    @property
    def mail_choices(self) -> list[MailChoice]:
        return [
            MailChoice(kind.choice, kind_words(kind), hint, getattr(self.customer, kind.choice))
            for kind, hint in {
                OutboxMail.Kind.RECEIPT: _(
                    "After each conversion, also of one that was stopped: what it was, and what came of it."
                ),
                OutboxMail.Kind.AGAIN: _("Once your wait is over, if you have small balances to convert then."),
            }.items()
        ]

    @property
    def mail_note(self) -> str:
        return "" if self.has_address else _("Your account has no confirmed email address, so you get none of these.")

    @property
    def language_problem(self) -> str:
        return self._problem("language")

    @property
    def zone_problem(self) -> str:
        return self._problem("time_zone")

    @property
    def currency_options(self) -> list[Option]:
        """The first says which currency the reader's language suggests, where any does: in front, for narrow screens."""
        first, *others = self._options("currency")
        suggested = currencies.of_language(self.language)
        label = _("%(currency)s, by your language") % {"currency": suggested} if suggested else first.label
        chosen = any(option.is_chosen for option in others)
        return [replace(first, label=label, is_chosen=not chosen), *others]

    @property
    def currency_problem(self) -> str:
        return self._problem("currency")

    @property
    def currency_hint(self) -> str:
        """What the values are, and in which currencies there are none or by another asset's price."""
        words = _("Values in it are estimates, marked ≈. A past conversion keeps the currency that it was made in.")
        said = [words, *(self._goes_by(*pair) for pair in currencies.offered().items())]
        unpriced = [code for code, asset in currencies.offered().items() if asset not in self.priced]
        if unpriced:
            text = _("Without a current price now, and so without values: %(currencies)s.")
            said.append(text % {"currencies": ", ".join(unpriced)})
        return " ".join(filter(None, said))

    def _goes_by(self, currency: str, asset: str) -> str:
        if currency == asset:
            return ""
        return _("%(currency)s goes by the price of %(asset)s.") % {"currency": currency, "asset": asset}

    @property
    def theme_problem(self) -> str:
        return self._problem("theme")

    @property
    def theme_hint(self) -> str:
        """Empty where a problem stands in its place."""
        return "" if self.theme_problem else _("System follows your device.")

    def _options(self, name: str) -> list[Option]:
        choices: Any = self.form.fields[name]
        chosen = self.form[name].value()
        return [Option(value, str(label), is_chosen=value == chosen) for value, label in choices.choices]

    def _problem(self, name: str) -> str:
        """The first thing that is wrong with this setting; empty where nothing is."""
        return str(next(iter(self.form[name].errors), ""))


def zone_time(text: str, now: datetime) -> ZoneTime:
    """What time it is in the zone that is meant, or how to say one."""
    name = zones.find(text)
    if name is None:
        return ZoneTime(_("Type a place, like Helsinki, and choose from the list."))
    with timezone.override(zones.zone(name)):
        time = markup.full_time(now)
    words = _("It is %(time)s now.") if name == zones.UTC else _("It is %(time)s in %(zone_name)s now.")  # UTC says so
    return ZoneTime(markup.filled(words, time=time, zone_name=name))
