"""The likelihoods of BG/NBD, MBG/NBD and Gamma–Gamma with their gradients, each part worked out once for every distinct value.

What depends on the number of purchases alone is taken once a number, what depends on a day once a day; only one logarithm and
one exponential are left for every distinct customer. That is why a million customers are fitted in a second. The formulas
are lifetimes' own; tests hold both together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import gammaln
from scipy.special import psi as digamma

Likelihood = Callable[[np.ndarray], tuple[float, np.ndarray]]


def of_purchases(
    frequency: np.ndarray,
    recency: np.ndarray,
    T: np.ndarray,
    weights: np.ndarray,
    penalizer: float,
    after_first: bool,
) -> Likelihood:
    """ln r, ln alpha, ln a, ln b → minus the mean log-likelihood of a customer, and its gradient.

    after_first: customers may leave after their first purchase (MBG/NBD), or only after repeat purchases (BG/NBD).
    """
    total, extra = weights.sum(), 1 if after_first else 0
    numbers, of_number = np.unique(frequency, return_inverse=True)
    per_number = np.bincount(of_number, weights)
    ages, of_age = np.unique(T, return_inverse=True)
    per_age, bought_per_age = np.bincount(of_age, weights), np.bincount(of_age, weights * frequency)
    row = slice(None) if after_first else frequency > 0
    x, w, of_number, of_age = frequency[row].astype(float), weights[row], of_number[row], of_age[row]
    lasts, of_last = np.unique(recency[row], return_inverse=True)

    def value_and_gradient(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha, a, b = parameters = np.exp(logs)
        stayed = b + numbers + extra
        log_age, log_last = np.log(alpha + ages), np.log(alpha + lasts)
        silent = log_age[of_age] - log_last[of_last]
        gone_of_number = np.log(a) - np.log(np.maximum(stayed - 1, 1e-300))
        gone = gone_of_number[of_number] + (r + x) * silent
        small = np.exp(-np.abs(gone))
        weight_gone = w * np.where(gone > 0, 1, small) / (1 + small)
        gone_per_number = np.bincount(of_number, weight_gone, len(numbers))
        exposure = r * per_age + bought_per_age
        value = (
            per_number @ (gammaln(r + numbers) + gammaln(stayed) - gammaln(a + stayed))
            + total * (gammaln(a + b) - gammaln(b) - gammaln(r) + r * np.log(alpha))
            - exposure @ log_age
            + w @ (np.maximum(gone, 0) + np.log1p(small))
        )
        of_sum = total * digamma(a + b) - per_number @ digamma(a + stayed)
        rate_gap = (1 / (alpha + ages))[of_age] - (1 / (alpha + lasts))[of_last]
        gradient = [
            per_number @ digamma(r + numbers)
            + total * (np.log(alpha) - digamma(r))
            - per_age @ log_age
            + weight_gone @ silent,
            total * r / alpha - exposure @ (1 / (alpha + ages)) + weight_gone @ ((r + x) * rate_gap),
            of_sum + weight_gone.sum() / a,
            of_sum
            - total * digamma(b)
            + per_number @ digamma(stayed)
            - (gone_per_number / np.maximum(stayed - 1, 1e-300)).sum(),
        ]
        return _penalised(value, np.array(gradient), total, parameters, penalizer)

    return value_and_gradient


def of_steady_purchases(frequency: np.ndarray, T: np.ndarray, weights: np.ndarray) -> Likelihood:
    """ln r, ln alpha → the same where nobody leaves (NBD)."""
    total = weights.sum()
    numbers, of_number = np.unique(frequency, return_inverse=True)
    per_number = np.bincount(of_number, weights)
    ages, of_age = np.unique(T, return_inverse=True)
    per_age, bought_per_age = np.bincount(of_age, weights), np.bincount(of_age, weights * frequency)

    def value_and_gradient(logs: np.ndarray) -> tuple[float, np.ndarray]:
        r, alpha = parameters = np.exp(logs)
        log_age, exposure = np.log(alpha + ages), r * per_age + bought_per_age
        value = per_number @ gammaln(r + numbers) + total * (r * np.log(alpha) - gammaln(r)) - exposure @ log_age
        gradient = [
            per_number @ digamma(r + numbers) + total * (np.log(alpha) - digamma(r)) - per_age @ log_age,
            total * r / alpha - exposure @ (1 / (alpha + ages)),
        ]
        return _penalised(value, np.array(gradient), total, parameters, 0.0)

    return value_and_gradient


def of_spend(frequency: np.ndarray, spend: np.ndarray, weights: np.ndarray, penalizer: float) -> Likelihood:
    """ln p, ln q, ln v → minus the mean log-likelihood of a customer's mean spend, and its gradient."""
    total = weights.sum()
    numbers, of_number = np.unique(frequency, return_inverse=True)
    per_number = np.bincount(of_number, weights)
    paid, log_spend, often = frequency * spend, np.log(spend), weights * frequency

    def value_and_gradient(logs: np.ndarray) -> tuple[float, np.ndarray]:
        p, q, v = parameters = np.exp(logs)
        shape, log_paid = p * numbers, np.log(paid + v)
        gained = numbers * (digamma(shape + q) - digamma(shape) + np.log(numbers))
        value = (
            per_number @ (gammaln(shape + q) - gammaln(shape) + shape * np.log(numbers))
            + total * (q * np.log(v) - gammaln(q))
            + (p * often - weights) @ log_spend
            - (p * often + q * weights) @ log_paid
        )
        gradient = [
            per_number @ gained + often @ (log_spend - log_paid),
            per_number @ digamma(shape + q) + total * (np.log(v) - digamma(q)) - weights @ log_paid,
            total * q / v - ((p * often + q * weights) / (paid + v)).sum(),
        ]
        return _penalised(value, np.array(gradient), total, parameters, penalizer)

    return value_and_gradient


def curvature(likelihood: Likelihood, logs: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """Second derivatives by central differences of the gradient."""
    rows = [likelihood(logs + move)[1] - likelihood(logs - move)[1] for move in step * np.eye(len(logs))]
    second = np.array(rows) / (2 * step)
    return (second + second.T) / 2


def _penalised(
    value: float, gradient: np.ndarray, total: float, parameters: np.ndarray, penalizer: float
) -> tuple[float, np.ndarray]:
    """Minus the mean, by the logarithms of the parameters, with lifetimes' penalty on the sum of squares."""
    slope = -gradient * parameters / total + 2 * penalizer * parameters**2
    return -value / total + penalizer * (parameters**2).sum(), slope
