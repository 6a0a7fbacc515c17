"""Groups of points: known ones are found again, a crowd without any is called one."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from retention.segment import partition as module
from retention.segment.partition import _by_degrees, _distances, _silhouette, partition


def blobs(*centres, n=100, seed=1):
    rng = np.random.default_rng(seed)
    return np.vstack([rng.normal(centre, 0.2, size=(n, len(centre))) for centre in centres])


def crowd(name, n=600):
    rng = np.random.default_rng(5)
    if name == "round":
        return rng.normal(size=(n, 3))
    if name == "long":
        return rng.multivariate_normal([0, 0, 0], [[1, 0.8, 0.6], [0.8, 1, 0.5], [0.6, 0.5, 1]], n)
    if name == "even":
        return rng.uniform(-1.7, 1.7, size=(n, 3))
    return np.column_stack([rng.poisson(1, n), rng.exponential(size=n), rng.normal(size=n)])


@pytest.mark.parametrize("centres", [[(-1, -1, 1), (1, 1, -1)], [(-1, -1, 1), (1, 1, 1), (1, -1, -1)]])
def test_groups_that_lie_apart_are_found_again(centres):
    found = partition(blobs(*centres), None, seed=0)
    assert found.best_k == len(centres)
    assert found.labels.max() + 1 == len(centres)
    assert adjusted_rand_score(np.repeat(range(len(centres)), 100), found.labels) == 1
    assert found.stability == 1
    assert found.scores["k"].tolist() == [2, 3, 4, 5, 6, 7, 8]
    assert found.scores.set_index("k")["silhouette"].idxmax() == len(centres)


@pytest.mark.parametrize("name", ["round", "long", "even", "skewed"])
def test_a_crowd_without_groups_is_not_taken_for_several(name):
    found = partition(crowd(name), None, seed=0)
    assert found.best_k == 1
    assert found.silhouette > 0.2  # K-means cuts it all the same, which is why the silhouette alone says nothing


def test_two_ends_of_one_feature_are_a_matter_of_degree():
    points = crowd("round")
    points[:, 0] = np.where(points[:, 0] > 0, 1, -1)
    assert partition(points, None, seed=0).best_k == 1


def test_a_handful_is_no_group_unless_asked_for():
    points = np.vstack([blobs((-1, -1, 1), (1, 1, -1), n=300), blobs((-1, 2, 3), n=3)])
    found = partition(points, None, seed=0)
    assert found.scores.set_index("k")["silhouette"].idxmax() == 3
    assert found.best_k == 2
    assert sorted(np.bincount(partition(points, 3, seed=0).labels)) == [3, 300, 300]


def test_points_of_few_kinds_are_no_trouble():
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0)
    found = partition(points, None, seed=0)
    assert found.scores["k"].tolist() == [2]
    assert found.silhouette == 1
    assert found.best_k == 1  # both columns say the same, so it is one feature
    assert np.bincount(partition(points, 5, seed=0).labels).tolist() == [20, 20]
    assert partition(np.zeros((40, 2)), 3, seed=0).labels.tolist() == [0] * 40


def test_many_points_are_grouped_from_a_sample(monkeypatch):
    points = blobs((-1, -1, 1), (1, 1, -1), n=300)
    monkeypatch.setattr(module, "SAMPLE", 100)
    monkeypatch.setattr(module, "JUDGED", 50)
    found = partition(points, None, seed=0)
    assert adjusted_rand_score(np.repeat([0, 1], 300), found.labels) == 1


def test_the_silhouette_of_five_points():
    points = np.array([[0.0], [2.0], [10.0], [11.0], [13.0]])
    inside = [2, 2, (1 + 3) / 2, (1 + 2) / 2, (3 + 2) / 2]
    next_ = [(10 + 11 + 13) / 3, (8 + 9 + 11) / 3, (10 + 8) / 2, (11 + 9) / 2, (13 + 11) / 2]
    by_hand = np.mean([(b - a) / max(a, b) for a, b in zip(inside, next_, strict=True)])
    assert _silhouette(_distances(points), np.array([0, 0, 1, 1, 1])) == pytest.approx(by_hand)
    assert _silhouette(_distances(points), np.zeros(5, dtype=int)) == 0


def test_the_made_up_crowd_keeps_values_and_correlations_and_loses_groups():
    points = blobs((-1, -1, 1), (1, 1, -1), n=500)
    drawn = _by_degrees(points, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(drawn, axis=0), np.sort(points, axis=0))
    correlation = np.corrcoef(drawn[:, 0], drawn[:, 2])[0, 1]
    assert -0.95 < correlation < -0.4
    between = (np.sign(drawn[:, 0]) != np.sign(drawn[:, 1])).mean()
    assert between > 0.1  # nobody stood there before
    constant = np.column_stack([points, np.ones(len(points))])
    assert (_by_degrees(constant, np.random.default_rng(0))[:, 3] == 1).all()
