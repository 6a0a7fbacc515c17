"""A forecast made earlier: what it knew, what it counted, and that it can lose."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import retention as rt
from benchmarks import simulated
from retention.predict.activity import activity
from retention.predict.backtest import backtest
from retention.predict.models import fit_activity
from tests.measure.shops import bought


@pytest.fixture(scope="module")
def tested(value):
    return value.backtest


def test_it_knew_what_was_known_and_counted_what_came(model_shop, tested):
    """A third of 500 days is held out; fitted and counted again in plain pandas."""
    found = simulated.purchases(seed=1)
    assert tested.days == 166
    assert tested.cut == date(2023, 1, 1) + timedelta(days=500 - 166)
    early = found[found["day"] < 334].groupby("customer")["day"].agg(["min", "max", "size"])
    model = fit_activity(early["size"] - 1, early["max"] - early["min"], 334 - early["min"])
    expected = model.expected_orders(166, early["size"] - 1, early["max"] - early["min"], 334 - early["min"])
    came = found[found["day"] >= 334].groupby("customer").size().reindex(early.index, fill_value=0)
    errors = tested.errors.set_index("method")
    assert tested.customers == len(early)
    assert errors.loc["MBG/NBD", "expected"] == pytest.approx(expected.sum())
    assert errors.loc["MBG/NBD", "actual"] == came.sum()
    assert errors.loc["MBG/NBD", "mean_error"] == pytest.approx((expected - came).abs().mean())
    assert errors.loc["MBG/NBD", "total_error"] == pytest.approx(expected.sum() / came.sum() - 1)
    rate = (early["size"] - 1) / (334 - early["min"]) * 166
    assert errors.loc["same rate", "root_mean_square_error"] == pytest.approx(np.sqrt(((rate - came) ** 2).mean()))
    by_frequency = tested.by_frequency.set_index("frequency")
    assert by_frequency["customers"].sum() == tested.customers
    assert by_frequency.loc[2, "actual"] == pytest.approx(came[early["size"] == 3].mean())
    assert by_frequency.loc[7, "customers"] == (early["size"] >= 8).sum()


def test_the_weeks_add_up(tested):
    weekly = tested.weekly
    assert len(weekly) == 166 // 7
    assert weekly["expected"].sum() == pytest.approx(weekly["cumulative_expected"].iloc[-1])
    assert weekly["day"].iloc[0] == pd.Timestamp(tested.cut) + pd.Timedelta(days=6)
    found, early = simulated.purchases(seed=1), simulated.purchases(seed=1).query("day < 334")["customer"].unique()
    later = found[(found["day"] >= 334) & found["customer"].isin(early)]
    assert weekly["actual"].tolist() == [((later["day"] - 334) // 7 == week).sum() for week in range(166 // 7)]


def test_where_the_model_holds_it_wins(tested):
    assert tested.wins
    assert abs(tested.errors["total_error"][0]) < 0.15


def test_regular_buyers_beat_the_model_and_the_notes_say_so():
    """Sixty customers, each with a beat of their own that never changes: "goes on as before" is hard to beat."""
    days = [
        (f"c{n}", (date(2024, 1, 1) + timedelta(days=day)).isoformat())
        for n in range(60)
        for day in range(0, 360, 10 + n)
    ]
    orders = bought(*days, ("end", "2024-12-25"))
    found = rt.predict_clv(orders, months=3)
    assert not found.backtest.wins
    assert any("plain rule did better" in note for note in found.notes)


def test_a_history_too_short_to_hold_anything_out():
    days = [(f"c{n}", f"2024-01-{1 + day:02}") for n in range(60) for day in (n % 7, 10 + n % 9)]
    orders = bought(*days)
    assert backtest(orders, "MBG/NBD", 12) is None
    assert (activity(orders)["frequency"] == 1).all()
    assert any("too short to try" in note for note in rt.predict_clv(orders, months=1).notes)
