"""A file of movements: refused whole with a sentence for row and column, or posted whole, once (P14, P20)."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from tests.support.tampering import found
from wallet import csv_table, proposals
from wallet.models import Asset, Proposal, StaffAction, StaffMovement, Transaction
from wallet.proposals import Declined, csv_rows, file

DOGE = 10**6
HEADER = "reference,user,asset,amount\n"
HEADERS = "The header is reference,user,asset,amount, and if wanted kind,evidence."
ROW = "R1,mira,DOGE,1.5\n"


def propose(by, content):
    content = content.encode() if isinstance(content, str) else content
    payload = {"content": file.packed(content)}
    return proposals.propose(by=by, kind="file", payload=payload, reason="Monday.", evidence="T-9")


def problems(by, content):
    with pytest.raises(ValidationError) as caught:
        propose(by, content)
    assert not Proposal.objects.exists()
    return caught.value.message_dict["file"]


GOOD = {
    "plain": HEADER + ROW,
    "byte order mark": ("\ufeff" + HEADER + ROW).encode(),
    "Windows' line ends": (HEADER + ROW).replace("\n", "\r\n"),
    "no last line end": (HEADER + ROW).strip(),
    "empty lines": f"{HEADER}\n{ROW}\n\n",
    "quotes": 'reference,user,asset,amount\n"R1","mira","DOGE","1.5"\n',
    "another order": "amount,asset,user,reference\n1.5,DOGE,mira,R1\n",
    "all columns": "reference,user,asset,amount,kind,evidence\nR1,mira,DOGE,1.5,deposit,letter\n",
    "optional ones empty": "reference,user,asset,amount,kind,evidence\nR1,mira,DOGE,1.5,,\n",
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_file_is_posted_once_when_another_approves(world, tilda, rick, content):
    asked = propose(tilda, content)
    assert factories.balance(world.user, "DOGE") == 100 * DOGE
    proposals.approve(by=rick, proposal=asked.pk)
    with pytest.raises(Declined, match="decided on this already"):
        proposals.approve(by=rick, proposal=asked.pk)
    assert factories.balance(world.user, "DOGE") == 101_500_000
    moved = StaffMovement.objects.get()
    assert moved.transaction.reference == "R1"
    assert (moved.created_by, moved.reason) == (tilda, "Monday.")
    assert found() == []


BAD = {
    "nothing": ("", ["Choose a file that has something in it."]),
    "a header alone": (HEADER, ["The file has no rows below its header."]),
    "no header": (ROW, None),
    "a column missing": ("reference,user,asset\nR1,mira,DOGE\n", ["Row 1: the column amount is missing.", HEADERS]),
    "a column twice": ("reference,user,asset,amount,user\n", ["Row 1: the column “user” is there 2 times.", HEADERS]),
    "a wrong column": ("reference,user,asset,amount,note\n", ["Row 1: there is no column “note”.", HEADERS]),
    "semicolons": (
        (HEADER + ROW).replace(",", ";"),
        [
            f"The cells are parted by semicolons. Part them by commas, with t{HEADERS[1:].replace(' is', '').rstrip('.')}."
        ],
    ),
    "UTF-16": ((HEADER + ROW).encode("utf-16"), ["The file is UTF-16. Save it as CSV in UTF-8."]),
    "Latin-1": (
        (HEADER + "R1,münch,DOGE,1\n").encode("latin-1"),
        ["Row 2: this is not UTF-8. Save the file as CSV in UTF-8."],
    ),
    "NUL": (HEADER + "R\0,mira,DOGE,1\n", ["Row 2: there is a NUL byte. Save the file as CSV in UTF-8."]),
    "an open quote": (
        HEADER + '"R1,mira,DOGE,1\n',
        ["Row 2: this is no CSV (unexpected end of data). Check the quotation marks."],
    ),
    "a cell too few": (HEADER + "R1,mira,DOGE\n", ["Row 2, column amount: there are 3 cells, and the header has 4."]),
    "a cell too many": (
        HEADER + "R1,mira,DOGE,1,5\n",
        ["Row 2, column amount: there are 5 cells, and the header has 4."],
    ),
    "an empty cell": (HEADER + "R1,,DOGE,1\n", ["Row 2, column user: it is empty."]),
    "a formula": (HEADER + "=1+1,mira,DOGE,1\n", ["Row 2, column reference: “=1+1” begins like a formula."]),
    "blanks": (
        HEADER + "R1, mira,DOGE,1\n",
        ["Row 2, column user: “ mira” has blanks around it."],
    ),
    "a line in a cell": (HEADER + '"R\n1",mira,DOGE,1\n', None),
    "a long reference": (
        HEADER + f"{'R' * 81},mira,DOGE,1\n",
        ["Row 2, column reference: it has more than 80 characters."],
    ),
    "an unknown user": (HEADER + "R1,nobody,DOGE,1\n", ["Row 2, column user: There is no user “nobody”."]),
    "staff": (HEADER + "R1,tilda,DOGE,1\n", ["Row 2, column user: tilda is staff, and staff hold no balances."]),
    "an inactive user": (HEADER + "R1,gone,DOGE,1\n", ["Row 2, column user: gone is not active."]),
    "an unknown asset": (HEADER + "R1,mira,NONE,1\n", ["Row 2, column asset: There is no asset “NONE”."]),
    "a delisted asset": (
        HEADER + "R1,mira,LUNC,1\n",
        ["Row 2, column asset: LUNC is delisted: nobody gets any of it."],
    ),
    "a reference twice": (HEADER + ROW + ROW, ["Row 3, column reference: R1 stands in row 2 already."]),
    "a reference of before": (
        HEADER + "mira-EUR-10,mira,EUR,1\n",
        ["Row 2, column reference: mira-EUR-10 was posted already."],
    ),
    "a wrong kind": (
        "kind," + HEADER + "gift," + ROW,
        ["Row 2, column kind: “gift” is none of deposit, withdrawal, correction up, correction down."],
    ),
    "too much out": (
        "kind," + HEADER + "withdrawal,R1,mira,DOGE,101\n",
        ["Row 2, column amount: The balance is 100.000000 DOGE: it would go below zero."],
    ),
    "too many rows": (
        HEADER + "".join(f"R{number},mira,DOGE,1\n" for number in range(2_001)),
        ["The file has more than 2,000 rows. Send it in parts."],
    ),
    "100,000 lines": (
        HEADER + "R,mira,DOGE,1\n" * 100_000,
        ["The file has more than 500,000 bytes. Send it in parts."],
    ),
}


@pytest.fixture
def others(world):
    factories.user("gone", is_active=False)
    Asset.objects.filter(code="LUNC").update(status="delisted")


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_named_by_row_and_column(world, tilda, others, content, words):
    said = problems(tilda, content)
    assert said == words if words else all(one.startswith("Row ") or one == HEADERS for one in said)


AMOUNTS = [
    "0",
    "0.0",
    "-1",
    "+1",
    "1_000",
    "１２",
    "1e5",
    "-0",
    "NaN",
    "Infinity",
    "1 000",
    "1.0000001",
    "99999999999999999999",
    "1.",
    ".5",
]


@pytest.mark.parametrize("amount", AMOUNTS)
def test_an_amount_is_plain_digits_of_the_assets_scale(world, tilda, amount):
    (said,) = problems(tilda, f"{HEADER}R1,mira,DOGE,{amount}\n")
    assert said.startswith("Row 2, column amount: ")


def test_one_wrong_row_refuses_all_and_each_is_named(world, tilda):
    rows = "".join(f"N{number},nobody,DOGE,1\n" for number in range(25))
    said = problems(tilda, HEADER + ROW + rows)
    assert said[0] == "Row 3, column user: There is no user “nobody”."
    assert (len(said), said[-1]) == (csv_table.TOLD + 1, "And 5 more.")


def test_many_rows_of_one_customer_are_posted_in_their_order(world, tilda, rick):
    """Each is covered by what came before it; one wave after the other."""
    rows = ["kind,reference,user,asset,amount", "deposit,D1,mira,DOGE,50", "withdrawal,W1,mira,DOGE,150"]
    rows += ["deposit,D2,mira,ETH,0.5", "correction up,C1,mira,DOGE,2", "correction down,C2,mira,DOGE,1"]
    proposals.approve(by=rick, proposal=propose(tilda, "\n".join(rows)).pk)
    assert factories.balances(world.user) == {"DOGE": 1 * DOGE, "ETH": 51_000_000, "EUR": 1_000}
    assert sorted(StaffMovement.objects.values_list("number", flat=True)) == [2, 3, 4, 5, 6]
    assert found() == []


def test_a_file_is_proposed_once_while_it_waits_or_once_it_is_posted(world, tilda, rick):
    asked = propose(tilda, HEADER + ROW)
    with pytest.raises(Declined, match=f"This was proposed already: Proposal {asked.pk}"):
        propose(tilda, HEADER + ROW)
    proposals.refuse(by=rick, proposal=asked.pk, reason="Not yet.")
    again = propose(tilda, HEADER + ROW)
    proposals.approve(by=rick, proposal=again.pk)
    with pytest.raises(ValidationError, match="R1 was posted already"):
        propose(tilda, HEADER + ROW)


def test_a_reference_of_two_files_is_posted_once(world, tilda, rick):
    both = [propose(tilda, HEADER + ROW + f"{more},mira,DOGE,1\n") for more in ("R2", "R3")]
    proposals.approve(by=rick, proposal=both[0].pk)
    with pytest.raises(Declined, match="Row 2, column reference: R1 was posted already"):
        proposals.approve(by=rick, proposal=both[1].pk)
    assert StaffMovement.objects.count() == 2


def test_it_shows_totals_rows_and_the_files_hash(world, tilda):
    rows = "".join(f"R{number},mira,DOGE,0.1\n" for number in range(12)) + "E1,mira,EUR,5\n"
    asked = propose(tilda, HEADER + rows)
    kind = proposals.KINDS["file"]
    shown = {row.name: row.new for row in kind.rows(asked.payload, asked.state, asked.state)}
    assert shown["SHA-256 of the file"] == asked.state["sha256"]
    assert shown["Rows"] == "13"
    assert shown["Deposit, DOGE"] == "12 rows, together 1.2"
    examples = kind.examples(asked.payload, world.clock())
    assert (examples[0], examples[-1]) == ("Row 2: deposit, 0.1 DOGE, mira, R0.", "And 3 more.")
    assert StaffAction.objects.get(action="proposed").after == {"sha256": asked.state["sha256"], "rows": "13"}


def test_as_many_queries_for_many_rows_as_for_one(world, queries):
    def rows(count):
        return csv_rows.read((HEADER + "".join(f"R{number},mira,DOGE,1\n" for number in range(count))).encode())

    assert len(queries(file.checked, rows(1))) == len(queries(file.checked, rows(500)))


@given(
    content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEADER + text).encode("utf-8", "ignore"))
)
def test_whatever_it_is_it_is_read_or_refused(content):
    try:
        assert csv_rows.read(content)
    except ValidationError as error:
        assert error.message_dict["file"]


@pytest.mark.parametrize("payload", [{}, {"content": "?"}, {"content": ""}, {"content": "é"}])
def test_a_forged_payload_is_refused(world, tilda, payload):
    with pytest.raises(ValidationError, match="Choose a file"):
        proposals.propose(by=tilda, kind="file", payload=payload, reason="Monday.", evidence="T-9")


def test_nothing_is_posted_without_both(world, tilda):
    propose(tilda, HEADER + ROW)
    assert not Transaction.objects.filter(reference="R1").exists()
