"""Rows that are filled in are those that the template would have written."""

from dataclasses import fields, replace

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from wallet.pages.dust import Choice
from wallet.pages.wallet import AssetRow
from wallet.templatetags.components import asset, asset_rows

CHOICE = Choice(
    "DOGE", "Dogecoin", "doge dogecoin", "100", ".00", "", SafeString("<data>1</data>"), SafeString("2"), False
)
ROW = AssetRow(
    "DOGE", "Dogecoin", "100", ".00", "", SafeString("<span>≈ 2</span>&emsp;"), "0.1", "BTC", "Small balance", True
)
STRANGE = {"code": "100%s", "name": '<b>&"%(x)s {0} {{ row.code }} \ue000code\ue001', "amount": "< 0"}


def others(row):
    """The row, others in which one value is missing or there, and one of strange values."""
    yield row
    for field in fields(row):
        if field.name not in ("code", "name"):
            value = getattr(row, field.name)
            yield replace(row, **{field.name: not value if isinstance(value, bool) else "" if value else "123.456"})
    yield replace(row, **STRANGE)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    ("template", "row", "box"),
    [("wallet/dust/_choice.html", CHOICE, "choose-"), ("wallet/wallet/_asset.html", ROW, "")],
    ids=["dust", "wallet"],
)
def test_each_row_is_as_the_template_writes_it(template, row, box, language):
    rows = list(others(row))

    def written(one):
        label = asset(one.code, one.name, getattr(one, "note", ""), box and f"{box}{one.code}")
        return render_to_string(template, {"row": one, "label": label}).strip()

    with translation.override(language):
        expected = [written(one) for one in rows]
        assert len(set(expected)) == len(rows)
        assert asset_rows(template, rows, box) == "".join(expected)
        assert asset_rows(template, rows[::-1], box) == "".join(expected[::-1])


def test_no_rows_are_nothing():
    assert asset_rows("wallet/dust/_choice.html", []) == ""
