"""A stratified draw in which everybody has exactly the planned chance of every arm."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd


def drawn(strata: pd.Series, shares: dict[str, float], seed: int) -> np.ndarray:
    """The arm of every customer. The customers have to stand in an order of their own, whatever that of the file was.

    In every stratum, and over all, an arm gets its share of the customers, rounded up or down; each customer's chance of
    an arm is its share.

    >>> drawn(pd.Series(list("aaaabb")), {"control": 0.5, "offer": 0.5}, seed=1).tolist()
    ['control', 'offer', 'control', 'offer', 'control', 'offer']
    """
    rng = np.random.default_rng(seed)
    places, names = pd.factorize(strata, sort=True)
    sizes = np.bincount(places, minlength=len(names))
    exact = [Fraction(share) for share in shares.values()]
    total = sum(exact)  # not quite 1: three thirds written as floats are less
    expected = [[int(size) * share / total for share in exact] for size in sizes]
    counts = rounded(expected, rng)
    order = np.lexsort((rng.random(len(strata)), places))
    arms = np.array(list(shares), dtype=object)
    result = np.empty(len(strata), dtype=object)
    result[order] = np.concatenate([np.repeat(arms, row) for row in counts])
    return result


def rounded(expected: list[list[Fraction]], rng: np.random.Generator) -> list[list[int]]:
    """Whole numbers in place of fractions, each rounded up or down, and so are the sums of the columns.

    The sums of the rows have to be whole and stay as they are. The expectation of every number is what it was (Cox 1987): as long
    as there are fractions, some of them form a circle of steps along a row and along a column in turn. Adding to every
    second of them what is taken from the others changes no sum; how far up or down is drawn so that it comes to
    nothing on average, and one of them at least becomes whole.

    >>> half = Fraction(1, 2)
    >>> table = rounded([[half, half], [half, half]], np.random.default_rng(1))
    >>> [sum(row) for row in table], [sum(column) for column in zip(*table)]
    ([1, 1], [1, 1])
    """
    whole = [[cell.numerator // cell.denominator for cell in row] for row in expected]
    part = [[cell - base for cell, base in zip(*pair, strict=True)] for pair in zip(expected, whole, strict=True)]
    part.append([-sum(column) % 1 for column in zip(*part, strict=True)])  # makes the columns whole, too
    rows = [{k for k, cell in enumerate(row) if cell.denominator > 1} for row in part]
    columns = [[h for h, row in enumerate(rows) if k in row] for k in range(len(part[0]))]
    for h, row in enumerate(rows):
        while row:
            circle = _circle(h, rows, columns)
            up = min(1 - part[i][k] if sign > 0 else part[i][k] for i, k, sign in circle)
            down = min(part[i][k] if sign > 0 else 1 - part[i][k] for i, k, sign in circle)
            step = up if rng.random() * (up + down) < down else -down
            for i, k, sign in circle:
                part[i][k] += sign * step
                if part[i][k].denominator == 1:
                    rows[i].discard(k)
                    columns[k].remove(i)
    return [[base + int(cell) for base, cell in zip(*pair, strict=True)] for pair in zip(whole, part, strict=False)]


def _circle(start: int, rows: list[set[int]], columns: list[list[int]]) -> list[tuple[int, int, int]]:
    """Cells that are no whole numbers, two in every row and column they touch: row, column, and 1 and −1 in turn."""
    here = min(rows[start])
    path, seen, row = [], {here: 0}, -1
    while True:
        row = start if not path else next(i for i in columns[here] if i != row)
        others = rows[row] - {here}
        there = max(others, key=lambda k: (seen.get(k, -1), -k))  # back to where it came by as soon as it can
        path += [(row, here, 1), (row, there, -1)]
        if there in seen:
            return path[2 * seen[there] :]
        here = there
        seen[here] = len(seen)
