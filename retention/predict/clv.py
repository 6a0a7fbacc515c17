"""Customer lifetime value: what every customer is expected to bring."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from retention.errors import OptionError, check_option
from retention.intervals import ENOUGH, Z95
from retention.margin import SCALE, check_share
from retention.orders import Orders, known_purchases, purchases_and_returns
from retention.predict.activity import activity
from retention.predict.backtest import Backtest, backtest
from retention.predict.expectation import Expectation, Histories
from retention.predict.models import MODELS, ActivityModel, fit_activity
from retention.predict.season import season_notes
from retention.predict.spend import SpendModel, fit_spend
from retention.segment.people import contacts
from retention.segment.rfm import rfm_segments

STEP = 1e-3  # of the logarithm of a parameter, for error propagation


@dataclass(frozen=True)
class CustomerLifetimeValue:
    """What `predict_clv` returns.

    table: one row a customer. summary: one row the base, each segment, each first channel. new_customer: one row, what follows
    a first order. Columns: see `predict_clv`. model, spend: the fitted models. backtest: missing (None) where the history is
    too short. margin: the share of net revenue that counts; missing (None) where the value is revenue.
    """

    table: pd.DataFrame = field(repr=False)
    summary: pd.DataFrame
    new_customer: pd.Series
    model: ActivityModel = field(repr=False)
    spend: SpendModel = field(repr=False)
    backtest: Backtest | None = field(repr=False)
    months: int
    margin: float | None
    discount_rate: float
    currency: str
    notes: tuple[str, ...] = ()


def predict_clv(
    orders: Orders,
    months: int = 12,
    margin: float | None = None,
    discount_rate: float = 0.1,
    model: str = "auto",
) -> CustomerLifetimeValue:
    """What every customer is expected to bring in the next months.

    clv = Σ over the months ahead of orders expected in the month × what an order of the customer brings × margin ÷ (1 +
    discount_rate) ^ (months until the middle of the month ÷ 12). Orders come from a model of buying and leaving
    (`model`), what an order brings from Gamma–Gamma; an order is a day with a purchase, its money net revenue after
    discounts and returns.

    Returns a CustomerLifetimeValue. months: from 1 to 60. margin: share of net revenue that is left when the goods are
    paid; without one that of `Orders.with_margin`, and without that the value is revenue, not profit. discount_rate: a
    year. model: "MBG/NBD", "BG/NBD", "Pareto/NBD", "NBD", or "auto": MBG/NBD, and BG/NBD where that one loses its backtest
    and BG/NBD does better. table: customer_id, p_alive (chance that the customer has not left for good; never add these
    up), expected_orders, expected_spend (currency units an order), clv, low, high: the value if the customer orders as
    rarely or as often as 95 of 100 such customers do, with what an order brings taken at its expectation; customer_ref,
    name, email, phone, contactable, consent as in `segment_customers`. summary: part ("base", "segment", "first channel"),
    group, customers, expected_orders, value, low, high, value_each, each_low, each_high (a customer). new_customer:
    first_order, expected_orders and value of the orders after the first, low, high. Intervals of sums and of the new
    customer are 95 %: errors of the parameters by the delta method, and for sums the luck of customers. Notes say what was
    found: no drop-out, spend that depends on frequency, customers left out. A backtest comes with it: the same model with
    what was known earlier, see `Backtest`.

    Raises OptionError for months, margin, discount_rate and model out of range, and EmptyError when fewer than 30 customers came back.

    Source: Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-value Curves for Customer Base Analysis"; Batislam, Denizel &
    Filiztekin (2007) for MBG/NBD.

    When not to trust it: it takes the shop as it was, so a price change, a campaign or a shortage ahead is not in it, nor are seasons: under
    twelve months ahead they matter. Where the backtest lost to "goes on as before", do as that one does. One
    customer's value is a bet with wide odds; sums of many are what to plan with. Filters that cut off early orders
    make customers look younger than they are.

    >>> import retention as rt
    >>> result = rt.predict_clv(rt.load_sample("cdnow"), months=12, margin=0.3)
    >>> result.model.name, round(result.table["clv"].sum(), -3).item(), result.backtest.wins
    ('MBG/NBD', 20000.0, True)
    """
    _check(months, margin, discount_rate, model)
    histories_of = activity(orders)
    fitted, tested = _chosen_model(orders, histories_of, months, model)
    spend = fit_spend(histories_of["frequency"], histories_of["monetary"])
    own_margin = _margin(orders) if margin is None else float(margin)
    share = 1.0 if own_margin is None else own_margin
    histories = Histories(histories_of)
    expected = histories.expectation(fitted.law, months, discount_rate)
    an_order = spend.expected_spend(histories.frequency, histories_of["monetary"])
    with np.errstate(invalid="ignore"):
        worth = np.where(expected.orders > 0, expected.discounted / expected.orders, 1.0) * an_order * share
    table = pd.DataFrame(
        {
            "customer_id": histories_of["customer_id"],
            "p_alive": expected.p_alive,
            "expected_orders": expected.orders,
            "expected_spend": an_order,
            "clv": expected.discounted * an_order * share,
            "low": expected.low * worth,
            "high": expected.high * worth,
        }
    )
    slopes = _slopes(histories, histories_of["monetary"], fitted, spend, months, discount_rate)
    luck = _luck(expected, worth, spend)
    firsts = orders.frame(_firsts(known_purchases(orders), purchases_and_returns(orders))).set_index("customer_id")
    firsts = firsts.reindex(histories_of["customer_id"])
    return CustomerLifetimeValue(
        table=table.join(contacts(orders), on="customer_id"),
        summary=_summary(orders, table, firsts, slopes * share, luck, (fitted, spend)),
        new_customer=_new_customer(firsts, fitted, spend, months, discount_rate, share),
        model=fitted,
        spend=spend,
        backtest=tested,
        months=months,
        margin=own_margin,
        discount_rate=discount_rate,
        currency=orders.currency,
        notes=_notes(orders, fitted, spend, tested),
    )


def _check(months: int, margin: float | None, discount_rate: float, model: str) -> None:
    check_option("model", model, ("auto", *MODELS))
    if margin is not None:
        check_share(margin)
    if not isinstance(months, int) or not 1 <= months <= 60:
        raise OptionError("months={value!r} is not a whole number from 1 to 60.", "Give 12 for a year.", value=months)
    if not isinstance(discount_rate, int | float) or not 0 <= discount_rate <= 1:
        raise OptionError(
            "discount_rate={value!r} is no rate from 0 to 1.", "Give 0.1 for 10 % a year.", value=discount_rate
        )


def _chosen_model(
    orders: Orders, table: pd.DataFrame, months: int, model: str
) -> tuple[ActivityModel, Backtest | None]:
    name = "MBG/NBD" if model == "auto" else model
    tested = backtest(orders, name, months)
    if model == "auto" and tested is not None and not tested.wins:
        other = backtest(orders, "BG/NBD", months)
        if other.errors["root_mean_square_error"][0] < tested.errors["root_mean_square_error"][0]:
            name, tested = "BG/NBD", other
    return fit_activity(table["frequency"], table["recency"], table["T"], model=name), tested


def _margin(orders: Orders) -> float | None:
    """Profit ÷ net revenue of the orders, where the shop has a margin."""
    if orders.margin is None:
        return None
    if orders.margin.is_one_number:
        return orders.margin.share
    carried = purchases_and_returns(orders)
    sums = orders.frame(carried.aggregate(net=carried.net.sum(), profit=carried.profit.sum())).iloc[0]
    return float(sums["profit"]) / SCALE / float(sums["net"]) if sums["net"] > 0 else None


@lru_cache
def _firsts(purchases: ir.Table, carried: ir.Table) -> ir.Table:
    """customer_id, channel and net (hundredths) of the first order."""
    return purchases.group_by("customer_id").aggregate(
        channel=purchases.channel.argmin(purchases.order_id), net=purchases.net.argmin(purchases.order_id)
    )


def _slopes(
    histories: Histories,
    monetary: pd.Series,
    model: ActivityModel,
    spend: SpendModel,
    months: int,
    discount_rate: float,
) -> np.ndarray:
    """How every customer's discounted revenue changes with the logarithm of each parameter; one column a parameter."""

    def revenue(model: ActivityModel, spend: SpendModel) -> np.ndarray:
        orders = histories.p_alive(model.law) * histories.discounted(model.law, months, discount_rate)[1]
        return orders * spend.expected_spend(histories.frequency, monetary)

    here = revenue(model, spend)
    moves = [
        *((model.shifted(move), spend) for move in STEP * np.eye(len(model.parameters))),
        *((model, spend.shifted(move)) for move in STEP * np.eye(len(spend.parameters))),
    ]
    return np.column_stack([(revenue(*moved) - here) / STEP for moved in moves])


