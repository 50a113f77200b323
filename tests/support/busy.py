"""A task that holds its worker's slot until it is released; workers know it by `--include tests.support.busy`."""

import time
from pathlib import Path

from celery import shared_task

RELEASE = "release"


@shared_task  # type: ignore[untyped-decorator]
def hold(folder: str, name: str) -> None:
    """Writes its name into the folder, waits there for the release, and says that it is done."""
    place = Path(folder)
    (place / name).touch()
    while not (place / RELEASE).exists():
        time.sleep(0.02)
    (place / f"{name}.done").touch()
