"""One case in one process: prints its median and first seconds and the peak memory of the process as JSON."""

from __future__ import annotations

import json
import resource
import sys
from importlib import import_module
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter

from retention import engine


def inputs_folder() -> Path:
    """Where generated inputs are kept between runs."""
    folder = Path(gettempdir()) / "retention-benchmarks"
    folder.mkdir(exist_ok=True)
    return folder


def measure(topic: str, name: str, folder: Path) -> dict[str, object]:
    """Time a case; the first run, with everything cold, is told apart."""
    engine.REMEMBERED = 0  # or the second run would only look up what the first one found
    make, runs = import_module(f"benchmarks.{topic}").CASES[name]
    work, seconds = make(folder), []
    for _ in range(runs):
        begin = perf_counter()
        work()
        seconds.append(perf_counter() - begin)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds[1:] or seconds, "first": seconds[0], "peak_mb": peak}


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], sys.argv[2], Path(sys.argv[3]))))
