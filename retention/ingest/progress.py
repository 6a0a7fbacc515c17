"""Long work in a thread of its own, so that its progress can be shown and it can be stopped at any moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TypeVar

import duckdb

Result = TypeVar("Result")
Progress = Callable[[float, str], None]
BLINK = 0.1  # seconds between two looks


class Stopped(Exception):
    """The work was stopped from outside."""


class Steps:
    """Where the work stands: `share` of a whole step that began at `start` and ends at `end`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._stopped = False
        self.start, self.end, self.share, self.name = 0.0, 0.0, 0.0, "reading"

    def step(self, start: float, end: float, name: str) -> None:
        """Begin a step; raises Stopped when nobody waits for it any more."""
        self.start, self.end, self.share, self.name = start, end, 0.0, name
        self.advance(0.0)

    def advance(self, share: float) -> None:
        """Tell how much of the step is done; raises Stopped like `step`."""
        self.share = share
        if self._stopped:
            raise Stopped

    def now(self) -> float:
        """The share of all the work; inside a query the engine knows how much of the file it has read."""
        inside = max(self.share, self._connection.query_progress() / 100)
        return self.start + (self.end - self.start) * min(max(inside, 0.0), 1.0)

    def stop(self, work: Future) -> None:
        """End the work, whatever it is doing."""
        self._stopped = True
        while not work.done():
            self._connection.interrupt()
            wait([work], timeout=BLINK)


def watched(work: Callable[[Steps], Result], connection: duckdb.DuckDBPyConnection, progress: Progress) -> Result:
    """Do the work and report on it all along; whatever `progress` raises stops the work and is raised again."""
    steps = Steps(connection)
    with suppress(duckdb.Error):  # a notebook without widgets refuses it; then progress goes step by step
        connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work, steps)
        try:
            latest = 0.0
            while not future.done():
                latest = max(latest, steps.now())
                progress(latest, steps.name)
                wait([future], timeout=BLINK)
        except BaseException:
            steps.stop(future)
            raise
        return future.result()
