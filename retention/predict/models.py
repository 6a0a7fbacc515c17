"""Models of buying and leaving, fitted with lifetimes to one row for every distinct customer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from types import ModuleType

import numpy as np
import pandas as pd

from retention.errors import EmptyError, check_option
from retention.intervals import ENOUGH, Z95
from retention.predict import likelihoods
from retention.predict.laws import DropOutAfterPurchase, DropOutAnyTime, Law, NoDropOut

MODELS = ("MBG/NBD", "BG/NBD", "Pareto/NBD", "NBD")
PENALTIES = (0.0, 0.001, 0.01)  # the last two only where the one before finds no inner maximum
FAR = np.log(1e4)  # a parameter this far from 1, in units of the longest observation, lies at its boundary
A_GAIN = 2.0  # log-likelihood that two more parameters have to bring (Akaike)
PARETO_ROWS = 20_000
A_FEW = 10_000  # distinct customers to look for a start among


@dataclass(frozen=True)
class ActivityModel:
    """What `fit_activity` returns: how often customers buy and when they leave.

    parameters: parameter, value, standard_error, low, high (95 %, on the logarithmic scale); per day
    covariance: of the logarithms of the parameters
    log_likelihood, aic, bic: on the original scale, in days
    """

    name: str
    law: Law = field(repr=False)
    parameters: pd.DataFrame
    covariance: np.ndarray = field(repr=False)
    log_likelihood: float
    aic: float
    bic: float
    customers: int
    converged: bool
    penalizer: float
    notes: tuple[str, ...] = ()

    def p_alive(self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance that a customer has not left for good. Never add these up into a number of "active customers"."""
        return self.law.p_alive(*arrays(frequency, recency, T))

    def expected_orders(self, days: float, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Orders expected within the next so many days."""
        frequency, recency, T = arrays(frequency, recency, T)
        key = frequency * 2.0**20 + T  # what is left to expect of one who stayed depends on these two alone
        _keys, first, back = np.unique(key.ravel(), return_index=True, return_inverse=True)
        if_alive = self.law.orders_if_alive(days, frequency.ravel()[first], T.ravel()[first])
        return self.law.p_alive(frequency, recency, T) * if_alive[back].reshape(key.shape)

    def expected_orders_of_new(self, days: np.ndarray) -> np.ndarray:
        """Orders expected of somebody within so many days of their first, which is not counted."""
        nothing = np.zeros(np.shape(days))
        return self.law.p_alive(nothing, nothing, nothing) * self.law.orders_if_alive(
            np.asarray(days, float), nothing, nothing
        )

    def shifted(self, logs: np.ndarray) -> ActivityModel:
        """The same model with the logarithms of its parameters moved by so much; for error propagation."""
        names = self.parameters["parameter"]
        moved = self.parameters["value"].to_numpy() * np.exp(logs)
        return replace(self, law=replace(self.law, **dict(zip(names, moved, strict=True))))


def fit_activity(
    frequency: np.ndarray,
    recency: np.ndarray,
    T: np.ndarray,
    weights: np.ndarray | None = None,
    model: str = "MBG/NBD",
) -> ActivityModel:
    """Fit a model of buying and leaving by maximum likelihood.

    frequency: purchases after the first, one a day at most; recency: days from the first to the last; T: days from the first
    to the end of observation; weights: how many customers are alike. model: "MBG/NBD" (customers may leave after any
    purchase), "BG/NBD" (after any but the first, so that who bought once is alive for ever), "Pareto/NBD" (at any time), "NBD"
    (never).

    The fit is lifetimes', on distinct rows. Where it finds no maximum inside, it is repeated with lifetimes' penalizer; where the
    model explains the data hardly better than one in which nobody leaves (less than 2 of log-likelihood), that one is
    taken and a note says so. Pareto/NBD is fitted to at most 20,000 distinct rows, evenly spread.

    Raises EmptyError when fewer than 30 customers have come back on another day.

    When not to trust it: rates are taken to stay the same for life: seasons, growth and campaigns are not in it, nor is a
    customer's rhythm.

    >>> from retention.predict.activity import activity
    >>> import retention as rt
    >>> table = activity(rt.load_sample("cdnow"))
    >>> model = fit_activity(table["frequency"], table["recency"], table["T"])
    >>> model.name, model.parameters["value"].round(2).tolist()
    ('MBG/NBD', [0.62, 60.62, 0.56, 1.03])
    """
    check_option("model", model, MODELS)
    x, t, T, w = _distinct(*arrays(frequency, recency, T), weights)
    repeaters = int(w[x > 0].sum())
    if repeaters < ENOUGH:
        raise EmptyError(
            "Customers who came back on another day: {repeaters}. A model of their buying needs {needed}.",
            "Bring a longer export, or clear a filter.",
            repeaters=repeaters,
            needed=ENOUGH,
        )
    without = _fit_without_drop_out(x, T, w)
    if model == "NBD":
        return without
    fitted = _fit_pareto(x, t, T, w) if model == "Pareto/NBD" else _fit_drop_out(x, t, T, w, model)
    gain = -np.inf if fitted is None else fitted.log_likelihood - without.log_likelihood
    if gain >= A_GAIN:
        return fitted
    notes = []
    notes.append("No drop-out detectable: the orders look as if nobody left for good, so nobody is taken to have left.")
    return replace(without, notes=tuple(notes))


def _fit_drop_out(x: np.ndarray, t: np.ndarray, T: np.ndarray, w: np.ndarray, model: str) -> ActivityModel | None:
    library, after_first = lifetimes(), model == "MBG/NBD"
    plain = library.ModifiedBetaGeoFitter if after_first else library.BetaGeoFitter

    class OnDistinctValues(plain):
        """lifetimes' fitter with its own likelihood, taken by `likelihoods`."""

        def _fit(self, arguments: tuple, start: np.ndarray, size: int, disp: bool, tol: float, **options: object):
            *rows, penalizer = arguments
            start, inverse = np.full(size, -1.0), np.eye(size)
            step = len(rows[0]) // A_FEW
            if step > 1:  # a few of the customers say where to begin and how steep it is there
                few = likelihoods.of_purchases(*(column[::step] for column in rows), penalizer, after_first)
                start = minimum(few, start, 1e-4)[0]
                inverse = np.linalg.inv(likelihoods.curvature(few, start))
            whole = likelihoods.of_purchases(*rows, penalizer, after_first)
            found, value = minimum(whole, start, tol, inverse)
            return found, value, likelihoods.curvature(whole, found)

    for penalizer in PENALTIES:
        fitter = OnDistinctValues(penalizer)
        try:
            with np.errstate(all="ignore"):
                fitter.fit(x, t, T, w)
        except (library.utils.ConvergenceError, np.linalg.LinAlgError):
            continue
        scaled = np.log(fitter.params_.to_numpy() * [1, 1 / T.max(), 1, 1])
        if np.abs(scaled).max() > FAR or not np.isfinite(fitter.standard_errors_).all():
            continue
        covariance = np.linalg.inv(fitter._hessian_) / w.sum()
        original = likelihoods.of_purchases(x, t, T, w, 0.0, after_first)
        best = -original(np.log(fitter.params_.to_numpy()))[0] * w.sum()
        law = DropOutAfterPurchase(*fitter.params_, after_first)
        notes = []
        if penalizer:
            notes.append("The parameters of the model had to be held back; take what it expects with care.")
        return _model(model, law, fitter.params_, covariance, best, w, penalizer, tuple(notes))
    return None


def _fit_pareto(x: np.ndarray, t: np.ndarray, T: np.ndarray, w: np.ndarray) -> ActivityModel | None:
    library = lifetimes()
    step = -(-len(x) // PARETO_ROWS)
    rows = x[::step], t[::step], T[::step], w[::step]
    fitter = library.ParetoNBDFitter()
    try:
        with np.errstate(all="ignore"):
            fitter.fit(*rows, tol=1e-8, maxiter=5000)

            def each(logs: np.ndarray) -> float:
                return -(rows[3] @ fitter._conditional_log_likelihood(np.exp(logs), *rows[:3]))

            logs = np.log(fitter.params_.to_numpy())
            covariance = np.linalg.inv(_second_differences(each, logs))
            best = w @ fitter._conditional_log_likelihood(fitter.params_.to_numpy(), x, t, T)
    except (library.utils.ConvergenceError, np.linalg.LinAlgError):
        return None
    if not (np.diag(covariance) > 0).all() or not np.isfinite(best):
        return None
    notes, law = [], DropOutAnyTime(*fitter.params_)
    if step > 1:
        notes.append("Pareto/NBD is slow; its parameters were fitted to part of the customers, evenly spread.")
    return _model("Pareto/NBD", law, fitter.params_, covariance, best, w, 0.0, tuple(notes))


def _fit_without_drop_out(x: np.ndarray, T: np.ndarray, w: np.ndarray) -> ActivityModel:
    from scipy.optimize import minimize

    longest = T.max()
    scaled = likelihoods.of_steady_purchases(x, T / longest, w)
    found = minimize(scaled, [0.0, 0.0], jac=True, method="L-BFGS-B", bounds=[(-FAR, FAR)] * 2, tol=1e-12)
    r, alpha = np.exp(found.x) * [1, longest]
    covariance = np.linalg.pinv(likelihoods.curvature(scaled, found.x)) / w.sum()
    best = -likelihoods.of_steady_purchases(x, T, w)(np.log([r, alpha]))[0] * w.sum()
    values = pd.Series([r, alpha], ["r", "alpha"])
    return replace(
        _model("NBD", NoDropOut(r, alpha), values, covariance, best, w, 0.0, ()), converged=bool(found.success)
    )


def lifetimes() -> ModuleType:
    """The library, imported where it is used: that takes seconds, and it sets an option that pandas has retired."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes
        import lifetimes.utils
    return lifetimes


def minimum(
    likelihood: likelihoods.Likelihood, start: np.ndarray, tolerance: float, inverse: np.ndarray | None = None
) -> tuple[np.ndarray, float]:
    from scipy.optimize import minimize

    options = {} if inverse is None else {"hess_inv0": (inverse + inverse.T) / 2}
    found = minimize(likelihood, start, jac=True, method="BFGS", tol=tolerance, options=options)
    steep = np.abs(found.jac).max()
    if not np.isfinite(found.fun) or not steep < 1e-3:
        raise lifetimes().utils.ConvergenceError("The likelihood has no maximum inside.")
    return found.x, found.fun


def _model(
    name: str,
    law: Law,
    values: pd.Series,
    covariance: np.ndarray,
    best: float,
    weights: np.ndarray,
    penalizer: float,
    notes: tuple[str, ...],
) -> ActivityModel:
    customers = int(weights.sum())
    aic, bic = criteria(best, len(values), customers)
    parameters = parameter_table(values, covariance)
    return ActivityModel(name, law, parameters, covariance, float(best), aic, bic, customers, True, penalizer, notes)


def parameter_table(values: pd.Series, covariance: np.ndarray) -> pd.DataFrame:
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    return pd.DataFrame(
        {
            "parameter": list(values.index),
            "value": values.to_numpy(),
            "standard_error": values.to_numpy() * spread,
            "low": values.to_numpy() * np.exp(-Z95 * spread),
            "high": values.to_numpy() * np.exp(Z95 * spread),
        }
    )


def criteria(best: float, parameters: int, customers: int) -> tuple[float, float]:
    return float(2 * parameters - 2 * best), float(parameters * np.log(customers) - 2 * best)


def _second_differences(function, logs: np.ndarray, step: float = 1e-3) -> np.ndarray:
    moves = step * np.eye(len(logs))

    def around(one: np.ndarray, other: np.ndarray) -> float:
        return (
            function(logs + one + other)
            - function(logs + one - other)
            - function(logs - one + other)
            + function(logs - one - other)
        ) / (4 * step**2)

    return np.array([[around(one, other) for other in moves] for one in moves])


def arrays(*columns: object) -> list[np.ndarray]:
    return [np.asarray(column, dtype=float) for column in columns]


def _distinct(
    frequency: np.ndarray, recency: np.ndarray, T: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every distinct customer once, in one order whatever the order of the rows, with how many there are."""
    keys = np.column_stack([frequency, recency, T])
    if (
        keys == keys.astype("int32")
    ).all() and keys.max() < 2**20:  # whole days, as shops have them: one number a customer
        key = (keys.astype("int64") << [40, 20, 0]).sum(axis=1)
        distinct, back = np.unique(key, return_inverse=True)
        rows = (distinct[:, None] >> [40, 20, 0] & 0xFFFFF).astype(float)
    else:
        rows, back = np.unique(keys, axis=0, return_inverse=True)
    return *rows.T, np.bincount(back, weights)
