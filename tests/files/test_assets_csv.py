"""A file of assets: what a row may say, and that each wrong one is told by row and column."""

import pytest

from tests.support import factories
from wallet.csv_table import FileRefused
from wallet.files import assets_csv
from wallet.models import Asset

HEADER = "code,name,scale,status\n"
pytestmark = pytest.mark.django_db


def problems(*rows):
    with pytest.raises(FileRefused) as refused:
        assets_csv.assets((HEADER + "\n".join(rows)).encode())
    return refused.value.problems


def test_what_is_read_is_whole_and_nothing_is_written():
    found = assets_csv.assets((HEADER + 'XRP,XRP,6,listed\n1INCH,"1inch, the network",18,unlisted\n').encode())
    assert [(one.code, one.name, one.scale, one.status) for one in found] == [
        ("XRP", "XRP", 6, "listed"),
        ("1INCH", "1inch, the network", 18, "unlisted"),
    ]
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("xrp,XRP,6,listed", "Row 2, column code: An asset's code is 1 to 16"),
        ("ВТС,Bitcoin,8,listed", "Row 2, column code: An asset's code is 1 to 16"),
        (",XRP,6,listed", "Row 2, column code: it is empty."),
        ("XRPXRPXRPXRPXRPXRP,XRP,6,listed", "Row 2, column code: "),
        ("XRP,,6,listed", "Row 2, column name: it is empty."),
        (f"XRP,{'x' * 61},6,listed", "Row 2, column name: Ensure this value has at most 60"),
        ("XRP,=cmd(),6,listed", "Row 2, column name: “=cmd()” begins like a formula."),
        *(
            (f"XRP,XRP,{scale},listed", f"Row 2, column scale: “{scale}” is no number of decimal places.")
            for scale in ("1e1", "６", "6.0", "1_0", "19", "06", "NaN")
        ),
        ("XRP,XRP,,listed", "Row 2, column scale: it is empty."),
        ("XRP,XRP,6,", "Row 2, column status: it is empty."),
        ("XRP,XRP,-0,listed", "Row 2, column scale: “-0” begins like a formula."),
        *(
            (f"XRP,XRP,6,{status}", f"Row 2, column status: “{status}” is no status of a new asset.")
            for status in ("Listed", "delisted", "paused")
        ),
        ("BNB,BNB,6,listed", "Row 2, column scale: BNB keeps 8 decimal places."),
        ("BTC,Bitcoin,8,unlisted", "Row 2, column status: BTC stays listed."),
    ],
)
def test_what_is_wrong_with_a_row_is_said(row, problem):
    (found,) = problems(row)
    assert found.startswith(problem)


def test_a_code_stands_once_in_the_file_and_is_no_asset_yet():
    factories.asset("DOGE")
    assert problems("XRP,XRP,6,listed", "XRP,XRP,6,listed", "DOGE,Dogecoin,6,listed") == [
        "Row 3, column code: XRP stands in row 2 already.",
        "Row 4, column code: there is an asset DOGE already.",
    ]


def test_more_rows_than_a_file_may_have_are_refused():
    assert problems(*["XRP,XRP,6,listed"] * 5_001) == ["The file has more than 5,000 rows. Send it in parts."]
