"""docs/security.md says of each item of the standard how the site stands, once, and names tests that there are."""

import ast
import re
from collections import Counter

from tests.house.test_docs import CODE, rows, section
from tests.support.root import ROOT

SECURITY = ROOT / "docs" / "security.md"
OPERATING = ROOT / "docs" / "operating.md"
LEVELS = {"info", "warning", "error", "exception"}
HEADING = "The standard, item by item"
WAYS = {"met", "not applicable", "operator", "open"}
# How many items of levels 1 and 2 each section of version 5.0 has, from .1 on.
ITEMS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2
8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4
11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
PARTS = [part.split(":") for part in ITEMS.split()]
NUMBERS = [f"{part}.{number}" for part, count in PARTS for number in range(1, int(count) + 1)]


def items():
    """Each row of the table: the numbers that it speaks of, how they stand, and what shows it."""
    for numbers, _, how, shown in rows(section(SECURITY.read_text(), HEADING))[2:]:
        first, _, last = numbers.partition("–")
        yield NUMBERS[NUMBERS.index(first) : NUMBERS.index(last or first) + 1], how.partition(":")[0], shown


def test_each_item_of_levels_one_and_two_stands_there_once():
    assert len(NUMBERS) == 253
    said = Counter(number for numbers, *_ in items() for number in numbers)
    assert said == Counter(NUMBERS)


def test_each_is_met_and_shown_or_says_why_not():
    wrong = [numbers for numbers, way, shown in items() if way not in WAYS or (way == "met" and not shown)]
    assert wrong == []


def test_the_tests_that_it_names_are_there():
    lost = []
    for name in re.findall(r"`(tests/[^`]+)`", SECURITY.read_text()):
        path, _, function = name.partition("::")
        if not (ROOT / path).exists() or (function and f"def {function}(" not in (ROOT / path).read_text()):
            lost.append(name)
    assert lost == []


def test_the_parts_of_the_page_that_it_leads_to_are_there():
    text = SECURITY.read_text()
    lines = re.findall(r"^## (.*)", text, re.MULTILINE)
    headings = {re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in lines}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) - headings == set()


def logged():
    """Every event that the site logs itself: the first argument of each log.info and the like."""
    for package in ("wallet", "dustsite"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                is_line = is_call and node.func.attr in LEVELS and ast.unparse(node.func.value) == "log"
                if is_line and isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value


def test_operators_read_of_every_event_that_is_logged_and_of_no_other():
    table = rows(section(OPERATING.read_text(), "The log"))[2:]
    named = {event for first, *_ in table for event in CODE.findall(first)}
    of_requests = {"request_finished", "request_failed", "streaming_finished", "streaming_failed"}
    of_tasks = {"task_failed", "task_revoked"}
    assert named - of_requests - of_tasks == set(logged())
