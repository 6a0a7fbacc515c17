"""What it could be worth to write to the people of an opportunity: measured chance and order value, assumed uplift."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.act.kinds import Kind
from retention.act.moments import Shop
from retention.errors import OptionError
from retention.intervals import ENOUGH, ratio_of_sums, wilson

UPLIFT = {
    "second_order": 0.2,
    "slipping_best": 0.2,
    "replenishment": 0.2,
    "lapsed_valuable": 0.2,
    "full_price": 0.1,
    "losing_products": 0.1,
    "habits": 0.2,
    "one_channel": 0.2,
    "unanswered_ratings": 0.1,
}  # orders that a message adds ÷ orders that would come anyway: assumptions
LEAST, MOST = 0.5, 1.5  # times the uplift: how far off the assumption may well be
FACTORS = ("chance", "order_value", "uplift")


def chance_to_buy(shop: Shop, kind: Kind) -> dict[str, float]:
    """Of those whom the kind would have chosen on earlier days, the share who bought in the `days` that followed.

    The range holds the 95 % interval of all the earlier days together and, where at least 30 were chosen, the share of each of
    them: a month like the weakest or the best of them may come.
    """
    chosen, bought = [], []
    for n in range(1, len(shop.moments)):
        members = kind.members[n]
        chosen.append(int(members.sum()))
        bought.append(int((members & (shop.moments[n - 1].orders > shop.moments[n].orders)).sum()))
    total = sum(chosen)
    low, high = (float(end) for end in wilson(sum(bought), total))
    single = [came / of for came, of in zip(bought, chosen, strict=True) if of >= ENOUGH]
    return {
        "chance": sum(bought) / total if total else np.nan,
        "chance_low": min([low, *single]) if total else np.nan,
        "chance_high": max([high, *single]) if total else np.nan,
        "chance_n": total,
    }


def order_value(shop: Shop, kind: Kind) -> dict[str, float]:
    """What an order brings: net revenue ÷ orders of those who bought after one of the earlier days, where these are at least 30;
    else over all orders of the people chosen now. And the gross profit in the net revenue of the latter, as a share."""
    moments, members = shop.moments, kind.members[0]
    net, orders = [], []
    for n in range(1, len(moments)):
        more = moments[n - 1].orders - moments[n].orders
        bought = kind.members[n] & (more > 0)
        net.append((moments[n - 1].net - moments[n].net)[bought])
        orders.append(more[bought])
    if sum(map(len, orders)) < ENOUGH:
        net, orders = [shop.now.net[members]], [shop.now.orders[members]]
    x, y = np.concatenate(net) / 100, np.concatenate(orders).astype(float)
    low, high = ratio_of_sums(len(x), x.sum(), y.sum(), (x**2).sum(), (y**2).sum(), (x * y).sum())
    value = float(x.sum() / y.sum()) if len(y) else np.nan
    total = shop.now.net[members].sum() / 100
    margin = np.nan
    if shop.profit is not None and total > 0:
        margin = float(shop.profit[members].sum() / total)
    found = {"order_value": value, "order_value_low": max(float(low), 0.0), "order_value_high": float(high)}
    return found | {"margin": margin} if value > 0 else dict.fromkeys([*found, "margin"], np.nan)


def uplifts(given: float | dict[str, float] | None) -> dict[str, float]:
    """The uplift of every kind: one number for all, or some of them, or as assumed here."""
    chosen = given if isinstance(given, dict) else {} if given is None else dict.fromkeys(UPLIFT, given)
    for key, share in chosen.items():
        if key not in UPLIFT or isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise OptionError(
                "uplift={share!r} for {key!r} is not possible.",
                "Give shares from 0 to 1, such as 0.2 for a fifth more orders, for: {keys}.",
                share=share,
                key=key,
                keys=", ".join(UPLIFT),
            )
    return UPLIFT | {key: float(share) for key, share in chosen.items()}


def priced(rows: pd.DataFrame, given: float | dict[str, float] | None) -> pd.DataFrame:
    """The rows with uplift, value, at_stake and profit, each with its range; missing where it is too little to tell."""
    rows = rows.copy()
    known = rows["enough"] & (rows["reachable"] > 0) & rows["order_value"].notna()
    rows["uplift"] = rows["key"].map(uplifts(given)).astype("float64")
    rows["uplift_low"], rows["uplift_high"] = rows["uplift"] * LEAST, rows["uplift"] * MOST
    _product(rows, "value", rows["reachable"].where(known), FACTORS)
    _product(rows, "at_stake", rows["people"].where(known), FACTORS[:2])
    for end in ("", "_low", "_high"):
        rows[f"profit{end}"] = rows[f"value{end}"] * rows["margin"]
    return rows


def _product(rows: pd.DataFrame, name: str, people: pd.Series, factors: tuple[str, ...]) -> None:
    """people × the factors. The range puts one factor after the other to its end and adds the differences as independent ones."""
    middle = people * rows[list(factors)].prod(axis=1)
    rows[name] = middle
    for end in ("low", "high"):
        squares = 0.0
        for factor in factors:
            others = rows[[each for each in factors if each != factor]].prod(axis=1)
            squares = squares + (people * others * rows[f"{factor}_{end}"] - middle) ** 2
        half = np.sqrt(squares)
        rows[f"{name}_{end}"] = (middle - half).clip(lower=0.0) if end == "low" else middle + half
