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
    new customers from month to month, and nothing else with fewer than two earlier forecasts. The parts' ranges do not add up;
    the parts do.

    The test: the same forecast made a year before the end, or as many months as leave 6 to go by; error = Σ |forecast − actual|
    ÷ Σ actual over its months, beside two plain methods: the same month a year before, and the mean of the 3 months before.

    Returns a RevenueForecast. months: 1 to 36. table: month, part (existing, new, unknown where there are such orders,
    total), net, low, high (currency units), orders, new_customers. totals: part, net, low, high, share. history: month, part,
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
    errors = _errors({origin: earlier[origin] for origin in origins}, sums)
    backtest = _backtest(earlier.get(tested), sums, first)
    methods = _methods(backtest)
    forecast = RevenueForecast(
        table=_table(made, errors),
        totals=_totals(made, errors),
        history=_history(sums, first, stop),
        backtest=backtest,
        methods=methods,
        tested=errors["origin"].nunique(),
        currency=orders.currency,
        notes=(*made_of.notes, *_notes(orders, stop, errors, methods)),
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


def _actual(sums: pd.DataFrame, origin: int, months: pd.Index) -> pd.DataFrame:
    """What came in those months, by part as seen from a month: month × part."""
    seen = sums[sums["month"].isin(months)]
    seen = seen.assign(part=_part_of(seen, origin))
    return seen.pivot_table(index="month", columns="part", values="net", aggfunc="sum").reindex(months).fillna(0.0)


def _part_of(sums: pd.DataFrame, origin: int | pd.Series) -> np.ndarray:
    return np.select([sums["kind"] == "unknown", sums["first_month"] < origin], ["unknown", "existing"], default="new")


def _with_total(made: pd.DataFrame) -> pd.DataFrame:
    """A column a part and the total, a row a month."""
    wide = made.pivot(index="month", columns="part", values="net")
    return wide.assign(total=wide.sum(axis=1))


def _errors(earlier: dict[int, pd.DataFrame], sums: pd.DataFrame) -> pd.DataFrame:
    """How far earlier forecasts were off, by part: of a month (root mean square) and of all of them, relative to the forecast."""
    found = []
    for origin, made in earlier.items():
        forecast = _with_total(made)
        actual = _actual(sums, origin, forecast.index)
        actual["total"] = actual.sum(axis=1)
        for part in forecast:
            missed = forecast[part] - actual.get(part, 0.0)
            squares, whole = (forecast[part] ** 2).sum(), forecast[part].sum()
            if squares > 0 and whole:
                found.append((origin, part, np.sqrt((missed**2).sum() / squares), missed.sum() / whole))
    return pd.DataFrame(found, columns=["origin", "part", "month", "total"])


def _ends(net: np.ndarray, part: str, whole: str, errors: pd.DataFrame, chance: np.ndarray, swings: np.ndarray) -> dict:
    """low and high: by the errors of earlier forecasts where there are some, never closer than chance and swings."""
    from scipy.stats import norm, t

    seen = errors.loc[errors["part"] == part, whole]
    reach = norm.ppf(HIGH) * np.sqrt(chance + swings)
    if len(seen):
        reach = np.maximum(reach, t.ppf(HIGH, len(seen)) * np.sqrt((seen**2).mean()) * np.abs(net))
    return {"low": np.maximum(net - reach, np.minimum(net, 0)), "high": net + reach}


def _table(made: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    made = made.assign(swings=(made["net"] * made["swing"]) ** 2 + (made["net"] * made["level"]) ** 2)
    columns = ["net", "orders", "new_customers", "chance", "swings"]
    total = made.groupby("month")[columns].sum().reset_index().assign(part="total")
    rows = []
    for part, of_part in pd.concat([made, total]).groupby("part", sort=False):
        chance, swings = (of_part[name].to_numpy() for name in ("chance", "swings"))
        rows.append(of_part.assign(**_ends(of_part["net"].to_numpy(), part, "month", errors, chance, swings)))
    table = pd.concat(rows).sort_values("month", kind="stable", ignore_index=True)
    table["month"] = starts(table["month"], "month")
    return table[["month", "part", "net", "low", "high", "orders", "new_customers"]]


def _totals(made: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    made = made.assign(monthly=(made["net"] * made["swing"]) ** 2, shared=made["net"] * made["level"])
    parts = made.groupby("part", sort=False)[["net", "chance", "monthly", "shared"]].sum()
    parts["swings"] = parts["monthly"] + parts["shared"] ** 2
    parts.loc["total"] = parts.sum()
    whole = parts.loc["total", "net"]
    rows = [
        {"part": part, "net": row["net"], **_ends(row["net"], part, "total", errors, row["chance"], row["swings"])}
        for part, row in parts.iterrows()
    ]
    return pd.DataFrame(rows).assign(share=parts["net"].to_numpy() / (whole if whole > 0 else np.nan))


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
