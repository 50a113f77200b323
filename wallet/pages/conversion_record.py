"""A conversion as support sees it: all that is known of it on one page, the quote beside the settlement; nothing to edit.

Words are English, and those of a rule are the customer's; times are UTC to the second, amounts in coins with every decimal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone, translation

from wallet import conversions, formats, money, validators
from wallet.conversions.intervening import SETTLE_PERMISSION, STOP_PERMISSION
from wallet.models import Conversion, Entry, Line
from wallet.models.priced import Priced
from wallet.refusals import stopped_by

# What came of an attempt of which nobody could say so.
UNSAID = "Nothing was heard of it: its worker was ended, or took longer than its claim lasts."


@dataclass(frozen=True, slots=True)
class Fact:
    """Something of it by name; `address` leads to more of it, where there is more."""

    name: str
    value: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """Something as it was quoted and as it was settled."""

    name: str
    quoted: str
    settled: str


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One asset of it: the amount given up, how far its price in BNB moved, and the rest quoted beside settled.

    A move that was not compared is –.
    """

    code: str
    amount: str
    moved: str
    rows: list[Compared]

    @property
    def caption(self) -> str:
        return f"{self.amount} {self.code}; its price in BNB moved {self.moved}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that said no: its code, and what the customer reads."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One attempt at settling it: when it began where that is known, when it ended, and what came of it."""

    began: str
    ended: str
    outcome: str


@dataclass(frozen=True, slots=True)
class EntryRecord:
    account: str
    code: str
    amount: str
    balance: str


@dataclass(frozen=True)
class ConversionRecord:
    """For the operator who reads it; `now` is the database's. What it asks the database, it asks once for all lines."""

    conversion: Conversion
    now: datetime
    reader: User

    @cached_property
    def facts(self) -> list[Fact]:
        one, policy = self.conversion, self.conversion.policy
        customer = reverse("admin:wallet_customer_change", args=[one.user_id])
        version = reverse("admin:wallet_policy_change", args=[policy.pk])
        return [
            Fact("Customer", one.user.get_username(), customer if self._may("wallet.view_customer") else ""),
            Fact("Judged by", f"{policy}: {_terms(one)}", version if self._may("wallet.view_policy") else ""),
            Fact("Quoted", formats.utc(one.quoted_at)),
            Fact("Quote expires", formats.utc(one.expires_at)),
            Fact("Confirmed", _moment(one.confirmed_at)),
            Fact("Ended", _moment(one.finished_at)),
            Fact("Took from Confirm", _took(one)),
            Fact("Status", self.status),
            Fact("Attempts", f"{one.attempts} of {conversions.MAX_ATTEMPTS}"),
            Fact("Next attempt", self._next),
            *self._renewals(),
        ]

    @property
    def status(self) -> str:
        with translation.override("en"):
            short = stopped_by(self.conversion.reason_code) if self.conversion.is_stopped else ""
            return short or str(self.conversion.get_status_display())

    @cached_property
    def totals(self) -> list[Compared]:
        """BNB's own price, the sums of the lines, and what the customer reads of them in a currency of theirs."""
        return [*_compared(validators.BNB, self.conversion), *_in_currency(self.conversion)]

    @cached_property
    def lines(self) -> list[LineRecord]:
        found = self.conversion.lines.select_related("asset").order_by("-quoted_value_sats", "asset__code")
        records = []
        for line in found:
            line.conversion = self.conversion
            amount = formats.full_amount(line.units, line.asset.scale)
            records.append(LineRecord(line.asset.code, amount, _moved(line), list(_compared(line.asset.code, line))))
        return records

    @cached_property
    def rules(self) -> list[Rule]:
        """Every rule that said no, the reported one first."""
        with translation.override("en"), timezone.override(UTC):
            return [Rule(refusal.code.value, refusal.text) for refusal in self.conversion.refusals]

    @cached_property
    def attempts(self) -> list[AttemptRecord]:
        """Those that were lost, then the one that ended it or runs now."""
        one = self.conversion
        records = [
            AttemptRecord(formats.utc(lost.claimed_at), formats.utc(lost.lost_at), lost.error or UNSAID)
            for lost in one.lost_attempts.all()
        ]
        claimed_until = one.next_attempt_at
        if claimed_until is not None and claimed_until > self.now:
            began = formats.utc(claimed_until - conversions.LEASE)
            records.append(AttemptRecord(began, "–", "A worker is at it."))
        elif one.finished_at is not None and one.attempts > len(records):
            records.append(AttemptRecord("–", formats.utc(one.finished_at), self.status))
        return records

    @cached_property
    def entries(self) -> list[EntryRecord]:
        """What it did to accounts; nothing for whoever may not see that."""
        posted = self.conversion.transaction_id
        if posted is None or not self._may("wallet.view_entry"):
            return []
        found = Entry.objects.filter(transaction=posted).select_related("account__asset", "account__user")
        return [_entry(entry) for entry in found.order_by("account__asset__code", "pk")]

    @property
    def transaction_address(self) -> str:
        may = self.conversion.transaction_id and self._may("wallet.view_transaction")
        return reverse("admin:wallet_transaction_change", args=[self.conversion.transaction_id]) if may else ""

    @property
    def may_settle(self) -> bool:
        return self.conversion.is_confirmed and self._may(SETTLE_PERMISSION)

    @property
    def may_stop(self) -> bool:
        return self.conversion.is_confirmed and self._may(STOP_PERMISSION)

    @property
    def may_do_something(self) -> bool:
        return self.may_settle or self.may_stop

    def _may(self, permission: str) -> bool:
        return self.reader.has_perm(permission)

    @property
    def _next(self) -> str:
        at = self.conversion.next_attempt_at
        if at is None:
            return "none"
        return f"due since {formats.utc(at)}" if at <= self.now else f"a worker has it until {formats.utc(at)}"

    def _renewals(self) -> Iterator[Fact]:
        """The quote that it renews, and those that renew it."""
        if self.conversion.renews is not None:
            yield Fact("Renews", self.conversion.renews.reference, _address(self.conversion.renews))
        for newer in self.conversion.renewals.order_by("pk").only("reference"):
            yield Fact("Renewed by", newer.reference, _address(newer))


