"""The pieces that occur several times on the pages of a conversion."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def fact(content: str, term: str, *, is_number: bool = False, css: str = "") -> SafeString:
    """One line of a list of facts: what it is about, and between the tags what is so."""
    outer, inner = (format_html(' class="{}"', name) if name else "" for name in (css, "num" if is_number else ""))
    return format_html("<div{}><dt>{}</dt><dd{}>{}</dd></div>", outer, term, inner, SafeString(content.strip()))
