# SPDX-License-Identifier: MIT
"""What tests read of /proc: which processes there are, and who descends from whom."""

import os
import pathlib


def lines_of(path):
    """Of a file in /proc; none if its process has ended."""
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []


def processes():
    """{pid: (parent, state)} of all."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        stat = lines_of(f"/proc/{name}/stat")
        if stat:
            state, parent = stat[0].rpartition(")")[2].split()[:2]
            found[int(name)] = int(parent), state
    return found


def descendants(known, root):
    below = {root}
    while True:
        more = {pid for pid, (parent, _) in known.items() if parent in below} - below
        if not more:
            return below - {root}
        below |= more
