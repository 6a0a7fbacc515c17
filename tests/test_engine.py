"""One dataset under several threads, and a connection that reads its own folder and nothing else."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pandas as pd
import pytest

import retention as rt
from retention import engine

FILTERS = ({}, {"channels": ["store"]}, {"start": "2025-01-10"}, {"end": "2025-04-30"}, {"categories": ["phone"]})


@pytest.fixture(scope="module")
def rows():
    lines = [
        f"{n},2025-0{n % 6 + 1}-{n % 28 + 1:02},c{n % 37},{'web' if n % 3 else 'store'},{'case' if n % 2 else 'phone'},1,{n}"
        for n in range(400)
    ]
    return "\n".join(["order_id,ordered_at,customer_id,channel,category,quantity,unit_price", *lines]).encode()


@pytest.fixture(scope="module")
def orders(rows):
    """A shop that remembers no answer, so that every question is asked of the files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "REMEMBERED", 0)
        return rt.read_orders(rows)


def everything(orders: rt.Orders, number: int) -> list[pd.DataFrame]:
    narrowed = orders.filter(**FILTERS[number % len(FILTERS)])
    result = rt.retention_table(narrowed)
    return [
        rt.kpi_table(narrowed, ("month", "week")[number % 2]),
        result.table,
        result.average,
        rt.kpi_summary(narrowed),
    ]


def test_two_threads_on_one_dataset_agree_with_one(orders):
    alone = [everything(orders, number) for number in range(10)]
    engine._compiled.cache_clear()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda number: everything(orders, number % 10), range(12)))
    for number, frames in enumerate(together):
        for found, expected in zip(frames, alone[number % 10], strict=True):
            pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-9, atol=1e-9)


def test_many_threads_on_one_dataset(orders):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: rt.kpi_table(orders)["net"].sum(), range(40)))
    assert set(found) == {sum(range(400))}


def test_two_datasets_never_see_each_other(orders, rows):
    other = rt.read_orders(b"order_id,ordered_at,customer_id,quantity,unit_price\n1,2025-01-01,zoe,1,5\n")
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda one: rt.kpi_table(one)["net"].sum(), [orders, other] * 10))
    assert found == [sum(range(400)), 5] * 10


def test_a_question_is_answered_once_and_what_is_done_to_an_answer_stays_there(rows):
    orders = rt.read_orders(rows)
    first = orders.frame(orders.orders)
    first["net"] = 0
    kept = orders.dataset._answers.currsize
    assert 0 < kept <= engine.REMEMBERED
    assert orders.frame(orders.orders)["net"].sum() == 100 * sum(range(400))
    assert orders.dataset._answers.currsize == kept
    assert len(orders.filter(channels="web").frame(orders.filter(channels="web").orders)) == 266


def test_an_answer_too_large_to_be_kept_is_given_all_the_same(rows, monkeypatch):
    monkeypatch.setattr(engine, "REMEMBERED", 1000)
    orders = rt.read_orders(rows)
    assert len(orders.frame(orders.orders)) == 400
    assert orders.dataset._answers.currsize <= 1000


def test_no_other_file_can_be_read(orders, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    neighbour = tmp_path / "lines.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(neighbour)
    for query in (
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM '{neighbour}'",
        f"SELECT * FROM '{orders.dataset.folder}/../{tmp_path.name}/lines.parquet'",
        f"COPY lines TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "SELECT * FROM glob('/*')",
        "INSTALL httpfs",
    ):
        with orders.dataset._connection.cursor() as cursor, pytest.raises(duckdb.Error):
            cursor.execute(query).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.parquet", "secret.csv"]


def test_no_setting_can_be_changed(orders):
    for query in (
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET memory_limit = '100GB'",
        "SET allowed_directories = ['/']",
        "RESET memory_limit",
    ):
        with orders.dataset._connection.cursor() as cursor, pytest.raises(duckdb.Error):
            cursor.execute(query)


def test_sums_of_integers_come_as_integers(orders):
    frame = orders.frame(orders.orders.aggregate(net=lambda t: t.net.sum(), purchases=lambda t: t.is_purchase.sum()))
    assert frame.dtypes.astype(str).tolist() == ["int64", "int64"]


def test_a_folder_nobody_asked_to_keep_goes_with_its_last_user(rows, tmp_path):
    passing, kept = rt.read_orders(rows), rt.read_orders(rows, folder=tmp_path / "kept")
    narrowed, folder = passing.filter(channels="web"), passing.dataset.folder
    del passing
    gc.collect()
    assert folder.exists()
    assert len(narrowed.frame(narrowed.orders)) == 266
    del narrowed
    gc.collect()
    assert not folder.exists()
    kept_folder = kept.dataset.folder
    del kept
    gc.collect()
    assert sorted(path.suffix for path in kept_folder.iterdir()) == [".parquet"] * 4
