"""How many small changes of the money code the tests notice: `make mutants`. Changes nothing here; works in copies.

Of each change those tests are asked that run the statement it is in, as many as BUDGET allows. What they leave unnoticed
counts as that, though a slower test may know it. MUTANTS_JOBS says of how many changes tests are asked at once.

Left out are changes that Python cannot compile or import (such as another operator in `int | None`), and arithmetic by bit
and power operators: everything notices them, so they would flatter the result. Left out is also the `slots=True` of a
dataclass: it decides what memory a value takes, and nothing that a caller or a test could see of it.
"""

import ast
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate, zip_longest
from pathlib import Path
from typing import NamedTuple

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.support import mutant_runs
from tests.support.root import ROOT

CONVERSIONS = (
    *("breaker", "claims", "confirm", "locks", "posting", "quote", "rules", "settle", "settlement", "states", "sweep"),
)
MODULES = ["ledger", "models/lines", "money", "validators", *(f"conversions/{name}" for name in CONVERSIONS)]
TESTS = [
    "tests/audit",
    "tests/conversions",
    "tests/database/test_retrying.py",
    "tests/house/test_docs.py::test_the_decision_on_rounds_names_the_chunks_that_there_are",
    "tests/house/test_shape.py::test_every_argument_can_be_named",
    "tests/house/test_values.py",
    "tests/models",
    "tests/test_formats.py",
    "tests/test_ledger.py",
    "tests/test_money.py",
    "tests/test_tasks.py",
    "tests/test_validators.py",
]
# The tests that know most of a module or of a decorator, besides those that are named after it.
KNOWN_BY = {
    "@retried": "test_retrying.py",
    "conversions/claims": "test_sweep.py",
    "conversions/posting": "test_breaker.py",
    "conversions/settle": "test_rounds.py",
    "conversions/settlement": "test_settle_rules.py",
    "models/lines": "test_settle_rules.py",
}
BUDGET = 30  # seconds of tests for one change; what can be asked in less notices nearly all
LEAST = 92  # so many of 100 changes are noticed, or more
PLAIN = "plain.py"  # the module as it was, in each folder
LEFT_OUT = re.compile(
    r"core/(ReplaceBinaryOperator_(BitOr|BitAnd)_.*"
    r"|ReplaceBinaryOperator_.*_(BitOr|BitAnd|BitXor|LShift|RShift|Pow)"
    r"|ReplaceComparisonOperator_.*_(Is|IsNot|In|NotIn))"
)


class Mutant(NamedTuple):
    """A change of one place in a module."""

    module: str
    line: int
    code: str


def mutants(module: str, code: str) -> Iterator[Mutant]:
    """Every change that is tried of the module's code."""
    nodes, lines = list(ast_nodes(get_ast(code))), code.splitlines()
    for name in plugins.operator_names():
        operator = plugins.get_operator(name)
        if operator.arguments() or LEFT_OUT.match(name):
            continue
        places = (start for node in nodes for start, _ in operator().mutation_positions(node))
        for at, (line, column) in enumerate(places):
            if lines[line - 1][:column].endswith("slots="):
                continue
            changed = mutate_code(code, operator(), at)
            if compiles(changed):
                yield Mutant(module, line, changed)


def compiles(code: str) -> bool:
    try:
        compile(code, "changed", "exec")
    except SyntaxError:
        return False
    return True


def statement(code: str, line: int) -> ast.stmt | None:
    """The smallest statement that the line is part of, decorators included."""
    found = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.stmt) and first(node) <= line <= (node.end_lineno or node.lineno)
    ]
    return min(found, key=lambda node: (node.end_lineno or node.lineno) - first(node), default=None)


