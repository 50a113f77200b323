"""What keeps the code readable: short lines, functions and modules, and imports at the top."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.root import ROOT

LONGEST_LINE = 120
LONGEST_FUNCTION = 50
LONGEST_MODULE = 320
CODE = ("dustsite", "wallet", "tests")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def files(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    return sorted(path for path in found if "locale" not in path.parts)


def modules() -> list[Path]:
    """Every module but migrations, which are lists of what is rather than logic."""
    return [path for path in files(*CODE, suffixes=(".py",)) if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize(
    "sources",
    [files("templates", "static", suffixes=(kind,)) for kind in (".html", ".css", ".js")]
    + [files("templates", suffixes=(".svg",))]
    + [[ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files("docs", suffixes=(".md",))]],
    ids=["html", "css", "js", "svg", "md"],
)
def test_no_line_is_long(sources):
    """But for the rows of a document's tables, each of which has to be one line. Python's lines are the linter's."""
    assert sources
    long = [
        f"{name(path)}:{number}: {len(line)} characters"
        for path in sources
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > LONGEST_LINE and not (path.suffix == ".md" and line.startswith("|"))
    ]
    assert not long, "\n".join(long)


def test_every_argument_can_be_named():
    """Where it is called, a status in the place of another reads like the right one."""
    unnamed = [
        f"{name(path)}:{function.lineno}: {function.name}"
        for path in modules()
        for function in functions(path)
        if function.args.posonlyargs
    ]
    assert not unnamed, "\n".join(unnamed)


def test_no_function_is_long():
    long = [
        f"{name(path)}:{function.lineno}: {function.name} has {function.end_lineno - function.lineno + 1} lines"
        for path in modules()
        for function in functions(path)
        if function.end_lineno - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_no_module_is_long():
    lengths = {name(path): len(path.read_text().splitlines()) for path in modules()}
    long = [f"{path} has {lines} lines" for path, lines in lengths.items() if lines > LONGEST_MODULE]
    assert not long, "\n".join(long)


def test_no_function_imports():
    inner = [
        f"{name(path)}:{node.lineno}: in {function.name}"
        for path in files(*CODE, suffixes=(".py",))
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner, "\n".join(inner)
