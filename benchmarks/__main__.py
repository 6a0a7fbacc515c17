"""Run every case in a process of its own and print medians, peak memory and ratios.

A topic is a module with CASES (name → (function, runs)), ROUNDS (fresh processes a case), COMPARED (what is divided by what,
and the bound to keep or None), SECONDS and MEGABYTES (case and bound) and functions that take the folder of inputs and return what is to
be timed. To add one, write it and name it in TOPICS.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from statistics import median

from benchmarks.one import inputs_folder

TOPICS = (
    "ingest", "tables", "timing", "offers", "bridge", "alerts", "feedback", "segments", "customer", "clv", "experiments",
    "plan", "loyalty", "opportunities", "audiences",
)  # fmt: skip


def main(topics: list[str]) -> int:
    folder = inputs_folder()
    subprocess.run([sys.executable, "-m", "benchmarks.inputs", str(folder)], check=True)
    print(f"{os.cpu_count()} cores, inputs in {folder}\n")
    kept = True
    for topic in topics:
        module = import_module(f"benchmarks.{topic}")
        print(f"{'median':>9} {'first':>9} {'peak':>9}  {topic}")
        medians, peaks = _measured(topic, folder)
        print(f"\n{'ratio':>9} {'bound':>9}")
        for case, other, bound in module.COMPARED:
            kept &= _line(f"{case} ÷ {other}", medians[case] / medians[other], bound, " ")
        for case, bound in module.SECONDS:
            kept &= _line(case, medians[case], bound, "s")
        for case, bound in module.MEGABYTES:
            kept &= _line(f"{case}, peak MB", peaks[case], bound, " ")
        print()
    return 0 if kept else 1


def _line(what: str, value: float, bound: float | None, unit: str) -> bool:
    """Print a value beside its bound; whether it keeps it."""
    kept = bound is None or value <= bound
    print(f"{value:>8.2f}{unit} {'' if bound is None else f'≤ {bound:g}':>9}  {what}{'' if kept else '   MISSED'}")
    return kept


def _measured(topic: str, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """The median seconds and the highest memory of every case. Cases take turns, so that a busy minute of the machine falls on all of them."""
    module = import_module(f"benchmarks.{topic}")
    found: dict[str, list[dict]] = {name: [] for name in module.CASES}
    for _ in range(module.ROUNDS):
        for name, runs in found.items():
            command = [sys.executable, "-m", "benchmarks.one", topic, name, str(folder)]
            runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    medians, peaks = {}, {}
    for name, runs in found.items():
        medians[name] = median(second for run in runs for second in run["seconds"])
        peaks[name] = max(run["peak_mb"] for run in runs)
        first = median(run["first"] for run in runs)
        print(f"{medians[name]:>8.3f}s {first:>8.3f}s {peaks[name]:>6.0f} MB  {name}", flush=True)
    return medians, peaks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(TOPICS)))
