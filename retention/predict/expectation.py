"""What a fitted model expects of every customer within so many months, and how widely a customer may miss it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.predict.laws import Law

DAYS_A_MONTH = 365.25 / 12
TAIL = 0.025
NEGLIGIBLE = 1e-5


@dataclass(frozen=True)
class Expectation:
    """One value a customer. orders: expected; discounted: the same with every order worth what its month is discounted to;
    low, high: orders that 95 of 100 such customers lie between; variance: of the number of orders."""

    p_alive: np.ndarray
    orders: np.ndarray
    discounted: np.ndarray
    low: np.ndarray
    high: np.ndarray
    variance: np.ndarray


class Histories:
    """Customers' frequency, recency and age, and which of them differ in frequency and age.

    What is to be expected of a customer who has not left depends on these two alone, so it is worked out once for each pair.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.frequency, self.recency, self.T = (table[name].to_numpy(float) for name in ("frequency", "recency", "T"))
        pairs, first = pd.factorize(self.frequency * 2.0**20 + self.T)
        self.pair, self.x, self.age = pairs, first // 2.0**20, first % 2.0**20

    def p_alive(self, law: Law) -> np.ndarray:
        """Of every customer."""
        return law.p_alive(self.frequency, self.recency, self.T)

    def discounted(self, law: Law, months: int, discount_rate: float) -> tuple[np.ndarray, np.ndarray]:
        """Of every customer: orders expected of one who has not left, plain and discounted by the middle of their month."""
        plain, worth = np.zeros(len(self.x)), np.zeros(len(self.x))
        for month in range(1, months + 1):
            until = law.orders_if_alive(month * DAYS_A_MONTH, self.x, self.age)
            worth += (until - plain) * (1 + discount_rate) ** (-(month - 0.5) / 12)
            plain = until
        return plain[self.pair], worth[self.pair]

    def expectation(self, law: Law, months: int, discount_rate: float) -> Expectation:
        """What the law expects of every customer, and how widely a customer may miss it."""
        alive = self.p_alive(law)
        plain, worth = self.discounted(law, months, discount_rate)
        low, high, square = self._spread(law, alive, months * DAYS_A_MONTH)
        expected = alive * plain
        return Expectation(alive, expected, alive * worth, low, high, np.maximum(alive * square - expected**2, 0))

    def _spread(self, law: Law, alive: np.ndarray, days: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The numbers of orders that 2.5 and 97.5 of 100 such customers do not exceed, and the mean square of one who stayed."""
        low, high = np.zeros(len(alive)), np.zeros(len(alive))
        square, open_pairs, watched = np.zeros(len(self.x)), np.arange(len(self.x)), np.arange(len(alive))
        chance, number = np.zeros(len(self.x)), 0
        while len(open_pairs):
            number += 1
            reached = law.chance_if_alive(np.float64(number), days, self.x[open_pairs], self.age[open_pairs])
            chance[:] = 0
            chance[open_pairs] = reached
            square[open_pairs] += (2 * number - 1) * reached
            open_pairs = open_pairs[reached > NEGLIGIBLE]
            likely = alive[watched] * chance[self.pair[watched]]
            watched, likely = watched[likely > TAIL], likely[likely > TAIL]
            high[watched] = number
            low[watched[likely >= 1 - TAIL]] = number
        return low, high, square[self.pair]
