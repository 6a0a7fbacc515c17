"""Cohorts in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH, wilson
from retention.measure.cohort_comparison import CohortComparison
from retention.measure.cohorts import SHARES, TO_DATE, RetentionTable
from retention.measure.starting_groups import OTHERS, UNKNOWN
from retention.predict.cohort_forecast import HIDDEN, CohortForecast
from retention.show.cohorts import age_name, row_name
from retention.show.i18n import _, money, number, percent, percent_points
from retention.show.measures import measure_name, measure_value


def who_comes_back(result: RetentionTable) -> str:
    """Whether customers come back, in one sentence."""
    average = result.average.set_index("age")
    age = _age_to_tell(result)
    if age is None:
        return _("No cohort is old enough yet to say whether customers come back.")
    row = average.loc[age]
    if row["n"] < ENOUGH and (result.value in (*SHARES, *TO_DATE) or result.by != "period"):
        return _("Only {n} customers are old enough: too few to tell.").format(n=number(row["n"]))
    if result.value == "payback":
        return _payback(result)
    if result.by != "period":
        return _of_groups(result, age)
    facts = {
        "period": _period_word(result.period),
        "age": age_name(age, result.period),
        "value": measure_name(result.value),
        "rate": measure_value(result.value, row["rate"], result.currency),
        "n": number(row["n"]),
    }
    if result.value in SHARES:
        facts |= {"share": _of_100(row["rate"]), "low": _of_100(row["low"]), "high": _of_100(row["high"])}
        return _share_pattern(result.value).format(**facts)
    if result.value in TO_DATE:
        pattern = _("{value}, by {age} after the first purchase: {rate} ({n} customers).")
    else:
        pattern = _("{value} in the first {period} after the first purchase, average of all cohorts: {rate}.")
    return pattern.format(**facts)


def compared(result: CohortComparison) -> str:
    """Whether one of two cohorts comes back more, in one or two sentences."""
    first, second = (row_name(name, result.by, result.period) for name in (result.first, result.second))
    if result.verdict == "young":
        return _("There is no age yet that both have reached.")
    row = result.table.set_index("age").loc[result.age]
    facts = {
        "first": first,
        "second": second,
        "age": age_name(result.age, result.period),
        "first_share": _of_100(row["first_share"]),
        "second_share": _of_100(row["second_share"]),
        "n": number(min(row["first_n"], row["second_n"])),
        "low": percent_points(row["low"]),
        "high": percent_points(row["high"]),
    }
    if result.verdict == "few":
        return _("{first} and {second}: only {n} customers in one of them, too few to tell.").format(**facts)
    shares = {
        "cumulative": _(
            "{first}: of 100 customers, {first_share} have bought a second time by {age} after the first purchase. "
            "{second}: {second_share}."
        ),
        "retention": _(
            "{first}: of 100 customers, {first_share} buy in {age} after the first purchase. {second}: {second_share}."
        ),
        "unbounded": _(
            "{first}: of 100 customers, {first_share} buy in {age} after the first purchase or later. {second}: {second_share}."
        ),
    }[result.value]
    verdict = {
        "none": _("No difference that chance would not explain: it lies between {low} and {high}."),
        "higher": _("Chance alone hardly explains that: the difference lies between {low} and {high}."),
        "lower": _("Chance alone hardly explains that: the difference lies between {low} and {high}."),
    }[result.verdict]
    return f"{shares} {verdict}".format(**facts)


def how_well_completed(forecast: CohortForecast) -> str:
    """How far the forecast of the last periods was off, in one or two sentences; nothing without a test."""
    if forecast.backtest.empty:
        return ""
    cells, said = (
        forecast.backtest,
        _(
            "The test: the last {periods} periods were hidden and forecast. A cell was missed by {error} of 100 customers on "
            "average; the plain average of older cohorts misses it by {naive}. Customers who bought in these cells: "
            "{actual}; forecast: {expected}."
        ),
    )
    return said.format(
        periods=HIDDEN,
        error=number(forecast.error * 100, 1),
        naive=number(forecast.naive_error * 100, 1),
        expected=number((cells["forecast"] * cells["customers"]).sum()),
        actual=number((cells["actual"] * cells["customers"]).sum()),
    )


def _age_to_tell(result: RetentionTable) -> int | None:
    """The age a sentence speaks of: the first period after the purchase; of what is added up, the oldest that half have reached."""
    average = result.average.set_index("age")
    if result.value not in ("cumulative", *TO_DATE):
        return 1 if 1 in average.index else None
    reached = average.index[average["n"] * 2 >= result.table["customers"].sum()]
    return int(reached.max()) if len(reached) else None


def _share_pattern(value: str) -> str:
    return {
        "retention": _(
            "Of 100 new customers, {share} buy again in the next {period} (between {low} and {high}; {n} customers)."
        ),
        "unbounded": _(
            "Of 100 new customers, {share} come back in the next {period} or later (between {low} and {high}; {n} customers)."
        ),
        "cumulative": _(
            "Of 100 new customers, {share} have bought a second time by {age} after the first purchase (between {low} and "
            "{high}; {n} customers)."
        ),
    }[value]


def _of_groups(result: RetentionTable, age: int) -> str:
    """The highest and the lowest group of those that are large enough, and for shares whether chance would explain it."""
    named = [name for name in result.table.index if name not in (OTHERS, UNKNOWN)]
    rows = pd.DataFrame({part: getattr(result, part)[age] for part in ("table", "n", "counts")}).loc[named]
    rows = rows[(rows["n"] >= ENOUGH) & rows["table"].notna()].sort_values("table", kind="stable")
    when = age_name(age, result.period)
    if len(rows) < 2:
        return _("There are not two groups with at least 30 customers who have reached {age}.").format(age=when)
    low, high = rows.iloc[0], rows.iloc[-1]
    facts = {
        "best": row_name(high.name, result.by, result.period),
        "worst": row_name(low.name, result.by, result.period),
        "age": when,
        "period": _period_word(result.period),
        "value": measure_name(result.value),
    }
    if result.value not in SHARES:
        facts |= {"high": measure_value(result.value, high["table"], result.currency)}
        facts |= {"low": measure_value(result.value, low["table"], result.currency)}
        pattern = (
            _(
                "{value}, by {age} after the first purchase: highest for {best} with {high}, lowest for {worst} with {low}."
            )
            if result.value in TO_DATE
            else _(
                "{value}, in {age} after the first purchase: highest for {best} with {high}, lowest for {worst} with {low}."
            )
        )
        return pattern.format(**facts)
    facts |= {"high": _of_100(high["table"]), "low": _of_100(low["table"])}
    shares = {
        "retention": _(
            "Highest for {best}: of 100 customers, {high} buy again in the next {period}. Lowest for {worst}: {low}."
        ),
        "unbounded": _(
            "Highest for {best}: of 100 customers, {high} come back in the next {period} or later. Lowest for {worst}: {low}."
        ),
        "cumulative": _(
            "Highest for {best}: of 100 customers, {high} have bought a second time by {age} after the first purchase. "
            "Lowest for {worst}: {low}."
        ),
    }[result.value]
    (_low, below), (above, _high) = (wilson(row["counts"], row["n"]) for row in (low, high))
    verdict = _("Chance alone hardly explains that.") if above > below else _("Chance alone could explain that.")
    return f"{shares} {verdict}".format(**facts)


def _payback(result: RetentionTable) -> str:
    known = result.payback.dropna(subset="cac")
    if known.empty:
        return _("For no cohort is it known what was spent to win it.")
    cost = money(known["spend"].sum() / known["customers"].sum(), result.currency)
    average = result.average.set_index("age")
    paid = average.index[average["rate"] >= 1]
    if len(paid) and paid[0] == 0:
        return _(
            "A new customer costs {cost}; on average that is earned back in the month of the first purchase."
        ).format(cost=cost)
    if len(paid):
        return _(
            "A new customer costs {cost}; on average that is earned back by {age} after the first purchase."
        ).format(cost=cost, age=age_name(int(paid[0]), result.period))
    age = _age_to_tell(result)
    return _("A new customer costs {cost}; by {age} after the first purchase {share} of that is earned back.").format(
        cost=cost, age=age_name(age, result.period), share=percent(average.loc[age, "rate"], 0)
    )


def _period_word(period: str) -> str:
    return {
        "day": _("day"), "week": _("week"), "month": _("month"), "quarter": _("quarter"), "year": _("year"),
    }[period]  # fmt: skip


def _of_100(share: float) -> str:
    return number(share * 100, 0)
