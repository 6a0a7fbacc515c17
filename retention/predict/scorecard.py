"""How good a score is: whether it puts leavers first, whether its probabilities hold, and what moves it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.intervals import ENOUGH, Z95, wilson
from retention.predict.features import GROUPS
from retention.predict.learning import Model, Sample

QUALITY = (
    "model", "chosen", "auc", "auc_low", "auc_high", "brier", "n", "leavers", "auc_behind", "auc_behind_low", "auc_behind_high",
)  # fmt: skip
RELIABILITY = ("bin_from", "bin_to", "predicted", "observed", "low", "high", "n", "enough")
DRIVERS = ("feature", "effect")
BINS = 10
SHUFFLES = 3
JUDGED = 10_000  # customers whose features are shuffled


def brier(risk: np.ndarray, left: np.ndarray) -> float:
    """Mean of (risk − outcome)², the outcome being 1 for who stayed away; 0 is perfect."""
    return float(np.mean((risk - left) ** 2))


def auc(risk: np.ndarray, left: np.ndarray) -> tuple[float, float, float]:
    """The share of pairs of a leaver and a stayer in which the leaver has the higher risk, ties half, with 95 % interval.

    Source: DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44, 837–845.

    >>> [round(value, 3) for value in auc(np.array([0.9, 0.4, 0.6, 0.1]), np.array([1, 1, 0, 0]))]
    [0.75, 0.057, 1.0]
    """
    return _with_interval(_placements(risk, left))


def auc_difference(one: np.ndarray, other: np.ndarray, left: np.ndarray) -> tuple[float, float, float]:
    """By how much the first score's share of pairs exceeds the second's over the same customers, with 95 % interval; as `auc`."""
    return _with_interval(
        tuple(mine - its for mine, its in zip(_placements(one, left), _placements(other, left), strict=True)),
        bounds=(-1.0, 1.0),
    )


def quality_of(risks: dict[str, np.ndarray], left: np.ndarray, chosen: str) -> pd.DataFrame:
    """A row a model, the chosen one first; its columns stand in `score_churn`."""
    rows = []
    for name in [chosen, *(name for name in risks if name != chosen)]:
        area, behind = auc(risks[name], left), auc_difference(risks[chosen], risks[name], left)
        rows.append((name, name == chosen, *area, brier(risks[name], left), len(left), int(left.sum()), *behind))
    return pd.DataFrame(rows, columns=list(QUALITY))


def reliability_of(risk: np.ndarray, left: np.ndarray) -> pd.DataFrame:
    """A row a tenth of the scale that holds customers: what they were given, and how many stayed away."""
    place = np.minimum((risk * BINS).astype(int), BINS - 1)
    found = pd.DataFrame({"place": place, "risk": risk, "left": left}).groupby("place")
    n, stayed_away = found.size(), found["left"].sum()
    low, high = wilson(stayed_away, n)
    columns = (n.index / BINS, (n.index + 1) / BINS, found["risk"].mean(), stayed_away / n, low, high, n, n >= ENOUGH)
    return pd.DataFrame({name: np.asarray(column) for name, column in zip(RELIABILITY, columns, strict=True)})


def drivers_of(model: Model, test: Sample, seed: int) -> pd.DataFrame:
    """How many pairs fewer the score gets right when a group of features is shuffled among the customers; the largest first."""
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.permutation(len(test.left))[:JUDGED])
    known, left = test.known.iloc[chosen].reset_index(drop=True), test.left[chosen]
    whole = auc(model.risk(known), left)[0]
    orders = [rng.permutation(len(known)) for _shuffle in range(SHUFFLES)]
    effects = {}
    for group, names in GROUPS.items():
        falls = []
        for order in orders:
            mixed = known.assign(**{name: known[name].array[order] for name in names})
            falls.append(whole - auc(model.risk(mixed), left)[0])
        effects[group] = float(np.mean(falls))
    found = pd.DataFrame(effects.items(), columns=list(DRIVERS))
    return found.sort_values(["effect", "feature"], ascending=[False, True], ignore_index=True)


def moved_by(model: Model, now: pd.DataFrame, before: pd.DataFrame, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of every customer, the group of features whose change since `before` raised the risk most, and by how much."""
    effects = [risk - model.risk(now.assign(**{name: before[name] for name in names})) for names in GROUPS.values()]
    effects = np.column_stack(effects)
    best = effects.argmax(axis=1)
    return np.array(list(GROUPS), dtype=object)[best], effects[np.arange(len(now)), best]


def _placements(risk: np.ndarray, left: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each leaver the share of stayers below, of each stayer the share of leavers above."""
    from scipy.stats import rankdata

    is_leaver = np.asarray(left, dtype=bool)
    ranks, leavers, stayers = rankdata(risk), risk[is_leaver], risk[~is_leaver]
    return (
        (ranks[is_leaver] - rankdata(leavers)) / len(stayers),
        1 - (ranks[~is_leaver] - rankdata(stayers)) / len(leavers),
    )


def _with_interval(
    placements: tuple[np.ndarray, np.ndarray], bounds: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float, float]:
    middle = float(placements[0].mean())
    half = Z95 * float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in placements)))
    return middle, max(middle - half, bounds[0]), min(middle + half, bounds[1])
