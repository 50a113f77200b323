"""The policy's figures as the site's sentences say them."""

from dataclasses import dataclass

from django.utils.translation import pgettext

from wallet import formats
from wallet.models import Policy


@dataclass(frozen=True, slots=True)
class Terms:
    """What a conversion is judged by, in the reader's language: "0.0012" (BTC), "6 hours" and "every 6 hours", "5%", "None"
    or "2%".
    """

    version: int
    limit: str
    interval: str
    every: str
    tolerance: str
    fee: str
    has_fee: bool


def terms(policy: Policy) -> Terms:
    has_fee = policy.fee_percent > 0
    return Terms(
        version=policy.pk,
        limit=formats.local(formats.plain(policy.dust_limit_btc)),
        interval=formats.duration(policy.interval_seconds),
        every=formats.every(policy.interval_seconds),
        tolerance=formats.percent(formats.plain(policy.tolerance_percent)),
        fee=formats.percent(formats.plain(policy.fee_percent)) if has_fee else pgettext("fee", "None"),
        has_fee=has_fee,
    )
