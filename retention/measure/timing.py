"""When do customers order again? Kaplan–Meier of the days to the next order, and the days to act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError, check_option
from retention.intervals import ENOUGH
from retention.measure.lapse import FLOOR
from retention.measure.waits import BY, OTHERS_PLACE, PARTS, every_wait, histogram, waits_after
from retention.orders import Orders
from retention.periods import day_number
from retention.survival import Survival, kaplan_meier, kaplan_meier_of_parts

WITHIN = (30, 60, 90, 180, 365)
ALL, OTHERS, UNKNOWN = "all", "others", "unknown"
ACTS = {"message_day": 0.25, "late_after": 0.5, "win_back_day": 0.8}


@dataclass(frozen=True)
class TimeToNextOrder:
    """What `time_to_next_order` returns.

    table: one row a group; its columns stand in `time_to_next_order`
    curve: group, day, share_returned, low, high, at_risk, events; one row for every day from 0 to the last observed one
    overall: the row of the table for all groups together
    """

    table: pd.DataFrame
    curve: pd.DataFrame = field(repr=False)
    overall: pd.Series = field(repr=False)
    after: int | str
    by: str | None
    notes: tuple[str, ...] = ()

    @property
    def message_day(self) -> int | None:
        """The day by which a quarter of those who come back has done so: a message has to be there by then."""
        return _whole(self.overall["message_day"])

    @property
    def late_after(self) -> int | None:
        """The day by which half of those who come back have done so: a follow-up after it is late."""
        return _whole(self.overall["late_after"])

    @property
    def win_back_day(self) -> int | None:
        """The day by which 80 of 100 of those who come back have done so, at least 30: from here on, win back."""
        return _whole(self.overall["win_back_day"])


def time_to_next_order(orders: Orders, after: int | str = 1, by: str | None = None) -> TimeToNextOrder:
    """How many days pass until customers order again, those who have not yet done so included.

    after: 1 looks from the first purchase to the second, 2 from the second to the third, and so on; "any" takes every
    purchase with the one that follows it. Who has not ordered again is not left out but censored: counted among those who
    could have come back for as long as they were observed, and then no more. Leaving them out would make the time far too
    short. The share who came back by day t = 1 − Π (1 − events ÷ at risk) over the days up to t (Kaplan–Meier), where events
    is who came back on that day and at risk is who had not come back before it and whose day still lies in the data, before
    the end of observation. A second order on the same day is a return after 0 days.

    by: a table and a curve for each group of the order that is waited from: its channel, its country, whether anything was
    taken off its price ("discount"), or the product or category of its most valuable line (the first by name, if two are
    equally valuable). The 12 largest groups, then the others together, then those of which it is not known.

    The days to act are read among those who come back on a later day within the horizon, which is the last day for which at
    least 30 were observed, whether they had come back before or not (at risk ÷ share not back before that day). message_day: a
    quarter of them has come back by then, so a message that is to bring somebody back has to be there before. late_after: half
    of them have come back, so a follow-up after it is late. win_back_day: 80 of 100 have come back, at least day 30; who is still
    silent needs a reason to return. With F(t) the share who came back by day t, it is the first day on which
    (F(t) − F(0)) ÷ (F(horizon) − F(0)) reaches 0.25, 0.5 and 0.8. Missing where fewer than 30 came back.

    With filters, it takes the customers whose purchase passes them, and waits for their next purchase that passes them.

    Returns a TimeToNextOrder; its table has one row a group: group, n (purchases that are waited from), events (how many were
    followed by another), enough (n is at least 30), median with its 95 % interval median_low and median_high, quartile_25 and
    quartile_75 (days by which 25, 50 and 75 of 100 came back; missing where the curve does not get there), within_30, within_60,
    within_90, within_180 and within_365 (share who came back within so many days, 0 to 1, missing where nobody was observed for so
    long) with `<name>_low` and `<name>_high`, horizon, message_day, late_after and win_back_day (days).

    Raises OptionError for an unknown after or by, and EmptyError when no known customer has made that purchase.

    Intervals: Greenwood's error on the scale of log(−log), for the median by Brookmeyer and Crowley. With after="any" one
    customer has several gaps, which resemble each other; there the error comes from leaving out each fiftieth of the customers
    in turn, which allows for it. Sources: Kaplan & Meier (1958), JASA 53, 457–481; Brookmeyer & Crowley (1982), Biometrics 38,
    29–41; Kott (2001), Journal of Official Statistics 17, 521–526.

    When not to trust it: it assumes that recent customers will behave like older ones did; after a change of assortment or a
    season they may not. Customers who bought before the data begin are taken for new. With after="any", customers with many
    orders weigh more. That a group comes back sooner does not mean that its product, channel or discount brings people back.

    >>> import retention as rt
    >>> result = rt.time_to_next_order(rt.load_sample("cdnow"))
    >>> result.table[["n", "events"]].values.tolist()
    [[2349, 1152]]
    """
    if after != "any" and (isinstance(after, bool) or not isinstance(after, int) or after < 1):
        raise OptionError("after={value!r} is not possible.", 'Use 1, 2, 3, … or "any".', value=after)
    if by is not None:
        check_option("by", by, BY)
    pooled = after == "any"
    waits = every_wait(orders, by) if pooled else waits_after(orders, after, by)
    counts = orders.frame(histogram(orders, waits, by, day_number(orders.as_of) - 1, pooled))
    if counts.empty:
        raise EmptyError(
            "No customer who can be told apart has made purchase number {number}.",
            "Choose an earlier purchase or clear a filter.",
            number=1 if pooled else after,
        )
    places = counts.groupby(["place", "name"], dropna=False, sort=True)
    groups = {_label(int(place), name) if by else ALL: rows for (place, name), rows in places}
    found = {name: _survival(rows, pooled) for name, rows in groups.items()}
    overall = _row(ALL, *_survival(counts, pooled))
    table = pd.DataFrame([_row(name, *each) for name, each in found.items()])
    curves = [_curve(name, survival) for name, (survival, _units) in found.items()]
    return TimeToNextOrder(
        table=table,
        curve=pd.concat(curves, ignore_index=True),
        overall=pd.Series(overall),
        after=after,
        by=by,
        notes=_notes(table, overall, curves, pooled),
    )


def wait_until(orders: Orders, end: date) -> dict[str, object]:
    """The row for all purchases with the one that follows each, as it was observed before a day; empty without any."""
    counts = orders.frame(histogram(orders, every_wait(orders), None, day_number(end) - 1, True))
    return {} if counts.empty else _row(ALL, *_survival(counts, True))


def _survival(counts: pd.DataFrame, pooled: bool) -> tuple[Survival, int]:
    """The curve of one group, and how many customers, or filled fiftieths of them, it rests on."""
    days = int(counts["days"].max()) + 1
    shape = (PARTS, days) if pooled else (1, days)
    grids = []
    for returned in (True, False):
        rows = counts[counts["returned"] == returned]
        grid = np.zeros(shape, dtype=np.int64)
        np.add.at(grid, (rows["part"].to_numpy(), rows["days"].to_numpy()), rows["n"].to_numpy())
        grids.append(grid)
    events, censored = grids
    if pooled:
        return kaplan_meier_of_parts(events, censored), int(((events + censored).sum(axis=1) > 0).sum())
    return kaplan_meier(events[0], censored[0]), int(counts["n"].sum())


def _row(name: str, survival: Survival, units: int) -> dict[str, object]:
    low, high = survival.days_by(0.5)
    row = {
        "group": name,
        "n": int(survival.at_risk[0]),
        "events": int(survival.events.sum()),
        "enough": units >= ENOUGH,
        "median": survival.day_by(0.5),
        "median_low": low,
        "median_high": high,
        "quartile_25": survival.day_by(0.25),
        "quartile_75": survival.day_by(0.75),
    }
    low, high = survival.interval()
    for days in WITHIN:
        at = min(days, len(low) - 1)
        seen = at == days or survival.share[at] == 0
        for end, values in (("", survival.share), ("_low", high), ("_high", low)):
            row[f"within_{days}{end}"] = float(1 - values[at]) if seen else np.nan
    return row | _days_to_act(survival)


def _days_to_act(survival: Survival) -> dict[str, float]:
    """The days by which shares of those who come back on a later day within the horizon have done so."""
    horizon = survival.last_day(ENOUGH)
    if horizon is None or survival.events[1 : horizon + 1].sum() < ENOUGH:
        return dict.fromkeys(("horizon", *ACTS), np.nan) | ({} if horizon is None else {"horizon": float(horizon)})
    returned = survival.share[0] - survival.share[: horizon + 1]
    days = {name: float(np.argmax(returned >= share * returned[-1] - 1e-12)) for name, share in ACTS.items()}
    return {"horizon": float(horizon)} | days | {"win_back_day": max(days["win_back_day"], float(FLOOR))}


def _curve(name: str, survival: Survival) -> pd.DataFrame:
    low, high = survival.interval()
    return pd.DataFrame(
        {
            "group": name,
            "day": np.arange(len(low)),
            "share_returned": 1 - survival.share,
            "low": 1 - high,
            "high": 1 - low,
            "at_risk": survival.at_risk,
            "events": survival.events,
        }
    )


def _label(place: int, name: str) -> str:
    if place < OTHERS_PLACE:
        return name
    return OTHERS if place == OTHERS_PLACE else UNKNOWN


def _whole(value: float) -> int | None:
    return None if np.isnan(value) else int(value)


def _notes(
    table: pd.DataFrame, overall: dict[str, object], curves: list[pd.DataFrame], pooled: bool
) -> tuple[str, ...]:
    notes = []
    if list(table["group"]) == [UNKNOWN]:
        notes.append("These orders do not say what they are to be grouped by.")
    if np.isnan(overall["median"]):
        notes.append("Fewer than half come back within the observed time, so there is no median.")
    elif table["median"].isna().any():
        notes.append("In some groups fewer than half come back within the observed time; their median is missing.")
    if np.isnan(overall["message_day"]):
        notes.append("Fewer than 30 came back on a later day: too few to tell on which days to act.")
    if any(curve["events"].iloc[0] for curve in curves):
        notes.append(
            "A second order on the same day counts as a return after 0 days; the days to act leave these returns out."
        )
    if pooled:
        notes.append(
            "All gaps are taken together: customers with many orders weigh more. The intervals allow for gaps of one "
            "customer being alike."
        )
    return tuple(notes)
