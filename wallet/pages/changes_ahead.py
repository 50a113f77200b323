"""What customers are told ahead: each figure by which they lose by a policy version to come, and assets to be delisted."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wallet import formats
from wallet.models import Asset, Policy
from wallet.pages import markup


def changes_ahead(in_force: Policy, pending: Iterable[Policy], now: datetime) -> list[SafeString]:
    """A sentence for each, in the order in which they come: what changes, when, from what, to what."""
    versions = [in_force, *pending]
    return [words for before, after in pairwise(versions) for words in _losses(before, after, now)]


def delistings_ahead(assets: Iterable[Asset], now: datetime) -> list[SafeString]:
    """Of those of these assets that are delisted from a day to come, a notice each, in the order in which the days come."""
    coming = {asset: asset.delisted_on for asset in assets if asset.delisted_on and asset.is_to_be_delisted(now)}
    return [
        conditional_escape(delisting_ahead(asset)) for asset in sorted(coming, key=lambda one: (coming[one], one.code))
    ]


def delisting_ahead(asset: Asset) -> str:
    """That it will be delisted, from which day, and until when it can be withdrawn where that is known."""
    assert asset.delisted_on is not None
    words = _("%(asset)s will be delisted on %(day)s. From then on it can’t be converted.")
    said = words % {"asset": asset.code, "day": formats.day(asset.delisted_on)}
    if asset.withdraw_until is None:
        return said
    words = _("It can be withdrawn until %(day)s.") % {"day": formats.day(asset.withdraw_until)}
    return f"{said} {words}"


def _losses(before: Policy, after: Policy, now: datetime) -> Iterator[SafeString]:
    assert after.effective_from is not None
    when = markup.when(after.effective_from, now)
    if after.dust_limit_btc < before.dust_limit_btc:
        words = _("The limit for small balances changes %(when)s from %(old)s BTC to %(new)s BTC.")
        old, new = (formats.local(formats.plain(one.dust_limit_btc)) for one in (before, after))
        yield markup.filled(words, when=when, old=old, new=new)
    if after.interval_seconds > before.interval_seconds:
        words = _("The time between conversions changes %(when)s from %(old)s to %(new)s.")
        old, new = (formats.duration(one.interval_seconds) for one in (before, after))
        yield markup.filled(words, when=when, old=old, new=new)
    if after.tolerance_percent > before.tolerance_percent:
        words = _(
            "The move of an asset’s price in BNB at which nothing is converted changes %(when)s from %(old)s to %(new)s."
        )
        old, new = (formats.percent(formats.plain(one.tolerance_percent)) for one in (before, after))
        yield markup.filled(words, when=when, old=old, new=new)
    if after.fee_percent > before.fee_percent:
        words = _("The fee changes %(when)s from %(old)s to %(new)s.")
        old, new = (formats.percent(formats.plain(one.fee_percent)) for one in (before, after))
        yield markup.filled(words, when=when, old=old, new=new)
