"""A customer as support sees them, on one screen: balances, conversions, movements and sign-ins; read only, in pages.

Words are English, times UTC to the second, amounts in coins with every decimal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from wallet import formats
from wallet.models import Account, Conversion, Customer, Entry, SecurityEvent

ROWS = 20
LAST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Cell:
    """`address` leads to the row's own page, where its reader may see that."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of one screen, of which `newer` and `older` are the addresses of the pages beside this one."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[Cell]]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True)
class CustomerRecord:
    """For the operator who reads it. `asked` has the number of each section's page, by its name; what is none is the first.

    A section takes as many queries for one row as for many, and is not there for whoever may not see its rows.
    """

    customer: Customer
    reader: User
    asked: Mapping[str, str]

    @cached_property
    def sections(self) -> list[Section]:
        known: list[tuple[str, Callable[[], Section]]] = [
            ("wallet.view_account", self._balances),
            ("wallet.view_conversion", self._conversions),
            ("wallet.view_entry", self._movements),
            ("wallet.view_securityevent", self._sign_ins),
        ]
        with translation.override("en"):
            return [section() for permission, section in known if self.reader.has_perm(permission)]

    @property
    def _user(self) -> User:
        return self.customer.user

    def _balances(self) -> Section:
        """All of them, also those that are empty by now."""
        accounts = Account.objects.customers().filter(user=self._user).select_related("asset").order_by("asset__code")
        rows = [[Cell(one.asset.code), Cell(formats.full_amount(one.units or 0, one.asset.scale))] for one in accounts]
        return Section("balances", "Balances", ["Asset", "Balance"], rows)

    def _conversions(self) -> Section:
        found = Conversion.objects.of(self._user).order_by("-pk")
        return self._paged(
            "conversions", ["Reference", "Status", "Quoted", "Ended", "Received (BNB)"], found, _conversion
        )

    def _movements(self) -> Section:
        accounts = list(Account.objects.customers().filter(user=self._user).values_list("pk", flat=True))
        # By their accounts' index, however far back the newest of them is: not by that of all entries there are.
        found = Entry.objects.filter(account__in=accounts).order_by((F("pk") + 0).desc())
        rows = found.select_related("transaction", "account__asset")
        may = self.reader.has_perm("wallet.view_transaction")
        return self._paged(
            "movements",
            ["At", "Kind", "Reference", "Asset", "Amount", "Balance after it"],
            rows,
            lambda entry: _movement(entry, may_open=may),
        )

    def _sign_ins(self) -> Section:
        found = SecurityEvent.objects.of(self._user)
        return self._paged("sign-ins", ["At", "What", "About", "Address", "Browser"], found, _event)

    def _paged(self, name: str, columns: list[str], found: QuerySet[Any], row: Callable[[Any], list[Cell]]) -> Section:
        page = _number(self.asked.get(name, ""))
        rows = list(found[(page - 1) * ROWS : page * ROWS + 1])
        newer = self._address(name, page - 1) if page > 1 else ""
        older = self._address(name, page + 1) if len(rows) > ROWS and page < LAST_PAGE else ""
        return Section(name, name.capitalize(), columns, [row(one) for one in rows[:ROWS]], newer, older)

    def _address(self, name: str, page: int) -> str:
        """This page with another part of one section."""
        others = {other: _number(value) for other, value in self.asked.items() if other in PAGED and other != name}
        return f"?{urlencode({**others, name: page})}#{name}"


PAGED = ("conversions", "movements", "sign-ins")


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(max(int(text), 1), LAST_PAGE) if is_number else 1


def _conversion(one: Conversion) -> list[Cell]:
    return [
        Cell(one.reference, reverse("admin:wallet_conversion_change", args=[one.pk])),
        Cell(f"{one.get_status_display()} {one.reason_code}".rstrip()),
        Cell(formats.utc(one.quoted_at)),
        Cell(formats.utc(one.finished_at) if one.finished_at else "–"),
        Cell("–" if one.net_units is None else formats.coin(one.net_units)),
    ]


def _movement(entry: Entry, *, may_open: bool) -> list[Cell]:
    posted, asset = entry.transaction, entry.account.asset
    address = reverse("admin:wallet_transaction_change", args=[posted.pk]) if may_open else ""
    return [
        Cell(formats.utc(posted.posted_at)),
        Cell(str(posted.get_kind_display())),
        Cell(posted.reference, address),
        Cell(asset.code),
        Cell(formats.full_amount(entry.units, asset.scale)),
        Cell(formats.full_amount(entry.balance_units or 0, asset.scale)),
    ]


def _event(event: SecurityEvent) -> list[Cell]:
    what = str(event.get_kind_display())
    return [
        Cell(formats.utc(event.created_at)),
        *(Cell(text) for text in (what, event.about, event.address or "", event.device)),
    ]
