"""What an order of a customer brings: Gamma–Gamma, fitted with lifetimes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from retention.intervals import ENOUGH
from retention.predict import likelihoods
from retention.predict.models import FAR, arrays, criteria, lifetimes, minimum, parameter_table


@dataclass(frozen=True)
class SpendModel:
    """What `fit_spend` returns: what an order of a customer brings on average, Gamma–Gamma.

    parameters: as in `ActivityModel`; p and q have no unit, v is money. Empty where nothing could be fitted; everybody then
    has the `mean`. customers: how many it was fitted to; excluded: repeat customers whose mean is not positive.
    correlation: of frequency and mean spend, which the model takes for 0.
    """

    parameters: pd.DataFrame
    covariance: np.ndarray = field(repr=False)
    mean: float
    log_likelihood: float
    aic: float
    bic: float
    customers: int
    excluded: int
    correlation: float
    notes: tuple[str, ...] = ()

    def expected_spend(self, frequency: np.ndarray, spend: np.ndarray) -> np.ndarray:
        """What the next order brings: between the customer's own mean and everybody's, the more own the more orders."""
        if self.parameters.empty:
            return np.full(np.shape(frequency), self.mean)
        p, q, _v = self.parameters["value"]
        frequency, spend = np.asarray(frequency, float), np.asarray(spend, float)
        own = np.where((frequency > 0) & (spend > 0), p * frequency / (p * frequency + q - 1), 0.0)
        return (1 - own) * self.mean + own * np.where(own > 0, spend, 0.0)

    def shifted(self, logs: np.ndarray) -> SpendModel:
        """The same model with the logarithms of its parameters moved by so much; for error propagation."""
        values = self.parameters["value"].to_numpy() * np.exp(logs)
        return replace(self, parameters=self.parameters.assign(value=values), mean=_mean_spend(*values))


def fit_spend(frequency: np.ndarray, spend: np.ndarray) -> SpendModel:
    """Fit Gamma–Gamma to the mean spend of customers with repeat purchases and a positive mean.

    frequency: purchases after the first; spend: their mean, in currency units (missing for none). Under 30 such customers,
    or when they all spend the same, nothing is fitted and everybody is given the mean of their means.

    Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-value Curves for Customer Base Analysis".

    When not to trust it: it takes spend and frequency for independent; above a correlation of 0.3 a note says that they are
    not. Who bought once is given everybody's mean.

    >>> from retention.predict.activity import activity
    >>> import retention as rt
    >>> table = activity(rt.load_sample("cdnow"))
    >>> round(fit_spend(table["frequency"], table["monetary"]).mean, 2)
    35.81
    """
    frequency, spend = arrays(frequency, spend)
    repeats = frequency > 0
    fits = repeats & (spend > 0)
    x, m = frequency[fits], spend[fits]
    excluded, notes = int((repeats & ~fits).sum()), []
    if excluded:
        notes.append("Repeat customers who got back as much as they paid, or more, are left out of the model of spend.")
    together = float(np.corrcoef(x, m)[0, 1]) if len(x) > 2 and np.ptp(x) and np.ptp(m) else np.nan
    if together > 0.3:
        notes.append("Who buys more often also spends more an order, which the model takes for unrelated.")
    nothing = SpendModel(parameter_table(pd.Series(dtype=float), np.zeros((0, 0))), np.zeros((0, 0)), np.nan, *[np.nan] * 3,
                         len(x), excluded, together, tuple(notes))  # fmt: skip
    if len(x) < ENOUGH or np.ptp(m) <= 1e-9 * m.mean():
        mean = float(x @ m / x.sum()) if len(x) else float(np.nanmean(spend)) if repeats.any() else np.nan
        notes.append("Too few repeat customers, or all alike, to model spend: every order is taken at its mean.")
        return replace(nothing, mean=mean, notes=tuple(notes))
    unit = m.mean()
    likelihood = likelihoods.of_spend(x, m / unit, np.ones(len(x)), 0.0)
    fitted = _spend_parameters(x, m / unit)
    if fitted is None:
        notes.append("Spend does not follow the model: every order is taken at the mean of repeat orders.")
        return replace(nothing, mean=float(x @ m / x.sum()), notes=tuple(notes))
    values, covariance = fitted
    best = -likelihood(np.log(values.to_numpy()))[0] * len(x) - len(x) * np.log(unit)
    values["v"] *= unit
    aic, bic = criteria(best, 3, len(x))
    return SpendModel(
        parameter_table(values, covariance), covariance, _mean_spend(*values), best, aic, bic,
        len(x), excluded, together, tuple(notes),
    )  # fmt: skip


def _spend_parameters(x: np.ndarray, m: np.ndarray) -> tuple[pd.Series, np.ndarray] | None:
    library = lifetimes()

    class OnDistinctValues(library.GammaGammaFitter):
        """lifetimes' fitter with its own likelihood, taken by `likelihoods`."""

        def _fit(self, arguments: tuple, start: np.ndarray, size: int, disp: bool, tol: float, **options: object):
            likelihood = likelihoods.of_spend(*arguments)
            found, value = minimum(likelihood, np.ones(size), tol)
            return found, value, likelihoods.curvature(likelihood, found)

    try:
        with np.errstate(all="ignore"):
            fitter = OnDistinctValues().fit(x, m)
            covariance = np.linalg.inv(fitter._hessian_) / len(x)
    except (library.utils.ConvergenceError, np.linalg.LinAlgError):
        return None
    far = np.abs(np.log(fitter.params_)).max() > FAR
    return (
        None if far or fitter.params_["q"] <= 1 or not (np.diag(covariance) > 0).all() else (fitter.params_, covariance)
    )


def _mean_spend(p: float, q: float, v: float) -> float:
    return p * v / (q - 1) if q > 1 else np.nan
