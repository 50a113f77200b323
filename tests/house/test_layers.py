"""The shape of the code: imports point down one picture only."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# From the bottom up: a module may import those before it, and its own package.
LAYERS = [
    ["wallet.database", "wallet.money", "wallet.references", "wallet.zones", "wallet.logs"],
    ["wallet.formats"],
    ["wallet.refusals"],
    ["wallet.validators"],
    ["wallet.models"],
    ["wallet.ledger", "wallet.portfolio", "wallet.eligibility", "wallet.health"],
    ["wallet.audit", "wallet.market"],
    ["wallet.conversions", "wallet.files"],
    ["wallet.pages"],
    ["wallet.tasks"],
    [
        "wallet.requests",
        "wallet.addresses",
        "wallet.routes",
        "wallet.enqueue",
        "wallet.forms",
        "wallet.accounts",
        "wallet.templatetags",
    ],
    ["wallet.responses"],
    ["wallet.context", "wallet.middleware", "wallet.admin", "wallet.views", "wallet.management", "wallet.apps"],
    ["wallet.urls"],
]


def layer(module):
    for height, names in enumerate(LAYERS):
        for name in names:
            if module == name or module.startswith(f"{name}."):
                return height, name
    return None


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wallet"):
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield deeper if layer(deeper) != layer(node.module) else node.module


def test_imports_point_down_only():
    wrong = []
    for path in (ROOT / "wallet").rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        here = layer(module)
        if "migrations" in module or module == "wallet":
            continue
        assert here is not None, f"{module} has no layer"
        for imported in imports(path):
            there = layer(imported)
            assert there is not None, f"{module} imports {imported}, which has no layer"
            if there[0] > here[0] or (there[0] == here[0] and there[1] != here[1]):
                wrong.append(f"{module} imports {imported}")
    assert wrong == []


def test_no_float_comes_near_money():
    for path in (ROOT / "wallet").rglob("*.py"):
        tree = ast.parse(path.read_text())
        floats = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in ("float", "FloatField")]
        assert not calls, path
        assert not floats or path.name == "retrying.py", path  # it sleeps for fractions of a second
