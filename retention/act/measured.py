"""What the orders say of every kind of opportunity, before anything is assumed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from threading import Lock

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from retention.act.due import replenishment, second_order
from retention.act.habits import full_price, habits, one_channel
from retention.act.kinds import Kind
from retention.act.moments import Shop, look_at
from retention.act.products import later_products, losing_products, suggested, weekdays
from retention.act.ratings import unanswered_ratings
from retention.act.silent import lapsed_valuable, slipping_best
from retention.act.worth import chance_to_buy, order_value
from retention.errors import OptionError
from retention.intervals import ENOUGH, wilson
from retention.orders import Orders

KINDS: tuple[Callable[[Shop, list[str]], Kind | None], ...] = (
    second_order, slipping_best, replenishment, lapsed_valuable, full_price, losing_products, habits, one_channel,
    unanswered_ratings,
)  # fmt: skip
KEYS = tuple(kind.__name__ for kind in KINDS)
REWARDS = {"second_order": "points", "habits": "points", "lapsed_valuable": "gift", "full_price": "gift"}
REMEMBERED = 32  # shops of which the small sums are kept, so that another assumption costs nothing


@dataclass(frozen=True)
class Measured:
    """What the orders say, before anything is assumed. cells: mask (a bit a row), reachable, people: who stands in which rows."""

    rows: pd.DataFrame
    cells: pd.DataFrame
    facts: dict[str, dict[str, object]]
    has_addresses: bool
    notes: tuple[str, ...]


def measure(orders: Orders, days: int, lapse_days: int | None) -> Measured:
    """The same numbers whatever is assumed. Raises OptionError for days that cannot be."""
    if isinstance(days, bool) or not isinstance(days, int) or not 7 <= days <= 90:
        raise OptionError(
            "{name}={value!r} is not possible.", "Give a whole number from 7 to 90.", name="days", value=days
        )
    if lapse_days is not None and (isinstance(lapse_days, bool) or not lapse_days >= 1):
        raise OptionError(
            "{name}={value!r} is not possible.", "Give a number of at least {least}.",
            name="lapse_days", value=lapse_days, least=1,
        )  # fmt: skip
    return _measured(orders, days, lapse_days)


def _question(orders: Orders, days: int, lapse_days: int | None) -> tuple:
    return orders.fingerprint, orders.as_of, orders.selection, orders.margin, days, lapse_days


@cached(LRUCache(REMEMBERED), key=_question, lock=Lock())
def _measured(orders: Orders, days: int, lapse_days: int | None) -> Measured:
    """Small sums, of which nothing leads back to a customer."""
    notes: list[str] = []
    shop = look_at(orders, days, lapse_days)
    if not len(shop.customers):
        notes.append("No customer can be told apart in these orders.")
        return Measured(_rows([]), _cells(shop, []), {}, True, tuple(notes))
    found = [kind for choose in KINDS if (kind := choose(shop, notes)) is not None]
    mask = _mask(shop, found)
    chosen = pd.DataFrame({"customer_id": shop.customers, "mask": mask}).astype("int32")
    chosen = chosen[chosen["mask"] > 0]
    by_weekday, later = weekdays(orders, chosen), later_products(orders, chosen)
    rows = []
    for n, kind in enumerate(found):
        members = kind.members[0]
        row = {"key": kind.key, "people": int(members.sum()), "reachable": int((members & shop.reachable).sum())}
        row |= chance_to_buy(shop, kind) | order_value(shop, kind)
        row |= _message_day(by_weekday[by_weekday["mask"] & 1 << n > 0], orders.as_of)
        row |= {"reward": REWARDS.get(kind.key, "none"), "products": "; ".join(suggested(later, 1 << n, kind))}
        rows.append(row)
    if not shop.has_addresses:
        notes.append("The file holds no e-mail address, so everybody counts as somebody who can be written to.")
    facts = {kind.key: kind.facts for kind in found}
    return Measured(_rows(rows), _cells(shop, found), facts, shop.has_addresses, tuple(notes))


def forget() -> None:
    """Forget what was measured, as a benchmark has to."""
    _measured.cache_clear()


def _rows(rows: list[dict[str, object]]) -> pd.DataFrame:
    columns = [
        "key", "people", "reachable", "chance", "chance_low", "chance_high", "chance_n", "order_value", "order_value_low",
        "order_value_high", "margin", "weekday", "weekday_share", "stands_out", "send_on", "reward", "products",
    ]  # fmt: skip
    words = dict.fromkeys(("key", "reward", "products"), "str")
    whole = dict.fromkeys(("people", "reachable", "chance_n"), "int64")
    words["stands_out"] = "bool"
    numbers = {name: "float64" for name in columns if name not in {*words, *whole, "send_on"}}
    table = pd.DataFrame(rows, columns=columns).astype(words | whole | numbers | {"send_on": "datetime64[s]"})
    table["enough"] = (table["people"] >= ENOUGH) & (table["chance_n"] >= ENOUGH)
    table["bit"] = 1 << np.arange(len(table))
    return table


def _mask(shop: Shop, found: list[Kind]) -> np.ndarray:
    mask = np.zeros(len(shop.customers), dtype=np.int64)
    for n, kind in enumerate(found):
        mask |= kind.members[0].astype(np.int64) << n
    return mask


def _cells(shop: Shop, found: list[Kind]) -> pd.DataFrame:
    cells = pd.DataFrame({"mask": _mask(shop, found), "reachable": shop.reachable})
    return cells[cells["mask"] > 0].value_counts().rename("people").reset_index()


def _message_day(rows: pd.DataFrame, as_of: date) -> dict[str, object]:
    """The day of the week with most orders, the earlier of two alike, and its first date from the end of observation on."""
    counts = rows.groupby("weekday")["n"].sum().sort_index()
    if counts.sum() < ENOUGH:
        return {"weekday": np.nan, "weekday_share": np.nan, "stands_out": False, "send_on": pd.NaT}
    weekday = int(counts.idxmax())
    ahead = (weekday - as_of.weekday()) % 7
    send_on = pd.Timestamp(as_of + timedelta(days=ahead))
    low, _high = wilson(counts.max(), counts.sum(), NormalDist().inv_cdf(1 - 0.025 / 7))
    share = counts.max() / counts.sum()
    return {"weekday": weekday, "weekday_share": share, "stands_out": bool(low > 1 / 7), "send_on": send_on}
