"""How likely the new arm is better, and what choosing it costs on average if it is not."""

from __future__ import annotations

import math

import numpy as np

_TAIL = 1e-15  # what is left out at either end of a posterior
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


def better_shares(
    control: float, n_control: float, treatment: float, n_treatment: float, lower_is_better: bool = False
) -> tuple[float, float]:
    """P(treatment is better) and the expected loss of choosing it, from how many of n units did it in either arm.

    Posteriors Beta(1 + successes, 1 + n − successes) from flat priors. P(B > A) = ∫ f_B(x)·F_A(x) dx and
    E[max(A − B, 0)] = ∫ F_B(x)·(1 − F_A(x)) dx by Gauss–Legendre quadrature; the loss is in the unit of the share. With
    lower_is_better A and B change places in both. Sources: Miller (2015), evanmiller.org/bayesian-ab-testing.html;
    Stucchio (2015), Bayesian A/B Testing at VWO. When not to trust it: as a licence to stop early; it has no rate of false alarms.

    >>> chance, loss = better_shares(100, 1000, 120, 1000)
    >>> print(round(chance, 3), round(loss, 5))
    0.923 0.00048
    """
    from scipy.special import betainc, betaincc, betaincinv

    a, b = (1 + control, 1 + n_control - control), (1 + treatment, 1 + n_treatment - treatment)
    if lower_is_better:
        a, b = b, a
    edges = [np.linspace(betaincinv(*arm, _TAIL), 1 - betaincinv(*arm[::-1], _TAIL), 9) for arm in (a, b)]
    edges = np.unique(np.concatenate(edges))
    half, middle = np.diff(edges) / 2, (edges[:-1] + edges[1:]) / 2
    x, weights = middle[:, None] + half[:, None] * _NODES, half[:, None] * _WEIGHTS
    density = (b[0] - 1) * np.log(x) + (b[1] - 1) * np.log1p(-x)
    density = weights * np.exp(density - density.max())
    below_a, above_a, below_b = betainc(*a, x), betaincc(*a, x), betainc(*b, x)
    return float((density * below_a).sum() / density.sum()), float((weights * below_b * above_a).sum())


def better_normal(effect: float, standard_error: float, lower_is_better: bool = False) -> tuple[float, float]:
    """P(treatment is better) and the expected loss of choosing it, with a normal posterior around the effect and a flat prior.

    With z = effect ÷ standard error: P = Φ(z), loss = standard error · φ(z) − effect · Φ(−z); the effect is turned round where lower is
    better. When not to trust it: when a few units carry most of the value.

    >>> chance, loss = better_normal(1.0, 1.0)
    >>> print(round(chance, 4), round(loss, 4))
    0.8413 0.0833
    """
    z = (-effect if lower_is_better else effect) / standard_error
    chance, rest = 0.5 * math.erfc(-z / math.sqrt(2)), 0.5 * math.erfc(z / math.sqrt(2))
    return chance, standard_error * max(math.exp(-z * z / 2) / math.sqrt(2 * math.pi) - z * rest, 0.0)
