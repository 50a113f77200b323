"""The pieces that occur on several pages; their markup stands in templates/components."""

from functools import lru_cache
from zlib import crc32

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()

HUES = 12


@register.simple_tag
@lru_cache(maxsize=4096)
def mark(code: str) -> SafeString:
    """An asset's monogram in its colour, always the same for an asset, and therefore kept: lists have hundreds."""
    return render_to_string("components/mark.html", {"letters": code[:2], "hue": crc32(code.encode()) % HUES})
