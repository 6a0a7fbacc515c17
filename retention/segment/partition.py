"""Points into groups: how many, how clearly they part, and whether they come back when the points are drawn again."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata
from threadpoolctl import threadpool_limits

CLUSTERS = range(2, 9)
SAMPLE = 10_000  # points on which groups are found; every other point joins the nearest centre
JUDGED = 2_000  # points on which silhouettes are measured
SMALLEST = 0.02  # share of the points below which a group is a handful of odd ones
DRAWS = 20  # sets of points without groups
MARGIN = 0.04  # by which the silhouette has to beat their mean, and by two standard deviations
STARTS = 10  # of K-means, the best of which is kept; fewer where the mean over many sets is asked for
REFITS = 20


@dataclass(frozen=True)
class Partition:
    """What `partition` returns.

    labels: the group of every point, 0, 1, …
    scores: one row a number of groups: k, silhouette, smallest_share (of the points, in its smallest group)
    best_k: how many groups the points have; 1 where they part no more clearly than points that differ by degrees only
    silhouette, chance: at the k of the highest silhouette, and the mean there of points that differ by degrees only
    stability: mean adjusted Rand index of the groups with those of points drawn again; missing with one group
    """

    labels: np.ndarray = field(repr=False)
    scores: pd.DataFrame
    best_k: int = 1
    silhouette: float = np.nan
    chance: float = np.nan
    stability: float = np.nan


def partition(points: np.ndarray, k: int | None, seed: int) -> Partition:
    """K-means with k groups, or with the k from 2 to 8 of the highest silhouette whose smallest group is no handful, if any."""
    import sklearn.cluster  # noqa: F401 – its threads can be limited once they are there

    with threadpool_limits(1):  # so few points gain nothing by threads, which spin while they wait for each other
        return _partition(points, k, seed)


def _partition(points: np.ndarray, k: int | None, seed: int) -> Partition:
    rng = np.random.default_rng(seed)
    sample = points[rng.permutation(len(points))[:SAMPLE]]
    judged = sample[:JUDGED]
    most = min(CLUSTERS[-1], len(np.unique(judged, axis=0)), len(judged) - 1)
    apart, models, rows = _distances(judged), {}, []
    for groups in range(CLUSTERS[0], most + 1):
        models[groups] = _fitted(sample, groups, rng, STARTS)
        sizes = np.bincount(models[groups].labels_, minlength=groups)
        silhouette = _silhouette(apart, models[groups].labels_[:JUDGED])
        rows.append({"k": groups, "silhouette": silhouette, "smallest_share": sizes.min() / len(sample)})
    scores = pd.DataFrame(rows, columns=["k", "silhouette", "smallest_share"])
    best_k, silhouette, chance, stability = 1, np.nan, np.nan, np.nan
    eligible = scores[scores["smallest_share"] >= SMALLEST]
    if len(eligible):
        best = eligible.loc[eligible["silhouette"].idxmax()]
        groups, silhouette = int(best["k"]), float(best["silhouette"])
        without = [_silhouette_of(_by_degrees(judged, rng), groups, rng) for _draw in range(DRAWS)]
        chance = float(np.mean(without))
        best_k = groups if silhouette > chance + max(MARGIN, 2 * np.std(without)) else 1
    groups = min(k or best_k, most)
    labels = np.zeros(len(points), dtype=int)
    if groups > 1:
        labels = models[groups].predict(points)
        stability = _stability(sample, models[groups], groups, rng)
    return Partition(labels, scores, best_k, silhouette, chance, stability)


def _by_degrees(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Points with the same values in every column and the same rank correlations between them, but no groups.

    A Gaussian copula: normal points of the same correlations, whose ranks take the places of the values.
    """
    scores = norm.ppf((rankdata(points, axis=0) - 0.5) / len(points))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = np.nan_to_num(np.atleast_2d(np.corrcoef(scores, rowvar=False)))
    np.fill_diagonal(correlations, 1)
    drawn = rng.multivariate_normal(np.zeros(points.shape[1]), correlations, len(points), check_valid="ignore")
    return np.take_along_axis(np.sort(points, axis=0), drawn.argsort(axis=0).argsort(axis=0), axis=0)


def _stability(sample: np.ndarray, model: object, groups: int, rng: np.random.Generator) -> float:
    from sklearn.metrics import adjusted_rand_score

    judged, known = sample[:JUDGED], model.labels_[:JUDGED]
    again = [_fitted(judged[rng.integers(len(judged), size=len(judged))], groups, rng) for _ in range(REFITS)]
    return float(np.mean([adjusted_rand_score(known, other.predict(judged)) for other in again]))


def _silhouette_of(points: np.ndarray, groups: int, rng: np.random.Generator) -> float:
    return _silhouette(_distances(points), _fitted(points, groups, rng).labels_)


def _distances(points: np.ndarray) -> np.ndarray:
    from sklearn.metrics import pairwise_distances

    return pairwise_distances(points)


def _silhouette(apart: np.ndarray, labels: np.ndarray) -> float:
    """The mean silhouette: (distance to the next group − distance inside its own) ÷ the larger of them; 0 with one group."""
    from sklearn.metrics import silhouette_score

    groups = len(np.unique(labels))
    if groups < 2 or groups >= len(labels):
        return 0.0
    np.fill_diagonal(apart, 0)
    return float(silhouette_score(apart, labels, metric="precomputed"))


def _fitted(points: np.ndarray, groups: int, rng: np.random.Generator, starts: int = STARTS // 2) -> object:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():  # points drawn again can hold fewer different ones than groups
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(groups, n_init=starts, random_state=int(rng.integers(2**31))).fit(points)
