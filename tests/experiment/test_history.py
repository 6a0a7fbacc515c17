"""Kept experiments come back with what was learned from them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import retention as rt
from retention.experiment.history import COLUMNS, bare_experiment, no_units, with_outcome
from retention.experiment.manifest import Experiment
from tests.experiment.reminder import totals

MARCH, MAY = date(2026, 3, 1), date(2026, 5, 1)
BETTER = rt.compare_variants(totals=totals(("A", 5000, 400, 20_000), ("B", 5000, 475, 24_000)), order_sd=20.0, days=30)
BROKEN = rt.compare_variants(totals=totals(("A", 1012, 400), ("B", 800, 405)))


@pytest.fixture
def banner():
    units = pd.DataFrame({"customer_ref": ["ann", "bob", "cyd"], "variant": ["A", "B", "A"]}, dtype="str")
    return Experiment("Banner", date(2026, 1, 1), 60, "repeat", "A", {"A": 0.5, "B": 0.5}, seed=1, units=units)


def test_what_was_learned_survives_the_file(banner):
    read = with_outcome(banner, BETTER, MARCH, "  Keep it. ")
    history = rt.experiment_history([rt.experiment_file(read)])
    assert list(history) == COLUMNS
    row = history.iloc[0]
    assert row[["name", "verdict", "metric", "arm", "note"]].tolist() == [
        "Banner",
        "better",
        "conversion",
        "B",
        "Keep it.",
    ]
    assert (row["assigned_on"], row["read_on"]) == (pd.Timestamp("2026-01-01"), pd.Timestamp(MARCH))
    assert row["customers"] == 3  # those of the file
    found = BETTER.table[(BETTER.table["metric"] == "conversion") & (BETTER.table["arm"] == "B")].iloc[0]
    assert row[["effect", "low", "high"]].tolist() == found[["effect", "low", "high"]].tolist()
    assert row["effect"] == pytest.approx(0.015)
    # Revenue a visitor rose by 0.80; 10,000 visitors in 30 days.
    assert row["worth"] == pytest.approx(0.8 * 10_000 * 365.25 / 12 / 30)
    assert row["worth_low"] < row["worth"] < row["worth_high"]


def test_a_broken_split_leaves_no_effect_and_one_that_runs_the_interval_that_holds(banner):
    running = rt.compare_variants(totals=totals(("A", 1012, 100), ("B", 1000, 120)), planned_n=5000)
    history = rt.experiment_history(
        [with_outcome(banner, BROKEN, MARCH), with_outcome(replace(banner, seed=2), running, MARCH)]
    )
    assert history["verdict"].tolist() == ["withheld", "peeking"] or history["verdict"].tolist() == [
        "peeking",
        "withheld",
    ]
    by = history.set_index("verdict")
    assert by.loc["withheld", ["effect", "low", "high", "worth"]].isna().all()
    found = running.table.set_index("arm").loc["B"]
    assert by.loc["peeking", ["low", "high"]].tolist() == found[["valid_low", "valid_high"]].tolist()
    assert by.loc["peeking", ["low", "high"]].tolist() != found[["low", "high"]].tolist()


def test_a_test_of_which_only_the_totals_are_known_is_kept_too():
    read = with_outcome(bare_experiment(BETTER, MARCH, "Free socks"), BETTER, MARCH)
    again = rt.read_experiment(rt.experiment_file(read))
    assert again.units.empty
    assert (again.name, again.control, again.shares, again.days) == ("Free socks", "A", {"A": 0.5, "B": 0.5}, 30)
    assert rt.experiment_history([again])["customers"].tolist() == [10_000]


def test_of_several_readings_of_one_test_the_last_counts_in_whatever_order_they_come(banner):
    files = [banner, with_outcome(banner, BETTER, MAY, "later"), with_outcome(banner, BROKEN, MARCH, "too soon")]
    for order in (files, files[::-1], files[1:] + files[:1]):
        assert rt.experiment_history(order)["note"].tolist() == ["later"]


def test_the_oldest_stands_first(banner):
    later = replace(banner, name="Card", assigned_on=date(2026, 2, 1))
    assert rt.experiment_history([later, banner])["name"].tolist() == ["Banner", "Card"]


def test_what_was_not_read_yet_is_missing_not_zero(banner):
    row = rt.experiment_history([banner]).iloc[0]
    assert (row["verdict"], row["metric"]) == ("", "repeat")
    assert row[["read_on", "effect", "low", "high", "worth"]].isna().all()
    assert rt.experiment_history([replace(banner, units=no_units())])["customers"].isna().all()


def test_a_file_that_was_changed_by_hand_never_breaks_the_table(banner):
    plain = json.loads(rt.experiment_file(banner))
    plain["learned"] = {
        "verdict": "splendid",
        "effect": "a lot",
        "read_on": 7,
        "note": None,
        "worth": True,
        "arm": ["B"],
    }
    row = rt.experiment_history([json.dumps(plain)]).iloc[0]
    assert (row["verdict"], row["note"], row["arm"]) == ("", "", "")
    assert row[["effect", "worth", "read_on"]].isna().all()


def test_nothing_to_read_is_a_sentence():
    with pytest.raises(rt.EmptyError, match="There are no experiments"):
        rt.experiment_history([])
    with pytest.raises(rt.FileError, match="This is no experiment"):
        rt.experiment_history([b"{}"])