def _luck(expected: Expectation, worth: np.ndarray, spend: SpendModel) -> np.ndarray:
    """Every customer's variance of value: of the number of orders, and of what an order brings around its expectation."""
    an_order = 1 / spend.parameters["value"].iloc[0] if len(spend.parameters) else 1.0
    return worth**2 * (expected.variance + expected.orders * an_order)


def _spread(slopes: np.ndarray, models: tuple[ActivityModel, SpendModel]) -> np.ndarray:
    """The variance of each row of slopes that the errors of the parameters bring."""
    parameters = len(models[0].parameters)
    parts = (slopes[:, :parameters], models[0].covariance), (slopes[:, parameters:], models[1].covariance)
    return sum(np.einsum("ij,jk,ik->i", slope, covariance, slope) for slope, covariance in parts)


def _summary(
    orders: Orders,
    table: pd.DataFrame,
    firsts: pd.DataFrame,
    slopes: np.ndarray,
    luck: np.ndarray,
    models: tuple[ActivityModel, SpendModel],
) -> pd.DataFrame:
    segments = rfm_segments(orders)
    segment = segments.table.set_index("customer_id")["segment"].reindex(table["customer_id"])
    ways = {
        "base": pd.Categorical(["all"] * len(table)),
        "segment": pd.Categorical(segment, list(segments.summary["segment"])),
    }
    if firsts["channel"].notna().any():
        ways["first channel"] = pd.Categorical(firsts["channel"].fillna("unknown"))
    parts = []
    for part, groups in ways.items():
        codes, count = groups.codes, len(groups.categories)
        n = np.bincount(codes, minlength=count)
        value, expected = (np.bincount(codes, table[name], count) for name in ("clv", "expected_orders"))
        sloped = np.column_stack([np.bincount(codes, slope, count) for slope in slopes.T])
        half = Z95 * np.sqrt(_spread(sloped, models) + np.bincount(codes, luck, count))
        each = pd.DataFrame(
            {
                "part": part,
                "group": list(groups.categories),
                "customers": n,
                "expected_orders": expected,
                "value": value,
                "low": np.maximum(value - half, np.minimum(value, 0)),
                "high": value + half,
            }
        )
        parts.append(
            each[n > 0].sort_values(["value", "group"], ascending=[False, True]) if part != "segment" else each[n > 0]
        )
    result = pd.concat(parts, ignore_index=True)
    for name, total in (("value_each", "value"), ("each_low", "low"), ("each_high", "high")):
        result[name] = result[total] / result["customers"]
    result["enough"] = result["customers"] >= ENOUGH
    return result


