"""What the documents name is there, and what is there they name: settings, commands, targets, addresses, packages, files."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from dustsite import production
from tests.support import pictures
from tests.support.root import ROOT
from wallet.conversions import claims

DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
)
README = ROOT / "README.md"
DECISIONS = ROOT / "docs" / "decisions"

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
# A path of the repository: its first part is something that stands here. Braces and stars name several files at once.
PATH = re.compile(r"\A[\w.-]+(/[\w.{},*-]+)*/?\Z")
FILE = re.compile(r"\.(py|html|css|js|toml|txt|md|svg|po|yaml)\Z")
ADDRESS = re.compile(r"\A/[a-z][\w/<>.:-]*\Z")

# What is made when something runs.
MADE = {".data", ".screens", ".venv"}
# Read by the server that `make run` starts, not by the settings.
READ_ELSEWHERE = {"PORT"}
OF_DJANGO = {
    "check",
    "collectstatic",
    "createcachetable",
    "makemigrations",
    "migrate",
    "sendtestemail",
    "sqlmigrate",
}


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def section(text: str, heading: str) -> str:
    """What stands under the heading, up to the next of its kind."""
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the text's tables, a list for each row."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def code(text: str) -> list[str]:
    """What is set as code: in backticks, or in an indented block's lines."""
    return CODE.findall(text) + re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)


# --- settings --------------------------------------------------------------------------------------------------------


def variables_read() -> set[str]:
    """The environment's variables that the settings read: the first argument of each env.…("NAME")."""
    names = ("settings", "mail", "contacts", "currencies", "branding")
    files = [ROOT / "dustsite" / f"{name}.py" for name in names]
    calls = [node for path in files for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }


def test_the_readme_has_every_variable_that_is_read_and_no_other():
    table = [first for first, *_ in rows(section(README.read_text(), "Configuration"))]
    assert (
        set(re.findall(r"`([A-Z_]+)`", " ".join(table))) == variables_read() | set(production.ALLOWED) | READ_ELSEWHERE
    )


# --- commands and targets --------------------------------------------------------------------------------------------


def commands() -> set[str]:
    return {path.stem for path in (ROOT / "wallet/management/commands").glob("[a-z]*.py")}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def first_words(table: str) -> set[str]:
    return {CODE.match(first)[1].removeprefix("make ").split()[0] for first, *_ in rows(table) if CODE.match(first)}


def test_the_readme_has_every_command_and_every_target():
    named = first_words(section(README.read_text(), "Commands"))
    assert commands() <= named
    # The two that the README begins with are said there; `make help` lists them all.
    assert targets() - {"run", "help"} <= named
    assert named <= commands() | targets() | {".ci/run", ".venv/bin/python"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_commands_and_targets_that_a_document_names_are_there(document):
    named = " \n ".join(code(document.read_text()))
    assert set(re.findall(r"manage\.py ([a-z_]+)", named)) <= commands() | OF_DJANGO
    phony = re.findall(r"^(?:CHECKS =|\.PHONY:)(.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z-]+)", named)) <= set(" ".join(phony).split())


def test_make_check_and_the_hooks_run_the_same():
    checks = re.search(r"^CHECKS = (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    hooks = re.findall(r"entry: make (\S+)", (ROOT / ".pre-commit-config.yaml").read_text())
    assert hooks == checks


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_addresses_that_a_document_names_are_answered(document):
    unknown = []
    for text in code(document.read_text()):
        if ADDRESS.match(text):
            try:
                resolve(text.replace("<reference>", "CV-7K2M-94QX"))
            except Resolver404:
                unknown.append(text)
    assert unknown == []


# --- packages --------------------------------------------------------------------------------------------------------


def packages() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    every = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return {re.split(r"[\[=]", package)[0].lower() for package in every}


def test_the_readme_says_of_every_package_what_it_is_for_and_of_no_other():
    table = rows(section(README.read_text(), "What it is built from"))[2:]
    named = {package.lower() for first, *_ in table for package in re.split(r", | with ", first)}
    assert named == packages()


# --- files -----------------------------------------------------------------------------------------------------------


def paths(text: str) -> Iterator[str]:
    """What is set as code and looks like a path of this repository."""
    top = {path.name for path in ROOT.iterdir()} | {"tests", "wallet", "templates", "static", "dustsite"}
    for found in CODE.findall(text):
        for word in found.split():
            is_ours = word.partition("/")[0] in top and ("/" in word or FILE.search(word))
            if PATH.match(word) and is_ours and word.partition("/")[0] not in MADE:
                yield word


def exists(path: str) -> bool:
    """Whether every file that the path names is there: `a/{b,c}.css` names two, `*` any."""
    braces = re.search(r"\{([^}]*)\}", path)
    if braces:
        return all(exists(path.replace(braces[0], part)) for part in braces[1].split(","))
    return any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_files_that_a_document_names_are_there(document):
    text = document.read_text()
    links = [link for link in LINK.findall(text) if "://" not in link]
    lost = [link for link in links if not (document.parent / link).exists()]
    # The changelog names what was; a recipe marks what it makes with a placeholder in <>, which is no path.
    if document.name != "CHANGELOG.md":
        lost += [path for path in paths(text) if not exists(path)]
    assert not lost, "\n".join(lost)


def test_the_readmes_pictures_are_those_that_make_pictures_takes_and_are_small():
    shown = set(re.findall(r"!\[[^\]]+\]\((docs/[^)]+)\)", README.read_text()))
    assert shown == {f"docs/{picture.name}.png" for picture in pictures.PICTURES}
    assert sum((ROOT / path).stat().st_size for path in shown) <= pictures.MOST


def test_the_way_around_names_every_part_of_the_wallet():
    way = section((ROOT / "CONTRIBUTING.md").read_text(), "The way around")
    parts = {
        path.stem for path in (ROOT / "wallet").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    by_django = {"__init__", "apps", "management", "migrations", "templatetags"}
    assert sorted(parts - by_django - set(re.findall(r"\w+", way))) == []


def test_every_decision_is_in_the_index():
    named = set(LINK.findall((DECISIONS / "README.md").read_text()))
    assert named == {path.name for path in DECISIONS.glob("*.md")} - {"README.md"}


def test_rules_that_the_readme_names_are_functions():
    rules = (ROOT / "wallet/validators.py").read_text()
    named = re.findall(r"validate_\w+", section(README.read_text(), "What it does"))
    assert named
    assert [rule for rule in named if f"def {rule}(" not in rules] == []


def test_the_decision_on_rounds_names_the_chunks_that_there_are():
    many, few = claims.CHUNKS["postgresql"], claims.CHUNKS["sqlite"]
    said = " ".join((DECISIONS / "rounds.md").read_text().split())
    assert f"{many.conversions} conversions or {many.lines} lines in one database transaction on PostgreSQL" in said
    assert f", {few.conversions} or {few.lines} on SQLite" in said
