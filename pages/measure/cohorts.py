"""Do customers come back?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.cohorts import group_names, row_names
from retention.show.i18n import _
from retention.show.tables.cohorts import cohort_numbers, cohort_rows, comparison_rows, payback_rows

SHARES = ("retention", "cumulative", "unbounded")
CURVES = (*SHARES, "net_to_date", "profit_to_date", "payback")

orders = ui.start(_("Cohorts"), _("Do customers come back after their first purchase?"))
left, middle, right = st.columns(3)
with left:
    by = ui.pick(_("Grouped by"), group_names(), key="cohorts_by")
with middle:
    values = {
        "retention": _("Share who bought again"),
        "cumulative": _("Share with a second purchase so far"),
        "unbounded": _("Share who came back then or later"),
        "customers": _("Customers who bought"),
        "orders": _("Orders"),
        "net": _("Net revenue"),
        "net_per_customer": _("Net revenue per customer of the cohort"),
        "net_to_date": _("Net revenue per customer to date"),
    }
    if orders.margin:
        values["profit_to_date"] = _("Profit per customer to date")
        if orders.has("spend") and by in ("period", "channel"):
            values["payback"] = _("Cost of a new customer earned back")
    value = ui.pick(_("What to count"), values, key="cohorts_value")
with right:
    periods = {"month": _("Month"), "quarter": _("Quarter"), "week": _("Week")}
    period = "month" if value == "payback" else ui.choice(_("Period"), periods, key="cohorts_period")
cohorts = ui.run("cohorts", rt.retention_table, orders, period=period, value=value, by=by)
is_completed = (by, value) == ("period", "retention") and ui.switch(_("Complete with a forecast"), "cohorts_forecast")
expected = [ui.run("forecast", rt.forecast_cohorts, orders, period=period)] if is_completed else []

ui.say(sentences.who_comes_back(cohorts))
for forecast in expected:
    st.markdown(ui.escape(sentences.how_well_completed(forecast)))
for note in [note for result in (cohorts, *expected) for note in result.notes]:
    st.caption(_(note))
ui.chart(rt.charts.retention_heatmap, cohorts, *expected)
if value in CURVES:
    st.subheader(_("All cohorts together"))
    ui.chart(rt.charts.retention_curve, cohorts)
label = _("cohorts (* not complete)") if by == "period" else _("cohorts (customers old enough in brackets)")
label = _("cohorts (* not complete, ~ forecast)") if expected else label
ui.table(cohort_numbers(cohorts, *expected), cohort_rows(cohorts, *expected), f"cohorts_{value}", label)
if value == "payback":
    costs = cohorts.payback.reset_index()
    ui.table(costs, payback_rows(cohorts), "cohorts_cost", _("cost of a new customer"))

names = row_names(cohorts)
if value in SHARES and len(names) > 1:
    st.subheader(_("Compare two"))
    left, right = st.columns(2)
    with left:
        first = ui.pick(_("First"), names, key=f"cohorts_first_{by}_{period}")
    with right:
        others = {key: name for key, name in names.items() if key != first}
        second = ui.pick(_("Second"), others, key=f"cohorts_second_{by}_{period}")
    pair = ui.run("pair", rt.compare_cohorts, orders, first=first, second=second, period=period, by=by, value=value)
    st.markdown(ui.escape(sentences.compared(pair)))
    ui.chart(rt.charts.cohort_difference, pair)
    ui.table(pair.table, comparison_rows(pair), "cohorts_compared", _("the two side by side (customers in brackets)"))
terms = (value, *(["cac"] if value == "payback" else [])) if value in CURVES else ("retention",)
ui.finish(("cohort", *terms, "interval", "complete"))
