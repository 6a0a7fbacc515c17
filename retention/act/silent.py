"""Good customers who have gone silent: the best who are late, and those who brought much and have lapsed."""

from __future__ import annotations

import numpy as np

from retention.act.kinds import Kind
from retention.act.moments import Moment, Shop

LATE = 2.0  # times their own usual gap
RHYTHM = 3  # purchase days from which somebody has a rhythm
TOP = 5  # the monetary score of the top fifth


def slipping_best(shop: Shop, notes: list[str]) -> Kind | None:
    """Champions and Loyal Customers who have been silent for more than twice as long as they usually are."""
    members = tuple(_is_best(moment) & _is_late(moment) for moment in shop.moments)
    if not (shop.now.days >= RHYTHM).any():
        notes.append("Best customers slipping away: nobody has bought on three days yet, so nobody has a rhythm.")
        return None
    return Kind("slipping_best", members, {"times": LATE})


def lapsed_valuable(shop: Shop, notes: list[str]) -> Kind | None:
    """Who has been silent for longer than the lapse threshold and is among the fifth that brought most."""
    members = tuple(
        (moment.silent > shop.lapse_days) & (moment.scores["m"] == TOP).to_numpy() for moment in shop.moments
    )
    if not (shop.now.scores["m"] == TOP).any():
        notes.append("Lapsed but valuable: everybody spent much the same, so there is no top fifth.")
        return None
    top = shop.now.net[(shop.now.scores["m"] == TOP).to_numpy()].min() / 100
    return Kind("lapsed_valuable", members, {"lapse_days": shop.lapse_days, "amount": float(top)})


def _is_best(moment: Moment) -> np.ndarray:
    """Whether the scores are those of Champions or Loyal Customers."""
    r, f, m = (moment.scores[name].to_numpy() for name in ("r", "f", "m"))
    return (r >= 3) & ((f + m + 1) // 2 >= 4)


def _is_late(moment: Moment) -> np.ndarray:
    return (moment.days >= RHYTHM) & (moment.silent > LATE * moment.usual_gap)
