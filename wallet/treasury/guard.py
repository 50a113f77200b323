"""The treasury's limits: what is warned of, and the closing when one is reached. What is confirmed goes on.

Positions are those of the ledger at the moment, and no lock is taken: what others pay meanwhile is seen by the next who asks.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.core.cache import cache

from wallet import formats, ledger, validators
from wallet.database.retrying import retried
from wallet.logs import get_logger
from wallet.models import Account, Opening, TreasuryLimit
from wallet.treasury.position import Treasury, treasury

NOTICE = "We have paused conversions for a short time. Your balances are safe."
OWN = (Account.Kind.TREASURY, Account.Kind.FEES)
# Where the watch remembers what it told last.
TOLD, FOR_DAYS = "treasury-warnings", 30 * 86_400

log = get_logger(__name__)


class Level(StrEnum):
    STOP = "stop"
    WARN = "warn"
    SHORT = "short"


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001  # the field's word; Python's own is no concern of a treasury
    """What is to be looked at of an asset: `side` of the limit, empty where the house is short without one; a sentence."""

    level: Level
    asset: str
    side: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.level} {self.asset} {self.side}".strip()


def warnings(at: datetime, found: Treasury | None = None) -> list[Warning]:
    """Every limit that is reached, stops first, and every asset of which the house is short; in the same few queries.

    By these positions, or those of now.
    """
    found = found or treasury(at)
    own = {one.asset.pk: one.own for one in found.positions}
    reached = [_warning(limit, own.get(limit.asset_id, 0)) for limit in TreasuryLimit.objects.in_force()]
    short = [
        Warning(Level.SHORT, one.asset.code, "", short_words(one.asset.code, -one.own, one.asset.scale))
        for one in found.positions
        if one.is_short
    ]
    told = [one for one in [*reached, *short] if one is not None]
    return sorted(told, key=lambda one: (list(Level).index(one.level), one.asset, one.side))


def stops(codes: Iterable[str] | None = None) -> list[Warning]:
    """The limits that stop quotes now: BNB's, and those of these assets or of all. One query while there are no limits."""
    limits = TreasuryLimit.objects.in_force()
    if codes is not None:
        wanted = {*codes, validators.BNB}
        limits = [one for one in limits if one.asset.code in wanted]
    own = own_units({limit.asset_id for limit in limits})
    return [told for limit in limits if (told := _warning(limit, own[limit.asset_id])) and told.level is Level.STOP]


@retried
def close_if_stopped(codes: Iterable[str] | None = None) -> Opening | None:
    """Writes the closing down when a limit is reached that stops, unless one by the treasury stands already."""
    found = stops(codes)
    if not found or Opening.objects.standing().filter(cause=Opening.Cause.TREASURY).exists():
        return None
    reason = " ".join(one.text for one in found)[:200]
    made = Opening.objects.create(is_open=False, notice=NOTICE, reason=reason, cause=Opening.Cause.TREASURY)
    log.error("treasury_closed", reason=reason)
    return made


def watch(at: datetime) -> None:
    """What the clock has done: closes where a limit is reached, and tells the log of each warning once, and of its end."""
    close_if_stopped()
    now = {one.name: one.text for one in warnings(at)}
    before: dict[str, str] = cache.get(TOLD) or {}
    for name in sorted(now.keys() - before.keys()):
        log.warning("treasury_warned", name=name, says=now[name])
    for name in sorted(before.keys() - now.keys()):
        log.info("treasury_warning_over", name=name)
    if now.keys() != before.keys():
        cache.set(TOLD, now, FOR_DAYS)


def own_units(asset_ids: Iterable[int]) -> dict[int, int]:
    """What the house has of its own of these assets, by id."""
    own: defaultdict[int, int] = defaultdict(int)
    ids = list(asset_ids)
    if not ids:
        return own
    accounts = list(Account.objects.filter(kind__in=OWN, asset__in=ids))
    assets = {account.pk: account.asset_id for account in accounts}
    for pk, units in ledger.house_balances(accounts).items():
        own[assets[pk]] += units
    return own


def _warning(limit: TreasuryLimit, units: int) -> Warning | None:
    if not limit.warns(units):
        return None
    level, bound = (Level.STOP, limit.stop_units) if limit.stops(units) else (Level.WARN, limit.warn_units)
    scale, code = limit.asset.scale, limit.asset.code
    has, may = formats.full_amount(units, scale), formats.full_amount(bound or 0, scale)
    side = "below the floor" if limit.side == TreasuryLimit.Side.FLOOR else "above the ceiling"
    what = "New quotes stop" if level is Level.STOP else "Warning"
    return Warning(level, code, limit.side, f"{what}: {code} is {side}: {has}, where {may} is the bound.")


def short_words(code: str, units: int, scale: int) -> str:
    """That so many units of it are missing."""
    return f"{code}: the house is {formats.full_amount(units, scale)} short of what customers have been credited."
