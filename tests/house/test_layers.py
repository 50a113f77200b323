"""The shape of the code: imports point down one picture only, and never in a circle."""

import ast
from graphlib import TopologicalSorter

import pytest

from tests.support.root import ROOT

# From the bottom up: a module may import those before it, and its own package.
LAYERS = [
    ["wallet.logs"],
    ["wallet.csv_table", "wallet.currencies", "wallet.database", "wallet.money", "wallet.references", "wallet.zones"],
    ["wallet.demo_users", "wallet.passwords", "wallet.roles", "wallet.sessions"],
    ["wallet.formats"],
    ["wallet.refusals"],
    ["wallet.validators"],
    ["wallet.models"],
    [
        "wallet.ledger",
        "wallet.portfolio",
        "wallet.eligibility",
        "wallet.limits",
        "wallet.month_end",
        "wallet.mailboxes",
        "wallet.user_names",
        "wallet.factors",
        "wallet.subscriptions",
    ],
    ["wallet.requests"],
    ["wallet.events", "wallet.staff_log", "wallet.outbox"],
    ["wallet.treasury"],
    ["wallet.watch"],
    ["wallet.health", "wallet.alerts"],
    ["wallet.audit", "wallet.market", "wallet.metrics", "wallet.demo_mail", "wallet.mail_server"],
    ["wallet.conversions", "wallet.files", "wallet.listing", "wallet.proposals", "wallet.sign_ups"],
    ["wallet.demonstration", "wallet.pages"],
    ["wallet.delivery"],
    ["wallet.tasks"],
    ["wallet.devices"],
    ["wallet.attempts"],
    [
        "wallet.addresses",
        "wallet.routes",
        "wallet.enqueue",
        "wallet.forms",
        "wallet.account_forms",
        "wallet.account_stages",
        "wallet.factor_forms",
        "wallet.security_log",
        "wallet.templatetags",
    ],
    ["wallet.responses", "wallet.accounts", "wallet.bench"],
    [
        "wallet.context",
        "wallet.middleware",
        "wallet.admin",
        "wallet.admin_site",
        "wallet.views",
        "wallet.management",
        "wallet.apps",
    ],
    ["wallet.edge"],
    ["wallet.urls", "wallet.account_urls", "wallet.factor_urls"],
    ["dustsite"],
]


def layer(module):
    for height, names in enumerate(LAYERS):
        for name in names:
            if module == name or module.startswith(f"{name}."):
                return height, name
    return None


def modules():
    """Every module's name and file; migrations import what they like."""
    for package in ("dustsite", "wallet"):
        for path in (ROOT / package).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


MODULES = dict(modules())


def imports(path):
    """The modules of ours that a file imports, for the types only too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                deeper = f"{node.module}.{alias.name}"
                yield from {deeper if deeper in MODULES else node.module} & MODULES.keys()
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & MODULES.keys()


def test_imports_point_down_only():
    wrong = []
    for module, path in MODULES.items():
        here = layer(module)
        if module == "wallet":
            continue
        assert here is not None, f"{module} has no layer"
        for imported in imports(path):
            there = layer(imported)
            assert there is not None, f"{module} imports {imported}, which has no layer"
            if there[0] > here[0] or (there[0] == here[0] and there[1] != here[1]):
                wrong.append(f"{module} imports {imported}")
    assert wrong == []


@pytest.mark.parametrize(("package", "command"), [("bench", "bench"), ("demonstration", "seed_demo")])
def test_nothing_but_its_command_imports(package, command):
    own = f"wallet.{package}"
    outside = {module: path for module, path in MODULES.items() if (layer(module) or ("", ""))[1] != own}
    users = [module for module, path in outside.items() if any(one.startswith(own) for one in imports(path))]
    assert users == [f"wallet.management.commands.{command}"]


def test_only_the_demonstrations_history_moves_the_clock():
    users = [module for module, path in MODULES.items() if "clock.past(" in path.read_text()]
    assert users == ["wallet.demonstration.history"]


def test_no_modules_import_each_other_in_a_circle():
    # It raises, and names the circle.
    TopologicalSorter({module: set(imports(path)) for module, path in MODULES.items()}).prepare()


def test_no_float_comes_near_money():
    for path in (ROOT / "wallet").rglob("*.py"):
        tree = ast.parse(path.read_text())
        floats = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in ("float", "FloatField")]
        assert not calls, path
        assert not floats or path.name == "retrying.py", path  # it sleeps for fractions of a second
