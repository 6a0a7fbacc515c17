"""How is my shop doing, and what should I look at?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.alerts import alert_rows

CARDS = ("net", "orders", "aov", "returning_customer_rate", "retention_rate")

orders = ui.start(_("Overview"), _("How is the shop doing, and what should I look at?"))
window = ui.choice(
    _("Window"),
    {"1": _("Last complete month"), "3": _("Last 3 months"), "12": _("Last 12 months"), "all": _("All of it")},
    key="overview_window",
)
start, end = rt.last_months(orders, None if window == "all" else int(window))
summary = ui.run("summary", rt.kpi_summary, orders, start=start, end=end, lapse_days=ui.assumptions.lapse_days())
months = ui.run("months", rt.kpi_table, orders, period="month")

ui.say(sentences.overview(summary, orders.currency))
ui.cards(summary, months, CARDS, orders.currency)

st.subheader(_("What to do this week"))
actions = st.container()

st.subheader(_("Net revenue by month"))
ui.chart(rt.charts.net_by_period, months, "month", orders.currency)

st.subheader(_("What to look at"))
facts = st.container()
targets = ui.targets(months, CARDS, orders.currency)
ui.summary_table(summary, orders.currency)

st.subheader(_("Out of the ordinary?"))
alerts = ui.run("alerts", rt.kpi_alerts, orders, period="month")
with facts:
    found = sentences.facts(summary, alerts, months, targets, orders.currency)
    ui.look_at(found, sentences.nothing_to_look_at(alerts))
st.markdown(ui.escape(sentences.out_of_the_ordinary(alerts)))
if kpi := sentences.least_likely(alerts):
    ui.chart(rt.charts.kpi_line, months, kpi, orders.currency, targets.get(kpi), "month", alerts)
    st.caption(sentences.expected_range(alerts, kpi))
ui.table(alerts.table, alert_rows(alerts), "alerts", _("what was expected of every key figure"))
for note in alerts.notes:
    st.caption(_(note))
with actions:
    ui.this_week(ui.run("opportunities", rt.rank_opportunities, orders, **ui.assumed(), **ui.done_for_now()))
ui.finish((*CARDS, "expected_range"))