def first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def asked(known: mutant_runs.Known, mutant: Mutant, code: str) -> dict[str, float]:
    """The tests that are asked of the change, in their order, with the seconds that each takes.

    First those of the module and of its decorator, then the quickest of each file in turn. A statement that no test runs,
    because it is run when the module is loaded, is asked of all that run the module. Those that look at the code from
    outside are asked of every change.
    """
    runs = known.runs[f"wallet/{mutant.module}.py"]
    place = statement(code, mutant.line)
    lines = range(first(place), (place.end_lineno or 0) + 1) if place else ()
    names = {name for line in lines for name in runs.get(line, ())} or {name for some in runs.values() for name in some}
    files = defaultdict[str, list[str]](list)
    for name in sorted(names & known.seconds.keys(), key=lambda name: known.seconds[name]):
        files[name.split("::")[0]].append(name)
    subjects = mutant.module, code.splitlines()[mutant.line - 1]
    own = f"test_{Path(mutant.module).name}.py", *(KNOWN_BY[one] for one in subjects if one in KNOWN_BY)
    ordered = [name for file, some in files.items() if file.endswith(own) for name in some]
    ordered += [name for turn in zip_longest(*files.values()) for name in turn if name]
    ordered = list(dict.fromkeys(ordered))
    spent = accumulate(known.seconds[name] for name in ordered)
    chosen = [name for name, so_far in zip(ordered, spent, strict=True) if so_far <= BUDGET]
    chosen += [name for name in known.seconds if name.startswith("tests/house")]
    return {name: known.seconds[name] for name in chosen}


def survivors(folders: list[Path], known: mutant_runs.Known, tried: list[Mutant]) -> Iterator[Mutant]:
    """Those that no test noticed. In each folder, one after the other is tried."""
    free, waiting = list(folders), list(reversed(tried))
    running: dict[int, tuple[Path, Mutant]] = {}
    while waiting or running:
        if waiting and free:
            folder, mutant = free.pop(), waiting.pop()
            path = folder / "wallet" / f"{mutant.module}.py"
            shutil.copy2(path, folder / PLAIN)
            seconds = asked(known, mutant, path.read_text())
            path.write_text(mutant.code)
            os.utime(path, (0, 0))  # so that what was compiled of the plain one isn't taken for it
            running[mutant_runs.begin(folder, seconds)] = folder, mutant
            continue
        pid, status = os.wait()
        folder, mutant = running.pop(pid)
        shutil.copy2(folder / PLAIN, folder / "wallet" / f"{mutant.module}.py")
        free.append(folder)
        if not status:
            yield mutant


def difference(mutant: Mutant) -> str:
    path = f"wallet/{mutant.module}.py"
    plain = (ROOT / path).read_text().splitlines()
    return "\n".join(difflib.unified_diff(plain, mutant.code.splitlines(), path, path, lineterm="", n=1))


def copy(folder: Path) -> None:
    """Copies the project as it is here, committed or not."""
    listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    for name in names:
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def main() -> int:
    modules = sys.argv[1:] or MODULES
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        os.environ.pop(name, None)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="mutants-", dir=memory if memory.is_dir() else None) as temporary:
        jobs = int(os.environ.get("MUTANTS_JOBS") or os.cpu_count() or 1)
        folders = [Path(temporary, str(at)) for at in range(jobs)]
        copy(folders[0])
        known = mutant_runs.find(folders[0], TESTS)
        sys.dont_write_bytecode = True
        for folder in folders[1:]:
            shutil.copytree(folders[0], folder)
        total = unnoticed = 0
        for module in modules:
            tried = list(mutants(module, (ROOT / "wallet" / f"{module}.py").read_text()))
            survived = []
            for mutant in survivors(folders, known, tried):
                survived.append(mutant)
                print(difference(mutant), flush=True)
            print(f"{module}: {len(tried) - len(survived)} of {len(tried)} noticed", flush=True)
            total, unnoticed = total + len(tried), unnoticed + len(survived)
    noticed = total - unnoticed
    print(f"{noticed} of {total} noticed: {100 * noticed / total:.1f}%")
    return 0 if 100 * noticed >= LEAST * total else 1


if __name__ == "__main__":
    sys.exit(main())
