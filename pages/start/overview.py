"""How is my shop doing, and what should I look at?"""

from datetime import timedelta

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _, date, measure_name, measure_value

CARDS = ("net", "orders", "aov", "customers", "returning_customer_rate", "retention_rate")

orders = ui.start(_("Overview"), _("How is the shop doing, and what should I look at?"))
window = ui.choice(
    _("Window"),
    {"1": _("Last complete month"), "3": _("Last 3 months"), "12": _("Last 12 months"), "all": _("All of it")},
    key="overview_window",
)
start, end = rt.last_months(orders, None if window == "all" else int(window))
summary = ui.run("summary", rt.kpi_summary, orders, start=start, end=end)
months = ui.run("months", rt.kpi_table, orders, period="month")

span = _("{first} to {last}").format(first=date(start), last=date(end - timedelta(days=1)))
ui.say(sentences.overview(summary, span, orders.currency))
trend = months[months["complete"]].tail(13)
rows = summary.set_index("kpi")
for group in (CARDS[:3], CARDS[3:]):
    for place, kpi in zip(st.columns(3), group, strict=True):
        place.metric(
            measure_name(kpi),
            measure_value(kpi, rows.loc[kpi, "value"], orders.currency, short=True),
            delta=sentences.change(rows.loc[kpi]),
            delta_description=_("than before"),
            chart_data=trend[kpi].dropna().tolist() or None,
            border=True,
        )

st.subheader(_("Net revenue by month"))
ui.chart(rt.charts.net_by_period, months, "month", orders.currency)

st.subheader(_("What to look at"))
for sentence in sentences.look_at(summary, orders.currency) or [
    _("No rate moved by more than its usual uncertainty against the time before.")
]:
    st.markdown(f"- {ui.escape(sentence)}")
ui.summary_table(summary, orders.currency)
ui.finish()
