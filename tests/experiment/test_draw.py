"""The draw: everybody has the planned chance of every arm, and every stratum and the whole get their shares."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import ceil, floor, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.experiment.draw import drawn, rounded

THREE = {"control": 0.2, "a": 0.5, "b": 0.3}
STRATA = pd.Series(list("aaabbbbccd"))  # no stratum can be divided without a rest


@pytest.fixture(scope="module")
def draws():
    """1,000 draws, a row a draw and a column a customer."""
    return np.array([drawn(STRATA, THREE, seed) for seed in range(1_000)])


def test_everybodys_chance_of_every_arm_is_the_planned_share(draws):
    for arm, share in THREE.items():
        seen = (draws == arm).mean(axis=0)
        assert np.abs(seen - share).max() < 4.5 * sqrt(share * (1 - share) / len(draws)), arm


def test_every_stratum_and_the_whole_are_divided_as_planned(draws):
    for stratum in [[0, 1, 2], [3, 4, 5, 6], [7, 8], [9], range(10)]:
        for arm, share in THREE.items():
            counts = set((draws[:, list(stratum)] == arm).sum(axis=1))
            assert counts <= {floor(len(stratum) * share), ceil(len(stratum) * share)}


def test_within_a_stratum_every_division_is_as_likely(draws):
    """Two of a pair are never together more often than chance has it: of bbbb, 2 of 4 get the larger arm."""
    pairs = Counter(tuple(np.flatnonzero(row == "a")) for row in draws[:, 3:7])
    assert len(pairs) == 6
    assert all(abs(n - len(draws) / 6) < 4.5 * sqrt(len(draws) * 5 / 36) for n in pairs.values())


def test_the_seed_decides_and_nothing_else():
    assert drawn(STRATA, THREE, 7).tolist() == drawn(STRATA.copy(), THREE, 7).tolist()
    assert len({tuple(drawn(STRATA, THREE, seed)) for seed in range(20)}) > 15


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=12),
    weights=st.lists(st.integers(1, 12), min_size=2, max_size=5),
    seed=st.integers(0, 2**32),
)
def test_any_table_is_rounded_up_or_down_and_so_are_its_sums(sizes, weights, seed):
    expected = [[Fraction(size * weight, sum(weights)) for weight in weights] for size in sizes]
    counts = rounded(expected, np.random.default_rng(seed))
    assert [sum(row) for row in counts] == sizes
    for row, planned in zip(counts, expected, strict=True):
        assert all(floor(cell) <= count <= ceil(cell) for count, cell in zip(row, planned, strict=True))
    for column, weight in zip(zip(*counts, strict=True), weights, strict=True):
        planned = Fraction(sum(sizes) * weight, sum(weights))
        assert floor(planned) <= sum(column) <= ceil(planned)


def test_thirds_are_thirds():
    """Three times 1/3 written as a float is a hair less than 1."""
    arms = drawn(pd.Series(["one"] * 9_000), dict.fromkeys("abc", 1 / 3), seed=1)
    assert Counter(arms) == {"a": 3_000, "b": 3_000, "c": 3_000}


def test_many_strata_of_one_still_give_arms_of_the_planned_size():
    arms = drawn(pd.Series(range(500)), {"control": 0.1, "offer": 0.9}, seed=3)
    assert Counter(arms) == {"control": 50, "offer": 450}
