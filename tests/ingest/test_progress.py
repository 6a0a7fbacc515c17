import threading
import time

import pytest

import retention as rt
from retention.engine import workshop
from retention.ingest.progress import watched
from retention.sample.exports import to_plain


@pytest.fixture(scope="module")
def large():
    return to_plain(rt.make_shop(customers=12_000, months=12, seed=2).lines).encode()


class Enough(Exception):
    pass


def test_progress_only_grows_and_ends_with_everything_done(large):
    seen = []
    rt.read_orders(large, progress=lambda share, step: seen.append((share, step)))
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert seen[-1] == (1.0, "done")
    assert list(dict.fromkeys(step for _, step in seen)) == ["reading", "orders", "writing", "done"]


def test_whatever_progress_raises_stops_the_reading_and_leaves_nothing(large, tmp_path):
    def stop(share, step):
        if share > 0.1:
            raise Enough

    before = threading.active_count()
    with pytest.raises(Enough):
        rt.read_orders(large, progress=stop, folder=tmp_path)
    assert not list(tmp_path.glob("text_*"))
    assert not list(tmp_path.glob("*.parquet"))
    assert threading.active_count() <= before


def test_a_long_query_is_interrupted_at_once(tmp_path):
    endless = "SELECT count(*) FROM range(10000000000) AS a(x) WHERE hash(x) = 1"

    def stop(share, step):
        if time.monotonic() > begin + 0.3:
            raise Enough

    with workshop(tmp_path) as connection:
        begin = time.monotonic()
        with pytest.raises(Enough):
            watched(lambda steps: connection.execute(endless), connection, stop)
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_error_of_the_work_is_the_error_of_the_caller(tmp_path):
    with workshop(tmp_path) as connection, pytest.raises(ZeroDivisionError):
        watched(lambda steps: 1 / 0, connection, lambda share, step: None)
