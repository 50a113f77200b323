"""What `manage.py check --deploy` says of the configured exchanges."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks

HINT = (
    "Name a second exchange that trades what your customers hold, such as EXCHANGE_FALLBACK_ID=kraken, and try both with"
    " manage.py check_market. It confirms prices, and never replaces the first."
)


def check(app_configs: Sequence[Any] | None, **options: Any) -> list[checks.CheckMessage]:
    """M9: production has a fallback."""
    if settings.PRICE_SOURCE != "exchange" or settings.EXCHANGE_FALLBACK_ID:
        return []
    words = f"No second exchange confirms the prices of {settings.EXCHANGE_ID}: what is wrong there can become a price."
    return [checks.Warning(words, hint=HINT, id="wallet.W002")]
