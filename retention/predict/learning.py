"""Models of who stays away: fitted on earlier cut-offs, compared and calibrated on a later one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from retention.intervals import ENOUGH
from retention.predict.features import GROUPS

FEATURES = tuple(name for group in GROUPS.values() for name in group if name != "channel")
SHARES = ("discount_share", "return_share")
MODELS = ("recency", "logistic", "boosting")  # from the simplest
CHANNELS = 5  # the largest ones count by themselves
ROWS = 100_000  # customers scored at a time


@dataclass(frozen=True)
class Sample:
    """Customers at stake on one or more cut-offs: what was known of them, and whether they stayed away afterwards."""

    known: pd.DataFrame = field(repr=False)
    left: np.ndarray = field(repr=False)

    @property
    def fewest(self) -> int:
        """How many there are of the rarer kind, leavers or stayers."""
        return int(min(self.left.sum(), len(self.left) - self.left.sum()))


@dataclass(frozen=True)
class Model:
    """A fitted model; `risk` gives the calibrated probability of staying away."""

    name: str
    estimator: object = field(repr=False)
    scale: pd.DataFrame = field(repr=False)  # by feature: typical (its median), unit, mean, spread
    channels: tuple[str, ...] = ()
    slope: float = 1.0
    intercept: float = 0.0

    def risk(self, known: pd.DataFrame) -> np.ndarray:
        """The probability of staying away for every row."""
        with threadpool_limits(1):  # the result must not depend on the machine
            parts = [
                _expit(self.intercept + self.slope * self._log_odds(known.iloc[begin : begin + ROWS]))
                for begin in range(0, len(known), ROWS)
            ]
        return np.concatenate(parts) if parts else np.empty(0)

    def _log_odds(self, known: pd.DataFrame) -> np.ndarray:
        share = self.estimator.predict_proba(self.inputs(known))[:, 1]
        return _logit(share)

    def inputs(self, known: pd.DataFrame) -> np.ndarray:
        """What the estimator sees of each row."""
        if self.name == "boosting":
            columns = [known[list(FEATURES)].to_numpy(dtype=np.float32)]
        else:
            names = ["recency_days"] if self.name == "recency" else list(FEATURES)
            scale = self.scale.loc[names]
            values = (_logs(known[names], scale["unit"]) - scale["mean"].to_numpy()) / scale["spread"].to_numpy()
            if self.name == "recency":
                return np.nan_to_num(values)
            columns = [np.nan_to_num(values), known["own_gap"].isna().to_numpy(dtype=float)[:, None]]
        return np.hstack(
            [*columns, *((known["channel"] == channel).to_numpy(dtype=float)[:, None] for channel in self.channels)]
        )


def learn(train: Sample, later: Sample, seed: int, only: str | None = None) -> dict[str, Model]:
    """The models fitted on `train`, each calibrated on `later` by a sigmoid (Platt); only: just this one."""
    names = MODELS if only is None else (only,)
    with threadpool_limits(1):
        return {name: _calibrated(_fitted(name, train, seed), later) for name in names}


def simplest_of_the_best(models: dict[str, Model], later: Sample) -> str:
    """The simplest model that no more complicated one beats on `later` by more than the standard error of the difference.

    They are compared by the Brier score, each customer's (risk − outcome)².
    """
    errors = {name: (model.risk(later.known) - later.left) ** 2 for name, model in models.items()}
    chosen, *others = errors
    for name in others:
        gain = errors[chosen] - errors[name]
        if gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain)):
            chosen = name
    return chosen


def sigmoid(log_odds: np.ndarray, left: np.ndarray) -> tuple[float, float]:
    """Slope and intercept that make log-odds agree with what happened; the slope is never below 0."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=1e6).fit(log_odds[:, None], left)
    slope, intercept = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return (slope, intercept) if slope > 0 else (0.0, float(_logit(left.mean())))


def _fitted(name: str, train: Sample, seed: int) -> Model:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    counts = train.known["channel"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    channels = tuple(counts[counts >= ENOUGH].index[:CHANNELS])
    if name == "boosting":
        estimator = HistGradientBoostingClassifier(
            learning_rate=0.06,
            max_iter=100,
            max_leaf_nodes=15,
            min_samples_leaf=40,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=seed,
        )
    else:
        estimator = LogisticRegression(max_iter=1000)
    model = Model(name, estimator, _scale(train.known), channels if len(channels) > 1 and name != "recency" else ())
    estimator.fit(model.inputs(train.known), train.left)
    return model


def _calibrated(model: Model, later: Sample) -> Model:
    slope, intercept = sigmoid(model._log_odds(later.known), later.left)
    return Model(model.name, model.estimator, model.scale, model.channels, slope, intercept)


def _scale(known: pd.DataFrame) -> pd.DataFrame:
    """By feature its median, the unit of its logarithm (the median above 0; missing for shares), and mean and spread after it."""
    values = known[list(FEATURES)].astype(float)
    units = values.where(values > 0).median().fillna(1.0)
    units[list(SHARES)] = np.nan
    logs = pd.DataFrame(_logs(values, units), columns=values.columns)
    spread = logs.std(ddof=0)
    return pd.DataFrame(
        {
            "typical": values.median(),
            "unit": units,
            "mean": logs.mean().fillna(0.0),
            "spread": spread.where(spread > 0).fillna(1.0),
        }
    )


def _logs(values: pd.DataFrame, units: pd.Series) -> np.ndarray:
    found = values.to_numpy(dtype=float, copy=True)
    units = units.to_numpy()
    is_log = ~np.isnan(units)
    found[:, is_log] = np.log1p(np.clip(found[:, is_log], 0, None) / units[is_log])
    return found


def _logit(share: np.ndarray) -> np.ndarray:
    share = np.clip(share, 1e-6, 1 - 1e-6)
    return np.log(share / (1 - share))


def _expit(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))
