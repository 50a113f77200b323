"""What operators do to assets: pause, resume, delist, unlist, list again; and add, one by one or from a file.

Each is done to all assets that are named or to none, with a reason, and is in the staff's log with before and after. Pausing
never waits for anybody. BTC and BNB stay listed. While BNB is paused conversions are closed: everything is paid in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from wallet import staff_log, validators
from wallet.database import clock
from wallet.database.retrying import retried
from wallet.models import Asset, Opening
from wallet.models.assets import CORE, utc_day

FARTHEST = timedelta(days=366)
# What a deed may change of an asset, and no form does.
FIELDS = ("status", "delisted_on", "withdraw_until", "conversions_paused", "pause_reason")


class Deed(StrEnum):
    """What is done to assets; each has a right of its own."""

    PAUSE = "pause"
    RESUME = "resume"
    DELIST = "delist"
    UNLIST = "unlist"
    LIST = "list"

    @property
    def permission(self) -> str:
        return f"wallet.{Deed.DELIST if self is Deed.UNLIST else self}_asset"


class NotDone(Exception):
    """Why nothing was done to any of the assets: a sentence for each that stands in the way, for the operator."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of assets, and why. The days are of UTC, and of delisting alone."""

    deed: Deed
    reason: str
    delisted_on: date | None = None
    withdraw_until: date | None = None

    def problems(self, today: date) -> Iterator[str]:
        """What is wrong with it, whatever the asset."""
        if not self.reason.strip():
            yield "Say why."
        if self.deed is not Deed.DELIST:
            return
        begins = self.delisted_on or today
        if begins < today:
            yield f"Delisted from: {begins} is over. Delist from today, {today}, or from a day to come."
        if begins > today + FARTHEST:
            yield f"Delisted from: {begins} is more than a year ahead."
        if self.withdraw_until is not None and self.withdraw_until <= begins:
            yield f"Withdrawals until: {self.withdraw_until} is not after {begins}, when it is delisted."

    def problem_of(self, asset: Asset, today: date) -> str:
        """Why it cannot be done to this asset; empty where it can."""
        is_core = asset.code in CORE
        if self.deed in (Deed.DELIST, Deed.UNLIST) and is_core:
            return f"{asset.code} stays listed: conversions are made with it. Pause it, or close conversions."
        if self.deed is Deed.DELIST and asset.status == Asset.Status.DELISTED and (self.delisted_on or today) > today:
            return f"{asset.code} is delisted already. List it again before you give another day."
        if self.deed is Deed.RESUME:
            return "" if asset.conversions_paused else f"{asset.code} is not paused."
        if {name: getattr(asset, name) for name in FIELDS} == self.fields(asset, today):
            return f"{asset.code}: nothing would change."
        return ""

    def fields(self, asset: Asset, today: date) -> dict[str, Any]:
        """What the asset's fields will be."""
        fields: dict[str, Any] = {name: getattr(asset, name) for name in FIELDS}
        begins = self.delisted_on or today
        changes: dict[Deed, dict[str, Any]] = {
            Deed.PAUSE: {"conversions_paused": True, "pause_reason": self.reason.strip()},
            Deed.RESUME: {"conversions_paused": False, "pause_reason": ""},
            Deed.DELIST: {
                "status": Asset.Status.DELISTED if begins <= today else asset.status,
                "delisted_on": begins,
                "withdraw_until": self.withdraw_until,
            },
            Deed.UNLIST: {"status": Asset.Status.UNLISTED, "delisted_on": None, "withdraw_until": None},
            Deed.LIST: {"status": Asset.Status.LISTED, "delisted_on": None, "withdraw_until": None},
        }
        return {**fields, **changes[self.deed]}


def become(asset: Asset, wanted: Wanted, today: date) -> Asset:
    """The asset as it will be, to be read only."""
    kept = {field.attname: getattr(asset, field.attname) for field in Asset._meta.concrete_fields}  # noqa: SLF001
    return Asset(**{**kept, **wanted.fields(asset, today)})


@retried
def carry_out(*, by: User, wanted: Wanted, codes: Sequence[str]) -> list[Asset]:
    """Does it to all these assets, or raises NotDone with every reason why not."""
    with transaction.atomic():
        assets = list(Asset.objects.filter(code__in=codes).order_by("pk").select_for_update(no_key=True))
        today = utc_day(clock.now())
        problems = [*wanted.problems(today), *filter(None, (wanted.problem_of(asset, today) for asset in assets))]
        missing = sorted({*codes} - {asset.code for asset in assets})
        problems += [f"There is no asset {code}." for code in missing]
        if problems or not assets:
            raise NotDone(problems or ["Choose at least one asset."])
        for asset in assets:
            _do(by, wanted, asset, today)
        return assets


def _do(by: User, wanted: Wanted, asset: Asset, today: date) -> None:
    will = wanted.fields(asset, today)
    changed = [name for name in FIELDS if getattr(asset, name) != will[name]]
    before = {name: getattr(asset, name) for name in changed}
    for name in changed:
        setattr(asset, name, will[name])
    asset.save(update_fields=changed)
    after = {name: will[name] for name in changed}
    reason = wanted.reason.strip()
    staff_log.record(staff=by, action=f"asset_{wanted.deed}", on=asset, reason=reason, before=before, after=after)
    if asset.code == validators.BNB and "conversions_paused" in changed:
        _record_opening(by, is_open=not asset.conversions_paused, words=reason)


def _record_opening(by: User, *, is_open: bool, words: str) -> None:
    """BNB's pause closes conversions, and its resuming opens what that closed."""
    made = Opening.objects.create(
        is_open=is_open,
        notice="" if is_open else words,
        reason=f"BNB was {'resumed' if is_open else 'paused'}: {words}"[:200],
        cause=Opening.Cause.BNB,
        created_by=by,
    )
    after = {"is_open": is_open, "notice": made.notice, "cause": made.cause}
    staff_log.record(staff=by, action="added", on=made, reason=made.reason, after=after)


@retried
def add(*, by: User, assets: Sequence[Asset], source: str) -> None:
    """Adds new assets that were checked, all or none; `source` says where from. Raises NotDone where a code is taken."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                Asset.objects.bulk_create(assets)
        except IntegrityError as error:
            raise NotDone(["One of these assets was added by somebody else meanwhile. Send the file again."]) from error
        for asset in assets:
            after = {name: getattr(asset, name) for name in ("code", "name", "scale", "status")}
            staff_log.record(staff=by, action="added", on=asset, reason=source, after=after)
