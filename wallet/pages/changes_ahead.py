"""What customers are told ahead of a policy version that is still to come: each figure by which they lose."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wallet import formats
from wallet.models import Policy
from wallet.pages import markup


def changes_ahead(in_force: Policy, pending: Iterable[Policy], now: datetime) -> list[SafeString]:
    """A sentence for each, in the order in which they come: what changes, when, from what, to what."""
    versions = [in_force, *pending]
    return [words for before, after in pairwise(versions) for words in _losses(before, after, now)]


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
