"""What the page of one conversion says in each of its states, from the review to the receipt."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet import formats, refusals, validators
from wallet.models import Conversion, Line
from wallet.models.priced import Priced
from wallet.pages import charts

SLOW = timedelta(seconds=15)
# How often the progress page asks again: (for so long after Confirm, every so many seconds).
POLLING = ((timedelta(seconds=10), 1), (timedelta(seconds=60), 3))
POLLING_LATER = 10


@dataclass(frozen=True)
class Receipt:
    """One conversion with its lines, largest first, at a moment of the database's clock."""

    conversion: Conversion
    lines: list[Line]
    now: datetime

    @property
    def title(self) -> str:
        count, conversion = len(self.lines), self.conversion
        if conversion.is_quoted:
            words = ngettext("Convert %(count)d balance to BNB?", "Convert %(count)d balances to BNB?", count)
            return words % {"count": count}
        if conversion.is_confirmed:
            return ngettext("Converting %(count)d balance", "Converting %(count)d balances", count) % {"count": count}
        if conversion.is_completed:
            assert conversion.net_units is not None
            return _("You received {amount} BNB").format(amount=formats.coin(conversion.net_units))
        return _("Nothing was converted") if conversion.is_stopped else _("We couldn’t convert your balances")

    @property
    def partial(self) -> str:
        if self.conversion.is_quoted:
            return "wallet/_review.html"
        return "wallet/_result.html" if self.conversion.is_final else "wallet/_progress.html"

    @property
    def is_expired(self) -> bool:
        return self.now >= self.conversion.expires_at

    @property
    def seconds_left(self) -> int:
        return max(0, (self.conversion.expires_at - self.now) // timedelta(seconds=1))

    @property
    def _waited(self) -> timedelta:
        return self.now - self.conversion.confirmed_at if self.conversion.confirmed_at else timedelta(0)

    @property
    def is_untouched(self) -> bool:
        """Whether the balances are surely those of the quote: every rule was asked, and only prices said no."""
        return all(reason["code"] == "price_changed" for reason in self.conversion.reasons)

    @property
    def poll_seconds(self) -> int:
        return next((seconds for until, seconds in POLLING if self._waited < until), POLLING_LATER)

    @property
    def seen(self) -> str | None:
        """Names what the progress page shows, so that a poll brings something only when that has changed."""
        if not self.conversion.is_confirmed:
            return None
        return f"{min(self.conversion.attempts, 1)}-{self.poll_seconds}-{int(self.is_slow)}"

    @property
    def is_slow(self) -> bool:
        return self._waited >= SLOW

    @property
    def step(self) -> str:
        return _("Checking prices and converting") if self.conversion.attempts else _("Waiting")

    @property
    def prices_from(self) -> datetime | None:
        """When the first of the prices that decided was observed at the market; None without any."""
        return min(self._observed, default=None)

    @property
    def prices_to(self) -> datetime | None:
        """When the last of them was, unless all were observed at once."""
        last = max(self._observed, default=None)
        return None if last == self.prices_from else last

    @property
    def _observed(self) -> list[datetime]:
        moments = [priced.settled_observed_at for priced in (self.conversion, *self.lines)]
        return [moment for moment in moments if moment]

    @property
    def moves(self) -> list[dict[str, Any]]:
        """What each price did, and why it stopped the conversion when it did; BNB's where it was the reason."""
        reasons = {reason["facts"].get("asset"): reason for reason in reversed(self.conversion.reasons)}
        rows = [
            self._move(line.asset.code, line, reasons) | {"amount": formats.full_amount(line.units, line.asset.scale)}
            for line in self.lines
        ]
        bnb = validators.BNB
        return [self._move(bnb, self.conversion, reasons), *rows] if bnb in reasons else rows

    def _move(self, code: str, priced: Priced, reasons: dict[str, Any]) -> dict[str, Any]:
        verdict = self._verdict(priced, reasons.get(code))
        return {"code": code, "change": priced.change_text, "verdict": verdict, "is_reason": code in reasons}

    def _verdict(self, priced: Priced, reason: dict[str, Any] | None) -> str:
        if reason is None:
            limit = formats.percent(formats.plain(self.conversion.policy.tolerance_percent))
            return _("Not converted") if priced.change is None else _("Within {limit}").format(limit=limit)
        if reason["code"] == "price_changed":
            return _("{limit} or more").format(limit=formats.percent(reason["facts"]["tolerance"]))
        return refusals.explain(reason["code"], reason["facts"]).cause.rstrip(".")

    @property
    def is_compared(self) -> bool:
        """Whether there is any price of the settlement to compare with the estimate's."""
        return any(line.change is not None for line in self.lines)

    @cached_property
    def strip(self) -> charts.Strip | None:
        """The tolerance strip: of the whole when it was completed, of the largest change when that stopped it."""
        conversion = self.conversion
        tolerance = conversion.policy.tolerance_percent
        if conversion.net_units is not None:
            return charts.received_strip(conversion.quoted_net_units, conversion.net_units, tolerance)
        if conversion.reason_code != "price_changed":
            return None
        priced = [*((line.asset.code, line.change) for line in self.lines), (validators.BNB, conversion.change)]
        _size, code, change = max((abs(change), code, change) for code, change in priced if change is not None)
        return charts.change_strip(code, change, tolerance)
