"""What came, went and was corrected beside conversions: deposits, withdrawals, and what operators put right (P14)."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wallet import formats
from wallet.models import Entry, Transaction
from wallet.pages import markup

Kind = Transaction.Kind


@dataclass(frozen=True, slots=True)
class MovementRow:
    """One movement of a balance. `amount` has its sign; `balance` is what was there after it."""

    dated: SafeString
    words: str
    amount: str
    balance: str


def kind_words(kind: str) -> str:
    """What a movement is called."""
    return {
        Kind.DEPOSIT: _("Deposit"),
        Kind.WITHDRAWAL: _("Withdrawal"),
        Kind.REVERSAL: _("Deposit taken back by {site}"),
        Kind.CORRECTION: _("Correction by {site}"),
        Kind.ADJUSTMENT: _("Correction by {site}"),
    }[Kind(kind)].format(site=settings.SITE_NAME)


def told_reason(kind: str, reason: str | None) -> str:
    """Why it was put right, as whoever proposed it wrote it; nothing of what came or went by itself."""
    return reason or "" if kind in (Kind.REVERSAL, Kind.CORRECTION) else ""


def row(entry: Entry) -> MovementRow:
    """Of an entry that was read with its transaction, what is told of it, and its asset."""
    moved, asset = entry.transaction, entry.account.asset
    words = kind_words(moved.kind)
    told = getattr(moved, "movement", None)
    reason = told_reason(moved.kind, told.reason if told else None)
    sign = "+" if entry.units > 0 else formats.MINUS
    return MovementRow(
        dated=markup.short_time(moved.posted_at),
        words=_("{what}: {reason}").format(what=words, reason=reason) if reason else words,
        amount=f"{sign}{formats.exact_amount(abs(entry.units), asset.scale)} {asset.code}",
        balance=f"{formats.exact_amount(entry.balance_units or 0, asset.scale)} {asset.code}",
    )


@dataclass(frozen=True, slots=True)
class MovementsPage:
    """A page of them, the newest first; `older` is the place that the next page goes on from, or nothing."""

    rows: list[MovementRow]
    older: str
    is_first: bool

    @property
    def empty(self) -> str:
        if self.rows:
            return ""
        return _("Nothing came or went yet.") if self.is_first else _("There is nothing older here.")

    @property
    def older_address(self) -> str:
        return f"{reverse('movements')}?{urlencode({'before': self.older})}" if self.older else ""
