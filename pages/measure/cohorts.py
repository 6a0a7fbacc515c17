"""Do customers come back?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _

orders = ui.start(_("Cohorts"), _("Do customers come back after their first purchase?"))
left, right = st.columns(2)
with left:
    period = ui.choice(
        _("Period"), {"month": _("Month"), "quarter": _("Quarter"), "week": _("Week")}, key="cohorts_period"
    )
with right:
    value = ui.pick(
        _("What to count"),
        {
            "retention": _("Share who bought again"),
            "customers": _("Customers who bought"),
            "orders": _("Orders"),
            "net": _("Net revenue"),
            "net_per_customer": _("Net revenue per customer of the cohort"),
        },
        key="cohorts_value",
    )
cohorts = ui.run("cohorts", rt.retention_table, orders, period=period, value=value)

ui.say(sentences.who_comes_back(cohorts))
for note in cohorts.notes:
    st.caption(_(note))
ui.chart(rt.charts.retention_heatmap, cohorts)
if value == "retention":
    st.subheader(_("All cohorts together"))
    ui.chart(rt.charts.retention_curve, cohorts)
ui.cohort_table(cohorts)
ui.finish(("cohort", "retention", "interval", "complete"))
