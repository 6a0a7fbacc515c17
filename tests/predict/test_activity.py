"""Frequency, recency, age and mean spend: by hand, beside plain pandas, and untouched by what came later."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

import retention as rt
from retention.predict.activity import activity
from retention.sample.load import sample_files
from tests.measure.shops import CORNER_SHOP, HEADER, read
from tests.measure.test_laws import read as read_rows
from tests.measure.test_laws import shops
from tests.predict.published import cdnow


def test_by_hand():
    """ann: January 1 and April 3; bob: January 10, twice, and May 10; dee: April 5 and 30. The data end on May 10."""
    orders = read(CORNER_SHOP)
    names = orders.frame(orders.customers).set_index("customer_id")["customer_ref"]
    table = activity(orders)
    table = table.set_index(table["customer_id"].map(names)).loc[["ann", "bob", "dee"]]
    assert table["frequency"].tolist() == [1, 1, 1]
    assert table["recency"].tolist() == [92, 120, 25]
    assert table["T"].tolist() == [130, 121, 36]
    assert table["monetary"].tolist() == [60, 70, 20]


def test_cdnow_as_its_papers_counted_it():
    """Of 2,357 customers eight never paid anything, which is no purchase here; the rest agree to the day."""
    orders = rt.load_sample("cdnow").filter(end="1997-09-30")
    found = activity(orders)
    known = orders.frame(orders.customers).set_index("customer_id")["customer_ref"]
    in_paper = pd.read_csv(sample_files("cdnow")[0], sep=r"\s+", header=None, dtype=str)
    in_paper = in_paper.drop_duplicates(0).set_index(0)[1].astype(int)
    theirs = cdnow().set_index("ID").loc[found["customer_id"].map(known).map(in_paper)]
    assert len(found) == 2349
    np.testing.assert_array_equal(found["frequency"], theirs["frequency"])
    np.testing.assert_allclose(found["recency"], theirs["recency"] * 7, atol=0.05)
    np.testing.assert_allclose(
        found["T"] - 1, theirs["T"] * 7, atol=0.05
    )  # they count to the last day, not the day after
    np.testing.assert_allclose(found["monetary"], theirs["monetary"], atol=0.006)


@settings(max_examples=6, deadline=None)
@given(shops())
def test_what_comes_later_changes_nothing(rows):
    """Whatever is ordered from a day on, the activity up to that day stays as it was."""
    later = rows.assign(
        order_id=[f"later{n}" for n in range(len(rows))],
        ordered_at=[f"2024-08-{1 + n % 28:02}" for n in range(len(rows))],
    )
    day = date(2024, 7, 31)
    closed = rows.iloc[[0]].assign(order_id="last", ordered_at=day.isoformat(), customer_id="zed")
    before = read_rows(pd.concat([rows, closed], ignore_index=True))
    after = read_rows(pd.concat([rows, closed, later], ignore_index=True)).filter(end=day)
    columns = ["frequency", "recency", "T", "monetary"]

    def by_name(orders):
        names = orders.frame(orders.customers).set_index("customer_id")["customer_ref"]
        table = activity(orders)
        return table.set_index(table["customer_id"].map(names))[columns].sort_index()

    pd.testing.assert_frame_equal(by_name(before), by_name(after))


def test_nobody_named_is_said():
    orders = rt.read_orders(f"{HEADER}\n1,2025-01-01,paid,,web,phone,1,10,,\n".encode())
    with pytest.raises(rt.EmptyError, match="names a customer"):
        activity(orders)
