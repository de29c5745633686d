"""Processor time, which a busy machine does not change as it changes everything else."""

import os
from collections import defaultdict
from pathlib import Path


def of_family(ancestor: int) -> float:
    """Seconds used so far by a process, its descendants, and those of them that have ended."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(stat.parent.name)
        children[int(fields[1])].append(pid)
        ticks[pid] = sum(map(int, fields[11:15]))  # utime, stime, and those of its ended children
    used, family = 0, [ancestor]
    while family:
        pid = family.pop()
        used += ticks.get(pid, 0)
        family += children[pid]
    return used / os.sysconf("SC_CLK_TCK")
