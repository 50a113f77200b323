"""How many small changes of the money code the tests notice: `make mutants`. Changes nothing here; works in copies.

Left out are the replacements that no Python can be imported with (such as another operator in `int | None`), and those of
arithmetic by bit and power operators: they are noticed by everything and would flatter the result.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.support.root import ROOT

BIN = Path(sys.executable).parent
# The tests that notice most of what changes in a module, and those that are asked when they have not.
QUOTE, CONFIRM, SETTLE, RULES, ROUNDS, SWEEP = (
    f"conversions/test_{name}.py" for name in ("quote", "confirm", "settle", "settle_rules", "rounds", "sweep")
)
TESTS = {
    "money": ["test_money.py", QUOTE, SETTLE, RULES],
    "validators": ["test_validators.py", QUOTE, CONFIRM, SETTLE, RULES],
    "ledger": ["test_ledger.py", SETTLE],
    "conversions/claims": [SWEEP, ROUNDS, SETTLE],
    "conversions/confirm": [CONFIRM],
    "conversions/locks": [CONFIRM, SETTLE],
    "conversions/posting": [SETTLE, ROUNDS],
    "conversions/quote": [QUOTE],
    "conversions/rules": [QUOTE, CONFIRM, SETTLE, RULES],
    "conversions/settle": [SETTLE, ROUNDS, SWEEP],
    "conversions/settlement": [SETTLE, RULES, ROUNDS, SWEEP],
    "conversions/states": [CONFIRM, SETTLE, RULES, SWEEP],
    "conversions/sweep": [SWEEP, "test_tasks.py"],
}
THEN = [
    "conversions/test_loads.py",
    "conversions/test_states.py",
    "house/test_values.py",
    "database/test_retrying.py",
    "test_formats.py",
    "test_tasks.py",
    "audit",
    "conversions/test_concurrency.py",
    "conversions/test_life.py",
]
PYTEST = "{python} -m pytest -x --no-header -p no:cacheprovider --reuse-db --hypothesis-profile mutants {tests}"
CONFIGURATION = """
[cosmic-ray]
module-path = "wallet/{module}.py"
timeout = 300.0
excluded-modules = []
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = [
    "core/ReplaceBinaryOperator_(BitOr|BitAnd)_.*",
    "core/ReplaceBinaryOperator_.*_(BitOr|BitAnd|BitXor|LShift|RShift|Pow)",
    "core/ReplaceComparisonOperator_.*_(Is|IsNot|In|NotIn)",
]
"""


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    environment["TEST_DATABASE"] = str(Path(folder, "test.sqlite3"))
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def call(folder: Path, *command: str | Path) -> str:
    done = run(folder, *command)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def pytest(names: list[str]) -> str:
    return PYTEST.format(python=sys.executable, tests=" ".join(f"tests/{name}" for name in names))


def is_noticed(folder: Path, module: str, mutation: dict[str, Any]) -> bool:
    """Whether the tests that are asked last notice the change."""
    path = folder / "wallet" / f"{module}.py"
    plain = path.read_bytes()
    try:
        call(folder, BIN / "cosmic-ray", "apply", path, mutation["operator_name"], str(mutation["occurrence"]))
        return run(folder, *pytest(THEN).split()).returncode != 0
    finally:
        path.write_bytes(plain)


def mutate(folder: Path, module: str) -> tuple[int, list[str]]:
    """Tries every change of the module in a copy of the project; (how many, the differences that no test noticed)."""
    for name in call(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "mutants.toml").write_text(CONFIGURATION.format(module=module, command=pytest(TESTS[module])))
    call(folder, *pytest(TESTS[module] + THEN).split())
    call(folder, BIN / "cosmic-ray", "init", "mutants.toml", "mutants.sqlite")
    call(folder, BIN / "cr-filter-operators", "mutants.sqlite", "mutants.toml")
    call(folder, BIN / "cosmic-ray", "exec", "mutants.toml", "mutants.sqlite")
    rows = [json.loads(line) for line in call(folder, BIN / "cosmic-ray", "dump", "mutants.sqlite").splitlines()]
    tried = [(item, result) for item, result in rows if result and result["worker_outcome"] != "skipped"]
    survived = [
        (item["mutations"][0], result["diff"]) for item, result in tried if result["test_outcome"] == "survived"
    ]
    return len(tried), [diff for mutation, diff in survived if not is_noticed(folder, module, mutation)]


def main() -> int:
    modules = sys.argv[1:] or sorted(TESTS)  # which begins with the largest
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        copies = [Path(folder, module) for module in modules]
        total = killed = 0
        for module, (tried, survived) in zip(modules, pool.map(mutate, copies, modules), strict=True):
            print("\n".join(survived))
            total, killed = total + tried, killed + tried - len(survived)
            print(f"{module}: {tried - len(survived)} of {tried} noticed", flush=True)
    print(f"{killed} of {total} noticed: {100 * killed / total:.1f}%")
    return 0 if killed >= 0.9 * total else 1


if __name__ == "__main__":
    sys.exit(main())
