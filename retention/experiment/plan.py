"""Is the shop large enough to find out? What a test sees, how many customers it takes, and how long."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError, check_option
from retention.experiment.baseline import KINDS, Baseline, baselines, check_metric, traffic
from retention.experiment.sizes import Design
from retention.experiment.visible import alternatives_to, curve_of, metric_row
from retention.intervals import ENOUGH
from retention.orders import Orders
from retention.segment.people import reachable

LARGE = 0.5  # a relative effect beyond it is rarely seen of any offer
MOST_RELATIVE = 10.0


@dataclass(frozen=True)
class ExperimentPlan:
    """What `plan_experiment` returns.

    table: one row a metric, the one with the smallest visible relative effect first. curve: customers → smallest visible effect of
    the chosen metric. alternatives: what else could be tested, the smallest visible relative effect first. Columns: see
    `plan_experiment`
    effect and relative_effect: the one wished, in the metric's unit and relative to the baseline; missing without
    control, treatment: shares of the customers; arms: how many in all; customers: those the test is planned for
    new_a_month: new customers a month; months_for_new: months until as many new ones have come as the wished effect takes
    reachable: of them, those who have an e-mail address of their own and did not refuse marketing; reachable_relative: the smallest
    effect visible with them alone, relative to the baseline; both missing where nothing is known of it, or it is all of them
    too_small: whether no effect could be seen, or only one of more than half the baseline
    """

    table: pd.DataFrame
    curve: pd.DataFrame = field(repr=False)
    alternatives: pd.DataFrame = field(repr=False)
    metric: str
    days: int
    control: float
    treatment: float
    arms: int
    alpha: float
    power: float
    customers: float
    effect: float
    relative_effect: float
    new_a_month: float
    months_for_new: float
    reachable: float
    reachable_relative: float
    too_small: bool
    from_history: bool
    currency: str = ""
    notes: tuple[str, ...] = ()

    @property
    def chosen(self) -> pd.Series:
        """The row of the chosen metric."""
        return self.table.set_index("metric", drop=False).loc[self.metric]

    @property
    def needed(self) -> float:
        """Customers in all that the wished effect takes, with what is known from before where the test makes use of it."""
        return float(np.fmin(self.chosen["needed"], self.chosen["needed_before"]))


def plan_experiment(
    orders: Orders | None = None,
    metric: str = "repeat",
    effect: float | None = None,
    relative: bool = True,
    *,
    baseline: float | None = None,
    sd: float | None = None,
    days: int = 60,
    arms: int = 2,
    holdout: float | None = None,
    alpha: float = 0.05,
    power: float = 0.8,
    customers: int | None = None,
) -> ExperimentPlan:
    """How small an effect a test with the customers of a shop would see, and how many customers and how much time a wished effect takes.

    A test sees an effect if, with the effect there, it finds a difference that chance does not explain in 80 of 100 such tests
    (power), and finds one in 5 of 100 where there is none (alpha).

    Where the figures come from: the customers who had bought before the last `days` days (60) of the orders, and what they did
    in those days, which are over for all of them: repeat (share who bought), orders and revenue a customer, profit where
    the shop has a margin, aov (net revenue ÷ orders). Or from typed figures: baseline, and sd (how much one customer's value
    differs from another's) where it is no share. conversion (buyers ÷ visitors) can only be typed.

    Formula for shares: n in each of two equal arms = (z of 1 − α/2 · √(2·p̄·(1 − p̄)) + z of the power · √(p₁·(1 − p₁) + p₂·(1 − p₂)))² ÷
    (p₂ − p₁)², with p̄ their mean. Means and ratios: two-sided t-test with sd, of a ratio by the delta method. For orders,
    revenue and profit, what customers bought in the year before takes out part of what they differ in (CUPED): variance · (1 −
    correlation²). With several arms α is divided by the number of comparisons with control. No number below 10 events in an arm.

    effect: relative to the baseline (0.1: a tenth more), or with relative=False in the unit of the metric (0.012: 1.2 points of a share;
    5.0: 5 € a customer); below 0 it is a fall; without one the plan tells the smallest visible rise. holdout: share of the customers who get
    nothing, else as many as in every other arm; the rest is split evenly. customers: how many the test would have, else
    all there are.

    Returns an ExperimentPlan. table: metric, kind (share, mean, ratio), value (the baseline), sd, n (customers it rests on), events (of them, with a
    value other than 0), correlation (with the year before), detectable and detectable_relative (the smallest visible
    effect in the metric's unit and relative to the baseline), detectable_before and detectable_relative_before (the same with what is
    known from before; missing where the test makes no use of it), effect (the wished one, relatively as large in every row), needed and needed_before
    (customers in all), power and power_before (with the customers there are). curve: customers, detectable,
    detectable_relative, detectable_before, detectable_relative_before. alternatives: change (metric, window, holdout), metric, days, holdout, value, detectable,
    detectable_relative (the best there is), only those below that of the plan. Money in currency units, shares from 0 to 1.

    Raises OptionError for figures that cannot be, and EmptyError where the orders are too short, or nobody bought in the window.

    With filters, it takes the purchases that pass them; a filter by customers is settled by what was known when the window began.

    Sources: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, 4; Deng et al. (2013), WSDM, on CUPED;
    statsmodels' power_proportions_2indep and TTestIndPower.

    When not to trust it: the next window is another season than the last one; the test goes to other customers than those it was counted
    on; or new ones come slower than they did. New customers are taken to behave like those of before, which newcomers rarely
    do. One very large order more or less moves what revenue and order value can show. That a smaller effect could be seen of one metric
    does not say that an offer moves it as much as another.

    >>> import retention as rt
    >>> plan = rt.plan_experiment(metric="conversion", baseline=0.03, effect=0.006, relative=False)
    >>> int(plan.chosen["needed"]) // 2
    13914
    >>> plan = rt.plan_experiment(rt.load_sample("cdnow"), days=90)
    >>> print(f"{plan.chosen['value']:.3f} + {plan.chosen['detectable']:.3f} with {plan.customers:.0f} customers")
    0.127 + 0.041 with 2349 customers
    """
    _check(metric, alpha, power, days, arms, holdout, customers)
    control = 1 / arms if holdout is None else float(holdout)
    design = Design(control, (1 - control) / (arms - 1), alpha / (arms - 1), power)
    typed = baseline is not None
    if typed:
        found = {metric: _typed(metric, baseline, sd)}
    elif orders is None:
        raise OptionError(
            "There is nothing to plan with.", "Give orders, or type the baseline (and sd where it is no share)."
        )
    else:
        check_metric(orders, metric)
        found = baselines(orders, days)
    base = found[metric]
    _check_speaks(base, days)
    there, new_a_month = (np.nan, np.nan) if orders is None or metric == "conversion" else traffic(orders)
    size = float(there if customers is None else customers)
    share = _relative_effect(base, effect, relative)
    table = pd.DataFrame([metric_row(one, design, size, share) for one in found.values()])
    table = table.sort_values(["best", "metric"], ignore_index=True)
    chosen = table.set_index("metric").loc[metric]
    written_to = _reachable(orders, size) if customers is None and not typed else np.nan
    needed, best = np.fmin(chosen["needed"], chosen["needed_before"]), chosen["best"]
    return ExperimentPlan(
        table=table.drop(columns="best"),
        curve=curve_of(base, design, size, share < 0),
        alternatives=alternatives_to(None if typed else orders, table, design, size, metric, days, best, share),
        metric=metric,
        days=days,
        control=design.control,
        treatment=design.treatment,
        arms=arms,
        alpha=alpha,
        power=power,
        customers=size,
        effect=float(share * base.value),
        relative_effect=share,
        new_a_month=new_a_month,
        months_for_new=float(needed / new_a_month) if new_a_month > 0 else np.nan,
        reachable=written_to,
        reachable_relative=metric_row(base, design, written_to, share)["best"] if written_to > 0 else np.nan,
        too_small=bool(not np.isnan(size) and not best <= LARGE),
        from_history=not typed,
        currency="" if orders is None else orders.currency,
        notes=_notes(base, design, size, arms, metric, typed),
    )


def _check(
    metric: str, alpha: float, power: float, days: int, arms: int, holdout: float | None, customers: int | None
) -> None:
    """Refuse figures that cannot be."""
    check_option("metric", metric, tuple(KINDS))
    for name, value in (("alpha", alpha), ("power", power), ("holdout", 0.5 if holdout is None else holdout)):
        if not 0 < value < 1:
            raise OptionError(
                "{name}={value} is not between 0 and 1.", "Give a share, such as 0.5.", name=name, value=value
            )
    if power <= alpha:
        raise OptionError(
            "power={power} is not above alpha={alpha}.",
            "A test that sees true effects no more often than chance raises an alarm tells nothing.",
            power=power,
            alpha=alpha,
        )
    for name, value, least in (("days", days, 1), ("arms", arms, 2), ("customers", 1 if customers is None else customers, 1)):  # fmt: skip
        if int(value) != value or value < least:
            raise OptionError(
                "{name}={value} is not possible.",
                "Give a whole number, {least} or more.",
                name=name,
                value=value,
                least=least,
            )


def _reachable(orders: Orders, customers: float) -> float:
    """How many may be written to by e-mail; missing where it is nobody, or everybody."""
    found = int(reachable(orders).sum())
    return float(found) if 0 < found < customers else np.nan


def _typed(metric: str, value: float, sd: float | None) -> Baseline:
    if KINDS[metric] == "share":
        if not 0 < value < 1:
            raise OptionError("baseline={value} is no share.", "Give 0.03 for 3 of 100.", value=value)
        return Baseline(metric, value, np.sqrt(value * (1 - value)))
    if not value > 0:
        raise OptionError("baseline={value} is not above 0.", "Give what a customer brings now.", value=value)
    if sd is None or not sd > 0:
        raise OptionError(
            "A plan for {metric} needs to know how much customers differ.",
            "Give sd, the standard deviation of one customer's value, above 0; or plan from orders.",
            metric=metric,
        )
    return Baseline(metric, float(value), float(sd))


def _check_speaks(base: Baseline, days: int) -> None:
    """Refuse a metric with nothing to raise, or one in which customers do not differ."""
    if base.speaks:
        return
    if base.events == 0:
        raise EmptyError(
            "Nobody who had bought before bought in the last {days} days, so there is nothing to compare.",
            "Choose a longer window.",
            days=days,
        )
    if base.kind == "share":
        raise EmptyError(
            "Everybody who had bought before bought in the last {days} days: more of them cannot.",
            "Choose a shorter window, or look at revenue.",
            days=days,
        )
    if base.value > 0:
        raise EmptyError(
            "All customers have the same value in the last {days} days, so nobody can say how much chance moves it.",
            "Look at the share who buy, or choose a longer window.",
            days=days,
        )
    raise EmptyError(
        "More was refunded than bought in the last {days} days, so there is nothing to raise.",
        "Choose a longer window, or look at the share who buy.",
        days=days,
    )


def _relative_effect(base: Baseline, effect: float | None, relative: bool) -> float:
    """The wished effect relative to the baseline; missing without one."""
    if effect is None:
        return np.nan
    share = float(effect) if relative else effect / base.value
    if share == 0 or np.isnan(share):
        raise OptionError("An effect of 0 cannot be seen by any test.", "Give the effect you hope for.")
    if abs(share) > MOST_RELATIVE:
        raise OptionError(
            "An effect of {share} of the baseline is no plan.",
            "Give a relative effect as a share, 0.1 for a tenth more, or relative=False for one in the metric's unit.",
            share=f"{share:.0%}",
        )
    reached = base.value * (1 + share)
    if reached <= 0 or (base.kind == "share" and reached >= 1):
        raise OptionError(
            "From {value} such an effect would lead to {reached}.",
            "A share stays between 0 and 1, and other metrics above 0: give a smaller effect.",
            value=f"{base.value:.4g}",
            reached=f"{reached:.4g}",
        )
    return share


def _notes(base: Baseline, design: Design, customers: float, arms: int, metric: str, typed: bool) -> tuple[str, ...]:
    notes = []
    if not typed and base.customers < ENOUGH:
        notes.append("Fewer than 30 customers had bought before the window: too few to tell.")
    if customers < design.least(base):
        notes.append(
            "With so few customers one of the groups would have fewer than 10 buyers: no test gives a number for that."
        )
    if arms > 2:
        notes.append(
            "Several arms are compared with control, so each has to stand out more: every arm takes more customers."
        )
    if metric in ("revenue", "profit", "aov"):
        notes.append(
            "A few very large orders make money hard to compare: the more customers differ, the larger an effect has to be."
        )
    return tuple(notes)
