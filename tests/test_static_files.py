"""What production's storage makes of the static files: every import leads to a file that browsers may keep for ever."""

import gzip
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


def test_what_every_page_runs_is_compiled_ahead(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    run = {name: hashed for name, hashed in names.items() if re.match(r"js/|django_htmx/htmx-2\.min\.", name)}
    assert len(run) == 4
    for name, hashed in run.items():
        source = (collected / hashed).read_text()
        assert source.count("//# allFunctionsCalledOnLoad\n") == 1
        assert source.startswith("//# allFunctionsCalledOnLoad\n")
        assert gzip.decompress((collected / f"{hashed}.gz").read_bytes()).decode() == source
        assert (collected / name).read_text().startswith("//# allFunctionsCalledOnLoad\n")
