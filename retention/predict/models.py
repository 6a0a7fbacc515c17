"""Models of buying and spending, fitted with lifetimes to one row for every distinct customer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from retention.errors import EmptyError, check_option
from retention.intervals import ENOUGH
from retention.predict import likelihoods
from retention.predict.laws import DropOutAfterPurchase, DropOutAnyTime, Law, NoDropOut, nbd_log_likelihood

MODELS = ("MBG/NBD", "BG/NBD", "Pareto/NBD", "NBD")
PENALTIES = (0.0, 0.001, 0.01)  # the last two only where the one before finds no inner maximum
FAR = np.log(1e4)  # a parameter this far from 1, in units of the longest observation, lies at its boundary
A_GAIN = 2.0  # log-likelihood that two more parameters have to bring (Akaike)
PARETO_ROWS = 20_000
Z = 1.959963984540054


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
        return self.law.p_alive(*_arrays(frequency, recency, T))

    def expected_orders(self, days: float, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Orders expected within the next so many days."""
        frequency, recency, T = _arrays(frequency, recency, T)
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

    Raises EmptyError when nobody has come back.

    When not to trust it: rates are taken to stay the same for life: seasons, growth and campaigns are not in it, nor is a
    customer's rhythm.

    >>> from retention.predict.activity import activity
    >>> import retention as rt
    >>> table = activity(rt.load_sample("cdnow"))
    >>> model = fit_activity(table["frequency"], table["recency"], table["T"])
    >>> model.name, model.parameters["value"].round(2).tolist()
    ('MBG/NBD', [0.51, 55.25, 0.44, 0.64])
    """
    check_option("model", model, MODELS)
    x, t, T, w = _distinct(*_arrays(frequency, recency, T), weights)
    if not x.sum():
        raise EmptyError("Nobody has come back yet, so nothing can be said about when.", "Wait for repeat orders.")
    if not T.max() > 0:
        raise EmptyError("All orders lie on one day, so nothing can be said about when.", "Bring a longer export.")
    without = _fit_without_drop_out(x, T, w)
    if model == "NBD":
        return without
    fitted = _fit_pareto(x, t, T, w) if model == "Pareto/NBD" else _fit_drop_out(x, t, T, w, model)
    gain = -np.inf if fitted is None else fitted.log_likelihood - without.log_likelihood
    if gain >= A_GAIN:
        return fitted
    note = "No drop-out detectable: the orders look as if nobody left for good, so nobody is taken to have left."
    return replace(without, notes=(note,))


def _fit_drop_out(x: np.ndarray, t: np.ndarray, T: np.ndarray, w: np.ndarray, model: str) -> ActivityModel | None:
    from lifetimes import BetaGeoFitter, ModifiedBetaGeoFitter
    from lifetimes.utils import ConvergenceError

    after_first = model == "MBG/NBD"
    plain = ModifiedBetaGeoFitter if after_first else BetaGeoFitter

    class OnDistinctValues(plain):
        """lifetimes' fitter with its own likelihood, taken by `likelihoods`."""

        def _fit(self, arguments: tuple, start: np.ndarray, size: int, disp: bool, tol: float, **options: object):
            x, t, T, w, penalizer = arguments
            step = max(len(x) // 20_000, 1)
            if step > 1:
                thinned = likelihoods.of_purchases(x[::step], t[::step], T[::step], w[::step], penalizer, after_first)
                start = _minimum(thinned, np.full(size, -1.0) if start is None else start, 1e-4)[0]
            whole = likelihoods.of_purchases(x, t, T, w, penalizer, after_first)
            found, value = _minimum(whole, np.full(size, -1.0) if start is None else start, tol)
            return found, value, likelihoods.curvature(whole, found)

    for penalizer in PENALTIES:
        fitter = OnDistinctValues(penalizer)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                fitter.fit(x, t, T, w)
        except (ConvergenceError, np.linalg.LinAlgError):
            continue
        scaled = np.log(fitter.params_.to_numpy() * [1, 1 / T.max(), 1, 1])
        if np.abs(scaled).max() > FAR or not np.isfinite(fitter.standard_errors_).all():
            continue
        covariance = np.linalg.inv(fitter._hessian_) / w.sum()
        original = likelihoods.of_purchases(x, t, T, w, 0.0, after_first)
        best = -original(np.log(fitter.params_.to_numpy()))[0] * w.sum()
        law = DropOutAfterPurchase(*fitter.params_, after_first)
        notes = ()
        if penalizer:
            notes = ("The parameters had to be kept from running away (penalizer {penalizer}); take them with care.",)
            notes = (notes[0].replace("{penalizer}", str(penalizer)),)
        return _model(model, law, fitter.params_, covariance, best, w, penalizer, notes)
    return None


def _fit_pareto(x: np.ndarray, t: np.ndarray, T: np.ndarray, w: np.ndarray) -> ActivityModel | None:
    from lifetimes import ParetoNBDFitter
    from lifetimes.utils import ConvergenceError

    step = -(-len(x) // PARETO_ROWS)
    rows = x[::step], t[::step], T[::step], w[::step]
    fitter = ParetoNBDFitter()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fitter.fit(*rows, tol=1e-8, maxiter=5000)

            def each(logs: np.ndarray) -> float:
                return -(rows[3] @ fitter._conditional_log_likelihood(np.exp(logs), *rows[:3]))

            logs = np.log(fitter.params_.to_numpy())
            covariance = np.linalg.inv(_second_differences(each, logs))
            best = w @ fitter._conditional_log_likelihood(fitter.params_.to_numpy(), x, t, T)
    except (ConvergenceError, np.linalg.LinAlgError):
        return None
    if not (np.diag(covariance) > 0).all() or not np.isfinite(best):
        return None
    notes = ()
    if step > 1:
        notes = ("Pareto/NBD is slow; its parameters were fitted to part of the customers, evenly spread.",)
    return _model("Pareto/NBD", DropOutAnyTime(*fitter.params_), fitter.params_, covariance, best, w, 0.0, notes)


def _fit_without_drop_out(x: np.ndarray, T: np.ndarray, w: np.ndarray) -> ActivityModel:
    longest = T.max()

    def each(logs: np.ndarray) -> float:
        return -(w @ nbd_log_likelihood(*np.exp(logs), x, T / longest)) / w.sum()

    from scipy.optimize import minimize

    found = minimize(each, [0.0, 0.0], method="L-BFGS-B", bounds=[(-FAR, FAR)] * 2)
    r, alpha = np.exp(found.x) * [1, longest]
    with np.errstate(all="ignore"):
        covariance = np.linalg.pinv(_second_differences(each, found.x)) / w.sum()
    best = w @ nbd_log_likelihood(r, alpha, x, T)
    values = pd.Series([r, alpha], ["r", "alpha"])
    return _model("NBD", NoDropOut(r, alpha), values, covariance, best, w, 0.0, ())


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
    37.62
    """
    frequency, spend = _arrays(frequency, spend)
    repeats = frequency > 0
    fits = repeats & (spend > 0)
    x, m = frequency[fits], spend[fits]
    excluded, notes = int((repeats & ~fits).sum()), []
    if excluded:
        notes.append("Repeat customers who got back as much as they paid, or more, are left out of the model of spend.")
    together = float(np.corrcoef(x, m)[0, 1]) if len(x) > 2 and np.ptp(x) and np.ptp(m) else np.nan
    if together > 0.3:
        notes.append("Who buys more often also spends more an order, which the model takes for unrelated.")
    nothing = SpendModel(_parameters(pd.Series(dtype=float), np.zeros((0, 0))), np.zeros((0, 0)), np.nan, *[np.nan] * 3,
                         len(x), excluded, together, tuple(notes))  # fmt: skip
    if len(x) < ENOUGH or np.ptp(m) <= 1e-9 * m.mean():
        mean = float(x @ m / x.sum()) if len(x) else float(np.nanmean(spend)) if repeats.any() else np.nan
        few = "Too few repeat customers, or all alike, to model spend: every order is taken at its mean."
        return replace(nothing, mean=mean, notes=(*notes, few))
    unit = m.mean()
    likelihood = likelihoods.of_spend(x, m / unit, np.ones(len(x)), 0.0)
    fitted = _spend_parameters(x, m / unit)
    if fitted is None:
        odd = "Spend does not follow the model: every order is taken at the mean of repeat orders."
        return replace(nothing, mean=float(x @ m / x.sum()), notes=(*notes, odd))
    values, covariance = fitted
    best = -likelihood(np.log(values.to_numpy()))[0] * len(x) - len(x) * np.log(unit)
    values["v"] *= unit
    aic, bic = _criteria(best, 3, len(x))
    return SpendModel(
        _parameters(values, covariance), covariance, _mean_spend(*values), best, aic, bic,
        len(x), excluded, together, tuple(notes),
    )  # fmt: skip


def _spend_parameters(x: np.ndarray, m: np.ndarray) -> tuple[pd.Series, np.ndarray] | None:
    from lifetimes import GammaGammaFitter
    from lifetimes.utils import ConvergenceError

    class OnDistinctValues(GammaGammaFitter):
        """lifetimes' fitter with its own likelihood, taken by `likelihoods`."""

        def _fit(self, arguments: tuple, start: np.ndarray, size: int, disp: bool, tol: float, **options: object):
            likelihood = likelihoods.of_spend(*arguments)
            found, value = _minimum(likelihood, np.ones(size), tol)
            return found, value, likelihoods.curvature(likelihood, found)

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fitter = OnDistinctValues().fit(x, m)
            covariance = np.linalg.inv(fitter._hessian_) / len(x)
    except (ConvergenceError, np.linalg.LinAlgError):
        return None
    far = np.abs(np.log(fitter.params_)).max() > FAR
    return (
        None if far or fitter.params_["q"] <= 1 or not (np.diag(covariance) > 0).all() else (fitter.params_, covariance)
    )


def _mean_spend(p: float, q: float, v: float) -> float:
    return p * v / (q - 1) if q > 1 else np.nan


def _minimum(likelihood: likelihoods.Likelihood, start: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    from lifetimes.utils import ConvergenceError
    from scipy.optimize import minimize

    found = minimize(likelihood, start, jac=True, method="BFGS", tol=tolerance)
    steep = np.abs(found.jac).max()
    if not np.isfinite(found.fun) or not steep < 1e-3:
        raise ConvergenceError("The likelihood has no maximum inside.")
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
    aic, bic = _criteria(best, len(values), customers)
    parameters = _parameters(values, covariance)
    return ActivityModel(name, law, parameters, covariance, float(best), aic, bic, customers, True, penalizer, notes)


def _parameters(values: pd.Series, covariance: np.ndarray) -> pd.DataFrame:
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    return pd.DataFrame(
        {
            "parameter": list(values.index),
            "value": values.to_numpy(),
            "standard_error": values.to_numpy() * spread,
            "low": values.to_numpy() * np.exp(-Z * spread),
            "high": values.to_numpy() * np.exp(Z * spread),
        }
    )


def _criteria(best: float, parameters: int, customers: int) -> tuple[float, float]:
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


def _arrays(*columns: object) -> list[np.ndarray]:
    return [np.asarray(column, dtype=float) for column in columns]


def _distinct(
    frequency: np.ndarray, recency: np.ndarray, T: np.ndarray, weights: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Every distinct customer once, in one order whatever the order of the rows, with how many there are."""
    table = pd.DataFrame({"x": frequency, "t": recency, "T": T, "w": 1.0 if weights is None else weights})
    each = table.groupby(["x", "t", "T"], sort=True)["w"].sum().reset_index()
    return tuple(each[name].to_numpy(float) for name in ("x", "t", "T", "w"))
