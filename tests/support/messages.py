"""Whether the translations are whole: `make check`. With --write, brings them up to date: `make messages`.

Django's makemessages, and so both, need Debian's gettext. What it collects is compared with what is here, in a copy.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.root import ROOT

LOCALE = Path("wallet", "locale")
COLLECT = ["makemessages", "--all", "--no-obsolete", "--no-location", "--no-wrap"]


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stderr


def collect(folder: Path) -> None:
    """Updates the texts in a copy of the project: everything that is still said, and nothing that is not."""
    for name in ("dustsite", "wallet", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    run(sys.executable, "manage.py", *COLLECT, cwd=folder)
    for texts in sorted((folder / LOCALE).rglob("*.po")):
        # The moment at which they were collected would be a difference each time.
        kept = [line for line in texts.read_text().splitlines(keepends=True) if "POT-Creation-Date" not in line]
        texts.write_text("".join(kept))
        run("msgfmt", "--check-format", "--output", texts.with_suffix(".mo"), texts, cwd=folder)


def missing(texts: Path) -> str:
    """What msgfmt counts besides translated texts: none when all are."""
    counts = run("msgfmt", "--statistics", "--output", "/dev/null", texts, cwd=ROOT).strip().rstrip(".").split(", ")
    return ", ".join(count for count in counts if "untranslated" in count or "fuzzy" in count)


def main(is_writing: bool) -> str:
    with tempfile.TemporaryDirectory(prefix="messages-") as folder:
        collect(Path(folder))
        wrong = []
        for fresh in sorted(Path(folder, LOCALE).rglob("django.?o")):
            name = fresh.relative_to(folder)
            if is_writing:
                shutil.copy(fresh, ROOT / name)
            elif fresh.read_bytes() != (ROOT / name).read_bytes():
                wrong.append(f"{name} is not up to date: make messages")
            if fresh.suffix == ".po" and missing(fresh):
                wrong.append(f"{name}: {missing(fresh)}")
    return "\n".join(wrong)


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv) or 0)
