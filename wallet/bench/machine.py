"""Whose processor time it was: this run's, its servers', or that of others. Linux tells; elsewhere nobody does."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from django.db import connection

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Reading:
    """Processor time until a moment, in the kernel's ticks: the machine's, and by process of this run and of its servers."""

    busy: int
    total: int
    ours: Mapping[int, int]
    servers: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Share:
    """What was used between two readings, in nanoseconds: by this run's processes, by its servers where they are here; and
    the share of the machine that others used.
    """

    ours: int
    servers: int | None
    others: Fraction


def read(servers: Iterable[int]) -> Reading | None:
    """The times now; None where the machine does not tell."""
    if not (PROC / "stat").exists():
        return None
    fields = [int(field) for field in (PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]  # with what waits for a disk
    return Reading(sum(fields) - idle, sum(fields), _times(_family()), _times(servers))


def between(earlier: Reading | None, later: Reading | None) -> Share | None:
    if earlier is None or later is None:
        return None
    tick = 10**9 // os.sysconf("SC_CLK_TCK")
    ours, servers = _spent(earlier.ours, later.ours), _spent(earlier.servers, later.servers)
    others = max(0, later.busy - earlier.busy - ours - servers)
    return Share(
        ours * tick, servers * tick if later.servers else None, Fraction(others, max(1, later.total - earlier.total))
    )


def database_processes() -> list[int]:
    """The server's processes that work for this database or for all of them, where they run on this machine."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datid IS NULL")
        return [pid for (pid,) in cursor.fetchall() if _name(pid).startswith("postgres")]


def _spent(earlier: Mapping[int, int], later: Mapping[int, int]) -> int:
    return sum(ticks - earlier.get(pid, 0) for pid, ticks in later.items())


def _times(pids: Iterable[int]) -> dict[int, int]:
    found = {}
    for pid in pids:
        stat = _stat(pid)
        if stat:
            found[pid] = int(stat[11]) + int(stat[12])
    return found


def _family() -> list[int]:
    """This process and all that descend from it."""
    children = defaultdict(list)
    for folder in PROC.iterdir():
        stat = _stat(int(folder.name)) if folder.name.isdigit() else []
        if stat:
            children[int(stat[1])].append(int(folder.name))
    family = [os.getpid()]
    for pid in family:  # it grows meanwhile
        family += children[pid]
    return family


def _stat(pid: int) -> list[str]:
    """What the kernel says of a process after its name, from its state on; nothing when it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _name(pid: int) -> str:
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return ""
