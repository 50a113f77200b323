"""What pausing, resuming, delisting and listing assets would mean: who holds them, what runs, and what customers will read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone, translation

from wallet import formats, money, validators
from wallet.listing import Deed, Wanted, become
from wallet.models import Account, Asset, Conversion, Line, Policy, Price
from wallet.models.account_sums import Held
from wallet.models.assets import utc_day
from wallet.models.status import Status
from wallet.pages.changes_ahead import delisting_ahead

LABELS = {
    Deed.PAUSE: "Pause",
    Deed.RESUME: "Resume",
    Deed.DELIST: "Delist",
    Deed.UNLIST: "Unlist",
    Deed.LIST: "List again",
}
NOTHING = "Nothing: it can be converted like any other."
NO_PRICE = "no price"
ON_THE_DAY = "— and from that day on:"


@dataclass(frozen=True, slots=True)
class Affected:
    """An asset that something is to be done to. `problem` says why it cannot be done; `reads` has a sentence by language."""

    code: str
    name: str
    standing: str
    customers: str
    amount: str
    worth_btc: str
    running: str
    quotes: str
    reads: list[tuple[str, str]]
    problem: str


@dataclass(frozen=True, slots=True)
class ListingPage:
    label: str
    affected: list[Affected]
    closes: str


def standing(asset: Asset, at: datetime) -> str:
    """How an asset stands, in a few words: listed, paused; delisted from 2026-12-01."""
    if asset.is_delisted(at):
        words = "delisted"
    elif asset.delisted_on is not None:
        words = f"{asset.status}, delisted from {asset.delisted_on}"
    else:
        words = asset.status
    return f"{words}, paused" if asset.conversions_paused else words


def listing_page(assets: Sequence[Asset], wanted: Wanted, at: datetime) -> ListingPage:
    """In the same few queries for any number of assets."""
    ids = [asset.pk for asset in assets]
    held = Account.objects.held_of(ids)
    prices = Price.objects.of(ids)
    running, quotes = _conversions(ids, at)
    found = Found(at, held, prices, running, quotes)
    affected = [_affected(asset, wanted, found) for asset in assets]
    closes = ""
    if validators.BNB in {asset.code for asset in assets}:
        closes = {
            Deed.PAUSE: "Everything is paid in BNB: pausing it closes conversions until it is resumed."
            " What is confirmed is finished.",
            Deed.RESUME: "Resuming BNB opens what its pause closed. Other closings stay.",
        }.get(wanted.deed, "")
    return ListingPage(LABELS[wanted.deed], affected, closes)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of all the assets at a moment, by their ids; prices by their codes."""

    at: datetime
    held: Mapping[int, Held]
    prices: Mapping[str, Price]
    running: Mapping[int, int]
    quotes: Mapping[int, int]


def _affected(asset: Asset, wanted: Wanted, found: Found) -> Affected:
    held, price, at = found.held.get(asset.pk, Held()), found.prices.get(asset.code), found.at
    today = utc_day(at)
    sats = money.value_sats(held.units, asset.scale, price.rate_btc) if price else None
    return Affected(
        code=asset.code,
        name=asset.name,
        standing=standing(asset, at),
        customers=f"{held.customers:,}",
        amount=formats.full_amount(held.units, asset.scale),
        worth_btc=NO_PRICE if sats is None else formats.coin(sats),
        running=f"{found.running.get(asset.pk, 0):,}",
        quotes=f"{found.quotes.get(asset.pk, 0):,}",
        reads=[(name, _read(become(asset, wanted, today), wanted, at, code)) for code, name in settings.LANGUAGES],
        problem=wanted.problem_of(asset, today),
    )


def _read(asset: Asset, wanted: Wanted, at: datetime, language: str) -> str:
    """What customers will read of the asset, from when it is delisted where that is to come; of BNB the closing's notice."""
    if asset.code == validators.BNB:
        return asset.pause_reason or NOTHING
    begins = wanted.delisted_on if wanted.deed is Deed.DELIST else None
    moment = max(at, at + timedelta(days=(begins - utc_day(at)).days)) if begins else at
    with translation.override(language), timezone.override("UTC"):
        refusal = asset.refusal(moment)
        said = refusal.text if refusal else NOTHING
        return f"{delisting_ahead(asset)} {ON_THE_DAY} {said}" if moment > at else said


def _conversions(ids: Sequence[int], at: datetime) -> tuple[dict[int, int], dict[int, int]]:
    """By asset, the conversions that are confirmed and not finished, and the quotes that can still be confirmed."""
    since = at - Policy.objects.in_effect(at).quote_lifetime
    running = Conversion.objects.filter(status=Status.CONFIRMED)
    quoted = Conversion.objects.filter(status=Status.QUOTED, quoted_at__gt=since)
    found = [Line.objects.count_by_asset(some, ids) for some in (running, quoted)]
    bnb = Asset.objects.filter(code=validators.BNB, pk__in=ids).first()
    if bnb is not None:  # every conversion is paid in it
        found = [{**counts, bnb.pk: some.count()} for counts, some in zip(found, (running, quoted), strict=True)]
    return found[0], found[1]
