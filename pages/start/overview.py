"""How is my shop doing, and what should I look at?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _

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

st.subheader(_("Net revenue by month"))
ui.chart(rt.charts.net_by_period, months, "month", orders.currency)

st.subheader(_("What to look at"))
for sentence in sentences.look_at(summary, orders.currency) or [_("No rate moved by more than its usual uncertainty.")]:
    st.markdown(f"- {ui.escape(sentence)}")
ui.summary_table(summary, orders.currency)
ui.finish(CARDS)
