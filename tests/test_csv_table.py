"""Files from outside: what is taken, and that what is refused is told by row and column."""

import pytest
from django.core.exceptions import ValidationError

from wallet.csv_table import FileRefused, Problems, Table

TABLE = Table(["code", "amount"], most=3)
GOOD = b"code,amount\nXRP,1.5\nDOGE,2\n"


def cells(content):
    return [(row.number, dict(row.cells)) for row in TABLE.read(content)]


def problems(content):
    with pytest.raises(FileRefused) as refused:
        TABLE.read(content)
    return refused.value.problems


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n"),
        GOOD.removesuffix(b"\n"),
        b'"code","amount"\n"XRP","1.5"\nDOGE,2\n',
    ],
)
def test_the_same_rows_are_read_however_the_file_was_saved(content):
    assert cells(content) == [(2, {"code": "XRP", "amount": "1.5"}), (3, {"code": "DOGE", "amount": "2"})]


def test_empty_lines_are_passed_over_and_rows_keep_their_numbers():
    assert [number for number, _ in cells(b"code,amount\n\nXRP,1\n\n\nDOGE,2\n\n")] == [3, 6]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Row 1: the column code is missing."),
        (b"code,amount\n", "The file has no rows below its header."),
        (b"code\nXRP\n", "Row 1: the column amount is missing."),
        (b"code,amount,note\nXRP,1,\n", "Row 1: there is no column “note”."),
        (b"code,code,amount\nXRP,XRP,1\n", "Row 1: the column “code” is there 2 times."),
        (b"amount,cost\n1,XRP\n", "The header is code,amount."),
        (b"code,amount\nXRP,\n", "Row 2, column amount: it is empty."),
        (b"Code,amount\nXRP,1\n", "Row 1: there is no column “Code”."),
        (b"code;amount\nXRP;1\n", "The cells are parted by semicolons."),
        (b"code\tamount\nXRP\t1\n", "Row 1: the column code is missing."),
        (GOOD.decode().encode("utf-16"), "The file is UTF-16."),
        (GOOD.decode().encode("utf-16-le"), "Row 1: there is a NUL byte."),
        (b"code,amount\nXRP,1\nDO\0GE,2\n", "Row 3: there is a NUL byte."),
        (b"code,amount\nXRP,1\nD\xe9GE,2\n", "Row 3: this is not UTF-8."),
        (b'code,amount\n"XRP,1\n', "Row 2: this is no CSV"),
        (b'code,amount\n"XR"P,1\n', "Row 2: this is no CSV"),
        (b"code,amount\nXRP\n", "Row 2, column amount: there are 1 cells, and the header has 2."),
        (b"code,amount\nXRP,1,2\n", "Row 2, column amount: there are 3 cells, and the header has 2."),
        (b"code,amount\nXRP;1\n", "Row 2, column amount: there are 1 cells"),
        (b"code,amount\nXRP, 1\n", "Row 2, column amount: “ 1” has blanks around it."),
        (b"code,amount\n=1+1,1\n", "Row 2, column code: “=1+1” begins like a formula."),
        (b"code,amount\nXRP,-0\n", "Row 2, column amount: “-0” begins like a formula."),
        (b"code,amount\n@SUM,1\n", "Row 2, column code: “@SUM” begins like a formula."),
        ("code,amount\nXR\u200bP,1\n".encode(), "Row 2, column code: there is a character that cannot be seen."),
        (b'code,amount\n"X\nP",1\n', "Row 2, column code: there is a character that cannot be seen."),
        (b"code,amount\n" + b"X" * 1_001 + b",1\n", "Row 2, column code: it has more than 1,000 characters."),
        (b"code,amount\n" + b"XRP,1\n" * 4, "The file has more than 3 rows."),
    ],
)
def test_what_is_wrong_with_a_file_is_said(content, said):
    assert any(problem.startswith(said) for problem in problems(content)), problems(content)


def test_a_file_larger_than_the_bound_is_refused_unread():
    assert problems(b"x" * 1_000_001) == ["The file has more than 1,000,000 bytes. Send it in parts."]


def test_columns_come_in_any_order_and_optional_ones_may_be_missing_or_empty():
    table = Table(["code", "amount"], optional=["note"], longest={"note": 3})
    assert [dict(row.cells) for row in table.read(b"amount,code\n1,XRP\n")] == [{"amount": "1", "code": "XRP"}]
    assert table.read(b"note,amount,code\n,1,XRP\n")[0].cells["note"] == ""
    with pytest.raises(FileRefused, match="Row 2, column note: it has more than 3 characters"):
        table.read(b"note,amount,code\nlong,1,XRP\n")


def test_all_problems_are_told_together_and_the_rest_is_counted():
    found = Problems()
    for number in range(2, 30):
        found.add(number, "code", "wrong.")
    with pytest.raises(FileRefused) as refused:
        found.refuse()
    assert refused.value.problems[:2] == ["Row 2, column code: wrong.", "Row 3, column code: wrong."]
    assert refused.value.problems[20:] == ["And 8 more."]


def test_no_problems_refuse_nothing():
    Problems().refuse()


def test_what_a_cell_is_read_as_or_what_is_wrong_with_it_by_its_column():
    def refuse():
        raise ValidationError(["It is none.", "Write another."])

    found = Problems()
    assert found.check(7, "amount", lambda: 5) == 5
    found.refuse()
    assert found.check(7, "amount", refuse) is None
    with pytest.raises(FileRefused) as refused:
        found.refuse()
    assert refused.value.problems == ["Row 7, column amount: It is none. Write another."]
