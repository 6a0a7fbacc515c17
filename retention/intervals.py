"""95 % intervals for rates and for ratios of sums."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

Estimate = tuple[ArrayLike, ArrayLike, ArrayLike]
Z95 = 1.959963984540054
ENOUGH = 30


def wilson(successes: ArrayLike, n: ArrayLike, z: float = Z95) -> tuple[np.ndarray, np.ndarray]:
    """95 % Wilson interval of a share; another z than that of 95 % gives another level.

    low, high = (p + z²/2n ∓ z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n), each between 0 and 1; missing where n is 0.
    Source: Wilson (1927), JASA 22, 209–212. Not to be trusted when the n units are not independent.

    >>> low, high = wilson(10, 100)
    >>> print(round(float(low), 4), round(float(high), 4))
    0.0552 0.1744
    """
    successes, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    n = np.where(n > 0, n, np.nan)
    share = successes / n
    middle = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    scale = 1 + z**2 / n
    low, high = np.clip((middle - half) / scale, 0, 1), np.clip((middle + half) / scale, 0, 1)
    return np.where(successes == 0, low * 0, low), np.where(successes == n, high * 0 + 1, high)  # exact at the ends


def newcombe(
    first: ArrayLike, first_n: ArrayLike, second: ArrayLike, second_n: ArrayLike, z: float = Z95
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of the difference between two independent shares, first − second; z as in `wilson`.

    From the Wilson intervals of either share by `square_and_add`; missing where an n is 0. Source: Newcombe (1998), Statistics in Medicine 17, 873–890, method 10.
    Not to be trusted when the same units are in both.

    >>> low, high = newcombe(56, 70, 48, 80)
    >>> print(round(float(low), 4), round(float(high), 4))
    0.0524 0.3339
    """
    shares = []
    for successes, n in ((first, first_n), (second, second_n)):
        successes, n = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
        shares.append((successes / np.where(n > 0, n, np.nan), *wilson(successes, n, z)))
    return square_and_add(*shares)


def square_and_add(first: Estimate, second: Estimate) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of the difference between two independent estimates, each (value, low, high), from their intervals.

    low = d − √((p₁ − l₁)² + (u₂ − p₂)²), high = d + √((u₁ − p₁)² + (p₂ − l₂)²), with d = p₁ − p₂. Source: as `newcombe`.

    >>> low, high = square_and_add((0.5, 0.4, 0.6), (0.3, 0.3, 0.3))
    >>> print(round(float(low), 2), round(float(high), 2))
    0.1 0.3
    """
    (p1, low1, high1), (p2, low2, high2) = first, second
    difference = p1 - p2
    return difference - np.hypot(p1 - low1, high2 - p2), difference + np.hypot(high1 - p1, p2 - low2)


def ratio_of_sums(
    n: ArrayLike, x: ArrayLike, y: ArrayLike, xx: ArrayLike, yy: ArrayLike, xy: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """95 % interval of Σx ÷ Σy over n independent units, by the delta method.

    variance of the ratio r = Σ(x − r·y)² · n/(n − 1) ÷ (Σy)², from the sums of squares and products. Missing below
    two units or where Σy is 0. Source: Cochran (1977), Sampling Techniques, 6.3. Not to be trusted with a handful of units
    or when one of them carries most of Σx.

    >>> low, high = ratio_of_sums(4, 10, 4, 30, 4, 10)
    >>> print(round(float(low), 3), round(float(high), 3))
    1.235 3.765
    """
    n, x, y, xx, yy, xy = (np.asarray(value, dtype=float) for value in (n, x, y, xx, yy, xy))
    y = np.where(y == 0, np.nan, y)
    ratio = x / y
    n = np.where(n > 1, n, np.nan)
    residual = np.maximum(xx - 2 * ratio * xy + ratio**2 * yy, 0)
    half = Z95 * np.sqrt(residual * n / (n - 1)) / np.abs(y)
    return ratio - half, ratio + half
