"""How customers buy and stop buying, as formulas: what a fitted model says of one who bought x times again, last after t days,
T days ago for the first time.

All take arrays and give arrays. Days are the unit of every rate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import betainc, betaln, hyp2f1
from scipy.special import expit as logistic


@dataclass(frozen=True)
class DropOutAfterPurchase:
    """Purchases at a rate that differs between customers as Gamma(r, alpha); after each a chance to leave for good, which
    differs as Beta(a, b). MBG/NBD: also after the first purchase; BG/NBD (after_first=False): only after repeat purchases.

    Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way"; Batislam, Denizel & Filiztekin (2007), "Empirical
    validation and comparison of models for customer base analysis".
    """

    r: float
    alpha: float
    a: float
    b: float
    after_first: bool = True

    def p_alive(self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance that the customer has not left: 1 ÷ (1 + a ÷ (b + x) × ((α + T) ÷ (α + t)) ^ (r + x))."""
        stayed = self.b + frequency - (0 if self.after_first else 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(self.a / stayed) + (self.r + frequency) * np.log((self.alpha + T) / (self.alpha + recency))
        alive = logistic(-odds)
        return alive if self.after_first else np.where(frequency == 0, 1.0, alive)

    def orders_if_alive(self, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Orders expected within so many days of one who has not left; lifetimes' formula after Euler's transformation, which
        stays finite for customers of hundreds of orders."""
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        stay = self.b + frequency + (1 if self.after_first else 0)
        size, passed = a + stay - 1, days / (self.alpha + T + days)
        left = (1 - passed) ** (a - 1) * hyp2f1(size - self.r - frequency, a - 1, size, passed)
        return size / (a - 1) * (1 - left)

    def chance_if_alive(self, number: np.ndarray, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance of at least so many orders within so many days of one who has not left: that so many are due, times
        that the customer stays after all of these but the last."""
        stay = self.b + frequency + (1 if self.after_first else 0)
        stays = np.exp(betaln(self.a, stay + number - 1) - betaln(self.a, stay))
        return _due(number, days, self.r + frequency, self.alpha + T) * stays

    def chance_after_if_alive(self, start: float, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance of an order within so many days from a start on, so many days from now, of one who has not left.

        At a rate λ and a chance p to leave, the customer is still there with exp(−λ p × start), and is then silent for the days
        with exp(−λ × days); the means of both over λ and p are hypergeometric.
        """
        stay = self.b + frequency + (1 if self.after_first else 0)
        rate, shape, size = self.alpha + T, self.r + frequency, self.a + stay

        def silent(days: float) -> np.ndarray:
            passed = start / (rate + days + start)
            still = (1 - passed) ** self.a * hyp2f1(size - shape, self.a, size, passed)
            return (rate / (rate + days)) ** shape * still

        return silent(0.0) - silent(days)


@dataclass(frozen=True)
class DropOutAnyTime:
    """Purchases at a rate that differs between customers as Gamma(r, alpha); customers leave at any time, at a rate that
    differs as Gamma(s, beta): Pareto/NBD.

    Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do Next?".
    """

    r: float
    alpha: float
    s: float
    beta: float

    def p_alive(self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance that the customer has not left."""
        r, alpha, s, beta = self.r, self.alpha, self.s, self.beta
        alive = -(r + frequency) * np.log(alpha + T) - s * np.log(beta + T)
        gone = np.log(s) - np.log(r + s + frequency) + self._log_gone(frequency, recency, T)
        return logistic(alive - gone)

    def _log_gone(self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """ln of (r + s + x) × ∫ (α + u) ^ −(r + x) × (β + u) ^ −(s + 1) du from the last purchase to now."""
        larger, power = max(self.alpha, self.beta), self.s + 1 if self.alpha >= self.beta else self.r + frequency
        total, apart = self.r + self.s + frequency, abs(self.alpha - self.beta)

        def tail(since: np.ndarray) -> np.ndarray:
            with np.errstate(divide="ignore", over="ignore"):
                grown = hyp2f1(total, power, total + 1, apart / (larger + since))
            return np.log(grown) - total * np.log(larger + since)

        first, second = tail(recency), tail(T)
        with np.errstate(divide="ignore", invalid="ignore"):
            return first + np.log1p(-np.exp(np.minimum(second - first, 0)))

    def orders_if_alive(self, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Orders expected within so many days of one who has not left."""
        s = self.s if abs(self.s - 1) > 1e-6 else 1 + 1e-6
        rate = (self.r + frequency) / (self.alpha + T)
        kept = ((self.beta + T) / (self.beta + T + days)) ** (s - 1)
        return rate * (self.beta + T) / (s - 1) * (1 - kept)

    def chance_if_alive(self, number: np.ndarray, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance of at least so many orders within so many days of one who has not left: over the day the customer
        leaves, taken at 32 points."""
        points, weights = np.polynomial.legendre.leggauss(32)
        within = 1 - ((self.beta + T) / (self.beta + T + days)) ** self.s
        chance = (1 - within) * _due(number, days, self.r + frequency, self.alpha + T)
        for end, weight in zip((points + 1) / 2, weights / 2, strict=True):
            stays = (self.beta + T) * ((1 - within * end) ** (-1 / self.s) - 1)
            chance = chance + weight * within * _due(number, stays, self.r + frequency, self.alpha + T)
        return chance

    def chance_after_if_alive(self, start: float, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance of an order within so many days from a start on, so many days from now, of one who has not left."""
        stays = ((self.beta + T) / (self.beta + T + start)) ** self.s
        return stays * replace(self, beta=self.beta + start).chance_if_alive(1, days, frequency, T)


@dataclass(frozen=True)
class NoDropOut:
    """Purchases at a rate that differs between customers as Gamma(r, alpha); nobody leaves: NBD.

    Ehrenberg (1959), "The Pattern of Consumer Purchases".
    """

    r: float
    alpha: float

    def p_alive(self, frequency: np.ndarray, recency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """1: in this model nobody leaves."""
        return np.ones(np.broadcast(frequency, recency, T).shape)

    def orders_if_alive(self, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """Orders expected within so many days."""
        return (self.r + frequency) / (self.alpha + T) * days

    def chance_if_alive(self, number: np.ndarray, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance of at least so many orders within so many days."""
        return _due(number, days, self.r + frequency, self.alpha + T)

    def chance_after_if_alive(self, start: float, days: float, frequency: np.ndarray, T: np.ndarray) -> np.ndarray:
        """The chance of an order within so many days, whenever they begin."""
        return self.chance_if_alive(1, days, frequency, T)


Law = DropOutAfterPurchase | DropOutAnyTime | NoDropOut


def _due(number: np.ndarray, days: np.ndarray | float, shape: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """The chance that at least so many purchases fall into so many days, at a rate of Gamma(shape, rate)."""
    return betainc(np.maximum(number, 1), shape, days / (rate + days))
