"""Results are asked for once, are each caller's own, and never fill the memory."""

from threading import Barrier, Thread

import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.show.ui import results
from tests.measure.shops import CORNER_SHOP, read


@pytest.fixture
def asked(monkeypatch):
    """A function that remembers how often it was called and returns a frame of `rows` numbers."""
    calls = []

    def frame_of(orders, rows=1000):
        calls.append(rows)
        return pd.DataFrame({"number": np.arange(rows, dtype="float64")})

    monkeypatch.setattr(results._asked, "cache", type(results._asked.cache)(100_000, results._size))
    return frame_of, calls


@pytest.fixture(scope="module")
def corner():
    return read(CORNER_SHOP)


def test_a_question_is_asked_once_and_another_anew(asked, corner):
    frame_of, calls = asked
    for orders, options in [(corner, {}), (corner, {"rows": 2}), (corner, {}), (corner.filter(channels="web"), {})]:
        results.result(frame_of, orders, options)
    assert calls == [1000, 2, 1000]
    results.result(frame_of, corner.with_margin(0.3), {})
    assert calls == [1000, 2, 1000, 1000]


def test_what_is_kept_is_bounded_by_its_size(asked, corner):
    """Each result of 4,000 numbers weighs 32 kB: three fit into 100 kB, and the one asked for longest ago goes."""
    frame_of, calls = asked
    for rows in (4000, 4001, 4002, 4000, 4003):
        results.result(frame_of, corner, {"rows": rows})
    assert results._asked.cache.currsize < 100_000
    del calls[:]
    for rows in (4000, 4002, 4003, 4001):
        results.result(frame_of, corner, {"rows": rows})
    assert calls == [4001]
    assert (
        len(results.result(frame_of, corner, {"rows": 50_000})) == 50_000
    )  # too large to keep, and given all the same
    assert len(results._asked.cache) == 3


def test_whoever_writes_into_a_result_writes_into_their_own(corner):
    first = results.result(rt.rfm_segments, corner, {})
    first.table.loc[0, "frequency"] = 99
    first.summary["new"] = 1
    again = results.result(rt.rfm_segments, corner, {})
    pd.testing.assert_frame_equal(again.table, rt.rfm_segments(corner).table)
    assert "new" not in again.summary
    assert first.table.loc[0, "frequency"] == 99


def test_two_who_ask_at_once_wait_for_one_answer(asked, corner):
    frame_of, calls = asked
    start, answers = Barrier(4), []

    def ask():
        start.wait()
        answers.append(results.result(frame_of, corner, {}))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert calls == [1000]
    assert [len(answer) for answer in answers] == [1000] * 4


def test_an_error_is_not_kept(corner):
    for _ in range(2):
        with pytest.raises(rt.EmptyError):
            results.result(rt.customer_story, corner, {"customer_id": 99})
    assert results._asked.cache.currsize <= results.KEPT
