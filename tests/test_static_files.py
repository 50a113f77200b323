"""What production's storage makes of the static files: every import leads to a file that browsers may keep for ever."""

import json
import re

import pytest
from django.core.management import call_command

IMPORT = re.compile(r"""^(?:import|.*\bfrom) ["'](.+)["'];$""", re.MULTILINE)


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "dustsite.static_files.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_modules_import_each_other_under_their_hashed_names_alone(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    modules = {name: hashed for name, hashed in names.items() if name.startswith("js/")}
    imports = {imported for hashed in modules.values() for imported in IMPORT.findall((collected / hashed).read_text())}
    # Under a second name a module would run a second time, with a state of its own. Pages load the first one.
    del modules["js/site.js"]
    assert {f"js/{imported.removeprefix('./')}" for imported in imports} == set(modules.values())
    for imported in imports:
        assert re.search(r"\.[0-9a-f]{12}\.js$", imported)
        assert (collected / "js" / imported).is_file()
