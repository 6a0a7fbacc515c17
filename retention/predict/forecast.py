"""What the coming months should bring, from the customers there are and from those still to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError
from retention.orders import Orders
from retention.periods import period_start, starts
from retention.predict.monthly import complete_months, monthly_sums
from retention.predict.projection import PARTS, Drivers, drivers, project

NEEDED, YEAR, LONGEST = 6, 12, 36  # months
STEP, ORIGINS = 3, 8  # a forecast is made again every so many months back, at most so often
TESTED, WITH_A_YEAR = 2, 3  # earlier forecasts without which their errors say too little; that are enough
HIGH = 0.9  # where an 80 % range ends; it begins as far below
METHODS = ("forecast", "year_before", "last_months")
ENDS = {
    "net": ("low", "high"),
    "orders": ("orders_low", "orders_high"),
}  # what has a range, and what its ends are called


@dataclass(frozen=True)
class RevenueForecast:
    """What `forecast_revenue` returns.

    table: one row a coming month and part; totals: one row a part, over all these months
    history: one row a complete month and part
    backtest: one row a month of the last year, forecast with what was known before it
    methods: one row a method: how far it was off in the backtest
    tested: how many earlier forecasts the ranges rest on; 0 where they only hold chance
    """

    table: pd.DataFrame
    totals: pd.DataFrame
    history: pd.DataFrame = field(repr=False)
    backtest: pd.DataFrame = field(repr=False)
    methods: pd.DataFrame = field(repr=False)
    tested: int
    currency: str
    notes: tuple[str, ...] = ()


def forecast_revenue(orders: Orders, months: int = 12) -> RevenueForecast:
    """The net revenue to expect month by month, from the customers there are and from those still to come.

    Existing customers: the orders expected of each by the MBG/NBD model of buying and leaving × what a later order brings.
    New customers: as many a month as in the last 6 complete months × what a first order brings, and the later orders the model
    expects of somebody new from the middle of their first month. Orders that name nobody: as in the last 6 months. Where too
    few have come back for a model, later orders go on as in the last 6 months. What a first and a later order bring is their
    mean over the last 12 months, less the share of revenue that was returned in them.

    The season comes from the new customers of every calendar month, once there are 12 complete months with at least 10 each,
    and only where chance does not explain it; a shape seen only once is believed in part. The number of new customers is taken
    without it and gets that of the month to come; the model counts days by it, so that a day in December can pass for two.

    The basis ends with the last complete month. A range holds the truth in four of five cases: the forecast is made again
    every third month back, with what was known then, and low and high = forecast ∓ t × the root mean square of the relative
    errors of these forecasts; never less than chance (orders arriving by Poisson's law, of different value) and the swings of
    new customers from month to month, and nothing else with fewer than two earlier forecasts. The range of the orders is made
    alike, of theirs. The parts' ranges do not add up; the parts do.

    The test: the same forecast made a year before the end, or as many months as leave 6 to go by; error = Σ |forecast − actual|
    ÷ Σ actual over its months, beside two plain methods: the same month a year before, and the mean of the 3 months before.

    Returns a RevenueForecast. months: 1 to 36. table: month, part (existing, new, unknown where there are such orders,
    total), net, low, high (currency units), orders, orders_low, orders_high, new_customers. totals: part, net, low, high, orders,
    orders_low, orders_high, share. history: month, part,
    net, orders, new_customers; existing are those who first bought before the twelve months to which the month belongs, counted
    back from the end. backtest: month, actual, forecast, year_before, last_months. methods: method, net, actual, error. Raises
    OptionError for another number of months and EmptyError with fewer than 6 complete months.

    Source: Fader, Hardie and Lee (2005), Marketing Science 24, 275–284, and Batislam, Denizel and Filiztekin (2007) for the model.

    When not to trust it: it continues what was. It knows nothing of a campaign, a price rise, a new competitor or a budget for
    advertising to come. Where nobody seems to leave for good, the part of existing customers is too high. A shop whose
    new and old customers have different seasons gets the season of the new ones. Refunds that the file dates to their order
    make last year's test look a little better.

    >>> import retention as rt
    >>> forecast = rt.forecast_revenue(rt.load_sample())
    >>> forecast.totals.set_index("part")["share"].round(2).to_dict()
    {'existing': 0.38, 'new': 0.59, 'unknown': 0.03, 'total': 1.0}
    """
    return forecast_with_drivers(orders, months)[0]


def forecast_with_drivers(orders: Orders, months: int) -> tuple[RevenueForecast, Drivers]:
    """The forecast, and what it is made of."""
    if not 1 <= months <= LONGEST:
        raise OptionError("months={months!r} is not possible.", "Use 1 to {most}.", months=months, most=LONGEST)
    first, stop = complete_months(orders)
    if stop - first < NEEDED:
        raise EmptyError(
            "A forecast needs at least {needed} complete months of orders; these are {months}.",
            "Bring an export that goes further back, or come back later.",
            needed=NEEDED,
            months=max(stop - first, 0),
        )
    sums = monthly_sums(orders)
    sums = sums[sums["month"] < stop]
    made_of = drivers(_known_at(orders, stop), sums, first, stop, months)
    made = project(made_of)
    tested = stop - min(YEAR, stop - first - NEEDED)
    origins = _origins(first, stop)
    earlier = {
        origin: project(drivers(_known_at(orders, origin), sums, first, origin, min(YEAR, stop - origin)))
        for origin in sorted({*origins, tested} - {stop})
    }
    errors = {of: _errors({origin: earlier[origin] for origin in origins}, sums, of) for of in ENDS}
    backtest = _backtest(earlier.get(tested), sums, first)
    methods = _methods(backtest)
    forecast = RevenueForecast(
        table=_table(made, errors),
        totals=_totals(made, errors),
        history=_history(sums, first, stop),
        backtest=backtest,
        methods=methods,
        tested=errors["net"]["origin"].nunique(),
        currency=orders.currency,
        notes=(*made_of.notes, *_notes(orders, stop, errors["net"], methods)),
    )
    return forecast, made_of


def _known_at(orders: Orders, month: int) -> Orders:
    return orders.filter(end=period_start(month, "month") - timedelta(days=1))


def _origins(first: int, stop: int) -> list[int]:
    """The months from which the forecast is made again: with a year known where enough of them have it."""
    origins = list(range(stop - STEP, first + NEEDED - 1, -STEP))[:ORIGINS]
    with_a_year = [month for month in origins if month - first >= YEAR]
    chosen = with_a_year if len(with_a_year) >= WITH_A_YEAR else origins
    return chosen if len(chosen) >= TESTED else []


def _actual(sums: pd.DataFrame, origin: int, months: pd.Index, of: str) -> pd.DataFrame:
    """What came in those months, by part as seen from a month: month × part."""
    seen = sums[sums["month"].isin(months)]
    seen = seen.assign(part=_part_of(seen, origin))
    return seen.pivot_table(index="month", columns="part", values=of, aggfunc="sum").reindex(months).fillna(0.0)


def _part_of(sums: pd.DataFrame, origin: int | pd.Series) -> np.ndarray:
    return np.select([sums["kind"] == "unknown", sums["first_month"] < origin], ["unknown", "existing"], default="new")


def _with_total(made: pd.DataFrame, of: str = "net") -> pd.DataFrame:
    """A column a part and the total, a row a month."""
    wide = made.pivot(index="month", columns="part", values=of)
    return wide.assign(total=wide.sum(axis=1))


def _errors(earlier: dict[int, pd.DataFrame], sums: pd.DataFrame, of: str) -> pd.DataFrame:
    """How far earlier forecasts were off, by part: of a month (root mean square) and of all of them, relative to the forecast."""
    found = []
    for origin, made in earlier.items():
        forecast = _with_total(made, of)
        actual = _actual(sums, origin, forecast.index, of)
        actual["total"] = actual.sum(axis=1)
        for part in forecast:
            missed = forecast[part] - actual.get(part, 0.0)
            squares, whole = (forecast[part] ** 2).sum(), forecast[part].sum()
            if squares > 0 and whole:
                found.append((origin, part, np.sqrt((missed**2).sum() / squares), missed.sum() / whole))
    return pd.DataFrame(found, columns=["origin", "part", "month", "total"])


def _reach(
    made: np.ndarray, part: str, whole: str, errors: pd.DataFrame, chance: np.ndarray, swings: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Low and high: by the errors of earlier forecasts where there are some, never closer than chance and swings."""
    from scipy.stats import norm, t

    seen = errors.loc[errors["part"] == part, whole]
    reach = norm.ppf(HIGH) * np.sqrt(chance + swings)
    if len(seen):
        reach = np.maximum(reach, t.ppf(HIGH, len(seen)) * np.sqrt((seen**2).mean()) * np.abs(made))
    return np.maximum(made - reach, np.minimum(made, 0)), made + reach


def _variance(made: pd.DataFrame, of: str) -> pd.DataFrame:
    """The same with chance, by Poisson's law, and what the swings of new customers add: of each month alone, and of all alike."""
    chance = made["chance"] if of == "net" else made["orders"]
    return made.assign(chance=chance, monthly=(made[of] * made["swing"]) ** 2, shared=made[of] * made["level"])


def _table(made: pd.DataFrame, errors: dict[str, pd.DataFrame]) -> pd.DataFrame:
    total = made.groupby("month")[["net", "orders", "new_customers"]].sum().reset_index().assign(part="total")
    table = pd.concat([made, total], ignore_index=True)
    for of, ends in ENDS.items():
        each = _variance(made, of)
        each["swings"] = each["monthly"] + each["shared"] ** 2
        whole = each.groupby("month")[["chance", "swings"]].sum().reset_index().assign(part="total")
        each = pd.concat([each, whole], ignore_index=True)
        for part, rows in table.groupby("part"):
            chance, swings = (each.loc[rows.index, name].to_numpy() for name in ("chance", "swings"))
            table.loc[rows.index, ends] = np.column_stack(
                _reach(rows[of].to_numpy(), part, "month", errors[of], chance, swings)
            )
    table = table.sort_values("month", kind="stable", ignore_index=True)
    table["month"] = starts(table["month"], "month")
    return table[["month", "part", "net", "low", "high", "orders", "orders_low", "orders_high", "new_customers"]]


def _totals(made: pd.DataFrame, errors: dict[str, pd.DataFrame]) -> pd.DataFrame:
    sums = {}
    for of, ends in ENDS.items():
        parts = _variance(made, of).groupby("part", sort=False)[[of, "chance", "monthly", "shared"]].sum()
        parts["swings"] = parts["monthly"] + parts["shared"] ** 2
        parts.loc["total"] = parts.sum()
        sums[of] = parts[of]
        reached = [
            _reach(row[of], part, "total", errors[of], row["chance"], row["swings"]) for part, row in parts.iterrows()
        ]
        sums |= {
            end: pd.Series(values, parts.index) for end, values in zip(ends, zip(*reached, strict=True), strict=True)
        }
    totals = pd.DataFrame(sums).rename_axis("part").reset_index()
    whole = totals["net"].iloc[-1]
    return totals.assign(share=totals["net"] / (whole if whole > 0 else np.nan))


def _history(sums: pd.DataFrame, first: int, stop: int) -> pd.DataFrame:
    sums = sums[sums["month"] >= first]
    block = stop - YEAR * (1 + (stop - 1 - sums["month"]) // YEAR)
    sums = sums.assign(part=_part_of(sums, block))
    parts = [part for part in PARTS if part != "unknown" or (sums["part"] == part).any()]
    every = pd.MultiIndex.from_product([range(first, stop), parts], names=["month", "part"])
    table = sums.groupby(["month", "part"])[["net", "orders", "new_customers"]].sum()
    table = table.reindex(every, fill_value=0).reset_index()
    return table.assign(month=starts(table["month"], "month"))


def _backtest(made: pd.DataFrame | None, sums: pd.DataFrame, first: int) -> pd.DataFrame:
    """Month by month what came, what the forecast of then said, and what two plain methods would have said."""
    columns = ["month", "actual", *METHODS]
    if made is None:
        return pd.DataFrame(columns=columns)
    forecast = _with_total(made)["total"]
    net = sums.groupby("month")["net"].sum().reindex(range(first, forecast.index[-1] + 1), fill_value=0.0)
    origin = forecast.index[0]
    table = pd.DataFrame(
        {
            "month": starts(forecast.index, "month"),
            "actual": net.reindex(forecast.index).to_numpy(),
            "forecast": forecast.to_numpy(),
            "year_before": net.reindex(forecast.index - YEAR).to_numpy(),
            "last_months": net.loc[origin - STEP : origin - 1].mean(),
        }
    )
    return table[columns]


def _methods(backtest: pd.DataFrame) -> pd.DataFrame:
    """A row a method; one that cannot speak of every month is missing."""
    actual = backtest["actual"].sum()
    rows = []
    for method in METHODS:
        missed = (backtest[method] - backtest["actual"]).abs().sum(skipna=False)
        rows.append((method, backtest[method].sum(skipna=False), actual, missed / actual if actual > 0 else np.nan))
    table = pd.DataFrame(rows, columns=["method", "net", "actual", "error"])
    return table if len(backtest) else table.iloc[:0]


def _notes(orders: Orders, stop: int, errors: pd.DataFrame, methods: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if orders.since > orders.observed_from:
        notes.append("The filter hides early orders, so some customers look newer than they are.")
    if orders.as_of > period_start(stop, "month"):
        notes.append("The last month is not over: it is forecast as a whole, and what it brought so far is left out.")
    if errors.empty:
        notes.append(
            "There is too little history to make the forecast again: the ranges only hold chance, and are too narrow."
        )
    if methods.empty:
        notes.append("There is too little history to test the forecast on the past.")
    elif (methods["error"] < methods["error"].iloc[0]).any():
        notes.append("A plain method would have come closer than this forecast last time: trust it less.")
    return tuple(notes)
