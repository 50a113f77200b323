"""What the page of a conversion is made of, and what its words say without their markup."""

from collections.abc import Mapping
from typing import Any

from tests.support.factories import World
from tests.support.html import read
from wallet.eligibility import eligibility
from wallet.models import Conversion
from wallet.pages.conversion import conversion_page
from wallet.pages.conversion.page import Visit


def page_of(
    world: World,
    conversion: Conversion,
    *,
    left: int = 0,
    told: Mapping[str, Mapping[str, str]] | None = None,
    **visit: Any,
) -> Any:
    """The page as the customer sees it now, who would have so many small balances left; `told` says why prices are missing."""
    found = Conversion.objects.select_related("policy", "renews").get(pk=conversion.pk)
    lines = list(found.lines.select_related("asset").order_by("-quoted_value_sats"))
    state = eligibility(user=world.user, now=world.clock())
    seen = Visit(account="mira@example.com", address="https://example.com/", **visit)
    return conversion_page(found, lines, state, world.clock(), visit=seen, left=left, told=told or {})


def plain(words: str) -> str:
    return read(words).text
