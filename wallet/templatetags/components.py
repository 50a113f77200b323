"""The pieces that occur on several pages; their markup stands in templates/components."""

import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any
from zlib import crc32

from django import template
from django.conf import settings
from django.forms import Form
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wallet.pages.prices import PricesFrom
from wallet.pages.problems import Problem
from wallet.pages.shell import Banner, banner
from wallet.pages.standstill import Standstill

register = template.Library()

HUES = 8


@register.simple_tag
@lru_cache(maxsize=4096)
def asset(code: str, name: str, note: str = "", box: str = "") -> SafeString:
    """An asset's monogram in its colour, its code and name; the note follows the name on a phone. With a box it is the box's
    label. Always the same for an asset, and therefore kept: lists have hundreds.
    """
    mark = {"letters": code[:4], "hue": crc32(code.encode()) % HUES}
    return _piece("asset", code=code, name=name, note=note, box=box, **mark)


def _piece(template_name: str, **facts: object) -> SafeString:
    """A component without the white space around it, which would be seen between words."""
    return SafeString(render_to_string(f"components/{template_name}.html", facts).strip())


MARK = re.compile("\ue000([a-z_]+)\ue001")


@register.simple_tag
def asset_rows(template_name: str, rows: Sequence[Any], box: str = "") -> SafeString:
    """A row for each of these values, which all are of one dataclass, by a template that knows one as `row`, and its asset
    as `label` (with `box` before the code it is the label of that box).

    Rendering a template some hundred times would be felt. So it is rendered once for all rows that have and lack the same,
    with marks where values go, and kept while the process lives; a row is then its values between the pieces. The template
    may show values, and ask by {% if %} whether they are there, but not what they are.
    """
    if not rows:
        return SafeString("")
    language, names = get_language() or "", [field.name for field in fields(rows[0])]
    values_of = attrgetter(*names)
    written = []
    for row in rows:
        values = dict(zip(names, values_of(row), strict=True))
        label = asset(row.code, row.name, values.get("note", ""), box and f"{box}{row.code}")
        there = tuple(name for name in names if values[name])
        pieces, places = _row_pattern(template_name, language, there)
        shown = (label if name == "label" else values[name] for name in places)
        written.append(pieces % tuple(one if isinstance(one, SafeString) else html.escape(one) for one in shown))
    return SafeString("".join(written))


@lru_cache(maxsize=256)
def _row_pattern(template_name: str, language: str, there: tuple[str, ...]) -> tuple[str, list[str]]:
    """What such a row looks like in this language, with %s in place of values, and which values these are."""
    marks = {name: SafeString(f"\ue000{name}\ue001") for name in there}
    row = render_to_string(template_name, {"row": marks, "label": SafeString("\ue000label\ue001")}).strip()
    return MARK.sub("%s", row.replace("%", "%%")), MARK.findall(row)


@register.simple_tag
@lru_cache(maxsize=8)
def icon(css: str) -> SafeString:
    """The sign of a box of this class: that something went well, or that it did not."""
    return render_to_string("icons/check.svg" if css == "ok" else "icons/warning.svg")


@register.inclusion_tag("_banner.html", takes_context=True)
def announcement(context: Context) -> dict[str, Banner | None]:
    """What operators announce. A page that has a `service` says what it knows; for another the database is asked."""
    service = getattr(context.get("page"), "service", None) or context["shell"].find_service()
    return {"banner": banner(service)}


@register.inclusion_tag("components/amount.html")
def amount(digits: str, unit: str) -> dict[str, str]:
    """An amount with its unit."""
    return {"digits": digits, "unit": unit}


@register.simple_block_tag
def fact(content: str, term: str, *, is_number: bool = False, css: str = "") -> SafeString:
    """One line of a list of facts: what it is about, and between the tags what is so."""
    outer, inner = (format_html(' class="{}"', name) if name else "" for name in (css, "num" if is_number else ""))
    return format_html("<div{}><dt>{}</dt><dd{}>{}</dd></div>", outer, term, inner, SafeString(content.strip()))


@register.simple_tag
def prices_line(prices: PricesFrom) -> SafeString:
    """When the prices on the page are from. The script counts their age on; a page has one."""
    return _piece("prices_line", prices=prices)


@register.inclusion_tag("components/problem_box.html")
def problem_box(problems: list[Problem], *, takes_focus: bool = True, is_alert: bool = False) -> dict[str, object]:
    """What is wrong with what was sent, each leading to its control; `is_alert` is for what stands there from the start."""
    return {"problems": problems, "takes_focus": takes_focus, "is_alert": is_alert}


@register.simple_tag
def passkey_script() -> SafeString:
    """The script of passkeys, on the pages that have a button for one."""
    return format_html('<script type="module" src="{}"></script>', static("passkey/passkey.js"))


@register.inclusion_tag("components/demonstration_note.html")
def demonstration_note() -> dict[str, bool]:
    """Says to operators that this site asks less of them than one in production would."""
    return {"is_shown": not settings.STAFF_NEED_SECOND_FACTOR}


@register.inclusion_tag("components/passkey_form.html")
def passkey_form(
    address: str,
    options: Mapping[str, object] | None = None,
    *,
    source: str = "",
    goes_on_to: str | None = None,
    label: str = "",
    form: Form | None = None,
    is_second: bool = True,
) -> dict[str, object]:
    """A form of its own that a passkey fills in and sends, to prove who is there; `form` is what was sent and refused."""
    return {
        "address": address,
        "options": options,
        "source": source,
        "goes_on_to": goes_on_to,
        "label": label or _("Use a passkey"),
        "is_second": is_second,
        "problems": form.errors.get("credential") if form is not None else None,
    }


@register.inclusion_tag("components/passkey_button.html")
def passkey_button(
    options: Mapping[str, object] | None,
    *,
    label: str,
    kind: str = "get",
    source: str = "",
    form: str = "",
    is_second: bool = False,
    problems: Sequence[str] | None = None,
) -> dict[str, object]:
    """What makes a passkey (`create`) or uses one (`get`) for the form around it, or for the one with the id `form`.

    Without options, they are fetched from `source`.
    """
    said = json.dumps(options, default=dict) if options else ""
    place = {"source": source, "form": form, "is_second": is_second, "problems": problems}
    return {"options": said, "kind": kind, "label": label} | place


@register.inclusion_tag("components/sort_link.html")
def sort_link(label: str, name: str, *, query: str, direction: str, is_current: bool, css: str = "") -> dict[str, str]:
    """A column's head that sorts the wallet's list by it, on the server; the query is the address's with that order."""
    head = {"label": label, "name": name, "query": query, "css": css}
    return head | {"direction": direction if is_current else ""}


@register.inclusion_tag("components/sort_button.html")
def sort_button(label: str, name: str, direction: str, *, is_sorted: bool = False, css: str = "") -> dict[str, Any]:
    """A column's head that sorts the list by it in the browser, in this direction; `is_sorted`: it comes so."""
    return {"label": label, "name": name, "direction": direction, "is_sorted": is_sorted, "css": css}


@register.inclusion_tag("components/standstill.html")
def standstill_box(standstill: Standstill) -> dict[str, Standstill]:
    """What stands in the way of a conversion now. Where it is the wait, it asks for the summary anew when that is over."""
    return {"standstill": standstill}