def _new_customer(
    firsts: pd.DataFrame,
    model: ActivityModel,
    spend: SpendModel,
    months: int,
    discount_rate: float,
    share: float,
) -> pd.Series:
    new = Histories(pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [0.0]}))
    missing = pd.Series([np.nan])
    slopes = _slopes(new, missing, model, spend, months, discount_rate) * share
    expected = new.expectation(model.law, months, discount_rate)
    value = float(expected.discounted[0] * spend.mean * share)
    half = float(Z95 * np.sqrt(_spread(slopes, (model, spend)))[0])
    return pd.Series(
        {
            "first_order": float(firsts["net"].mean()) / 100 * share,
            "expected_orders": float(expected.orders[0]),
            "value": value,
            "low": max(value - half, 0.0),
            "high": value + half,
        }
    )


def _notes(orders: Orders, model: ActivityModel, spend: SpendModel, tested: Backtest | None) -> tuple[str, ...]:
    notes = [*model.notes, *spend.notes, *season_notes(orders)]
    if tested is None:
        notes.append("The history is too short to try the model on it.")
    elif not tested.wins:
        notes.append("On this shop's own past a plain rule did better than the model: see the backtest.")
    if orders.selection.start is not None:
        notes.append("The filter hides early orders, so some customers look newer than they are.")
    return tuple(notes)
