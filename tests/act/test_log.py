"""What was sent, kept as a file, and completed once it is known what it earned."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

import retention as rt
from retention.experiment.compare import DAYS_A_MONTH


@pytest.fixture(scope="module")
def audience(shop):
    return rt.build_audience(
        shop, "segment:Champions", "klaviyo", name="Köszönjük", seed=1, holdout=0.2, cost_per_customer=0.5, days=30
    )


def read(audience, **learned):
    return replace(audience.experiment, learned={"verdict": "better", "metric": "repeat", "arm": "sent", **learned})


def test_a_list_is_a_row(audience):
    row = rt.action_log([audience]).iloc[0]
    sent, held = len(audience.table), len(audience.kept)
    assert (row["name"], row["format"], row["who"]) == ("Köszönjük", "klaviyo", "segment:Champions")
    assert (row["customers"], row["held_back"], row["cost"]) == (sent, held, 0.5 * sent)
    assert (row["sent_on"].date(), row["verdict"], row["test"]) == (audience.sent_on, "", audience.experiment.file_name)
    assert np.isnan(row["earned"])


def test_it_is_completed_by_the_experiment_that_was_read(audience):
    sent, held = len(audience.table), len(audience.kept)
    test = read(audience, worth=DAYS_A_MONTH * (sent + held), worth_low=-DAYS_A_MONTH, worth_high=2 * DAYS_A_MONTH)
    log = rt.action_log([rt.action_log_file(rt.action_log([audience])), test])
    assert log.loc[0, "earned"] == pytest.approx(30 * sent)  # one a customer and day, for those who got it
    assert log.loc[0, "earned_low"] == pytest.approx(-30 * sent / (sent + held))
    assert log.loc[0, "verdict"] == "better"
    again = rt.action_log([audience, rt.action_log_file(log)])
    assert again.equals(log)  # what is known is not forgotten


@pytest.mark.parametrize("learned", [{"verdict": "peeking"}, {"verdict": "withheld"}, {"verdict": "too few"}])
def test_a_test_that_is_not_over_earned_nothing_known(audience, learned):
    row = rt.action_log([audience, read(audience, **learned)]).iloc[0]
    assert row["verdict"] == learned["verdict"] and np.isnan(row["earned"])


def test_the_latest_stands_first_and_the_same_list_twice_is_one_row(shop, audience):
    earlier = rt.build_audience(shop, name="Earlier", seed=1, holdout=0, sent_on="2025-12-01")
    log = rt.action_log([earlier, audience, audience])
    assert log["name"].tolist() == ["Köszönjük", "Earlier"] and log["test"].tolist()[1] == ""
    assert rt.action_log([rt.action_log_file(log), rt.action_log_file(log).encode()]).equals(log)


def test_the_file_holds_no_address(audience, tmp_path):
    text = rt.action_log_file(rt.action_log([audience]))
    assert "@" not in text and json.loads(text)["actions"][0]["earned"] is None
    path = tmp_path / "log.json"
    path.write_text(text, encoding="utf-8")
    assert rt.action_log([path]).equals(rt.action_log([audience]))


def test_nothing_was_sent():
    log = rt.action_log([])
    assert log.empty and rt.action_log([rt.action_log_file(log)]).equals(log)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "This is no action log"), ("no file", "This is no action log"), (b"\xff", "This is no action log"),
        ('{"kind": "retention-actions", "version": 2, "actions": []}', "version 2; version 1"),
        ('{"kind": "retention-actions", "version": 1, "actions": [{"name": "x"}]}', "damaged"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_log(text, said):
    with pytest.raises(rt.FileError, match=said):
        rt.action_log([text])