def _address(conversion: Conversion) -> str:
    return reverse("admin:wallet_conversion_change", args=[conversion.pk])


def _terms(conversion: Conversion) -> str:
    policy = conversion.policy
    limit, tolerance, fee = map(formats.plain, (policy.dust_limit_btc, policy.tolerance_percent, policy.fee_percent))
    return f"below {limit} BTC, {policy.interval_seconds} s apart, moves below {tolerance}%, fee {fee}%"


def _moment(moment: datetime | None) -> str:
    return formats.utc(moment) if moment else "–"


def _took(conversion: Conversion) -> str:
    if conversion.confirmed_at is None or conversion.finished_at is None:
        return "–"
    return f"{(conversion.finished_at - conversion.confirmed_at).total_seconds():.3f} s"


def _moved(line: Line) -> str:
    rates = line.bnb_rates
    with translation.override("en"):
        return formats.change(money.cut_percent(rates.change)) if rates else "–"


def _compared(code: str, priced: Priced) -> Iterator[Compared]:
    """The price, how it came about, and what it came to."""
    with translation.override("en"):
        quoted, settled = formats.rate(priced.quoted_rate_btc), priced.settled_rate_btc
        yield Compared(f"Price of {code} (BTC)", quoted, formats.rate(settled) if settled is not None else "–")
        yield Compared("Path", priced.quoted_path, priced.settled_path or "–")
        yield Compared("Source", priced.quoted_source, priced.settled_source or "–")
        yield Compared("Observed", formats.utc(priced.quoted_observed_at), _moment(priced.settled_observed_at))
        for name, quoted_units, units in (
            ("Gross (BNB)", priced.quoted_gross_units, priced.gross_units),
            ("Fee (BNB)", priced.quoted_fee_units, priced.fee_units),
            ("Net (BNB)", priced.quoted_net_units, priced.net_units),
            ("Value (BTC)", priced.quoted_value_sats, priced.value_sats),
        ):
            yield Compared(name, formats.coin(quoted_units), "–" if units is None else formats.coin(units))


def _in_currency(conversion: Conversion) -> Iterator[Compared]:
    """What its one cost, and what the net came to in it; nothing where the customer thought in none."""
    currency = conversion.currency
    if not currency:
        return
    rates = (conversion.quoted_currency_rate_btc, conversion.settled_currency_rate_btc)
    worths = (conversion.quoted_worth, conversion.received_worth)
    with translation.override("en"):
        yield Compared(f"Price of {currency} (BTC)", *("–" if rate is None else formats.rate(rate) for rate in rates))
        yield Compared(f"Net in {currency}", *(formats.worth(worth, currency) or "–" for worth in worths))


def _entry(entry: Entry) -> EntryRecord:
    account, scale = entry.account, entry.account.asset.scale
    balance = entry.balance_units
    with translation.override("en"):
        return EntryRecord(
            account=account.user.get_username() if account.user else account.get_kind_display(),
            code=account.asset.code,
            amount=formats.full_amount(entry.units, scale),
            balance="–" if balance is None else formats.full_amount(balance, scale),
        )
