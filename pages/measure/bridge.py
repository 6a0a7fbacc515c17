"""Why did revenue change, and whose change was it?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.bridge import bridge_rows, factor_rows

orders = ui.start(_("Why revenue moved"), _("Why did revenue change, and whose change was it?"))
with st.container(horizontal=True):
    window = ui.choice(
        _("Window"),
        {"1": _("Last complete month"), "3": _("Last 3 months"), "12": _("Last 12 months")},
        key="revenue_window",
    )
    against = ui.choice(
        _("Compared with"),
        {"previous": _("The time before"), "year_before": _("A year before")},
        key="revenue_against",
    )
start, end = rt.last_months(orders, int(window))
bridge = ui.run("bridge", rt.revenue_bridge, orders, start=start, end=end, against=against)

ui.say(sentences.why_revenue_moved(bridge))
st.caption(" ".join(_(note) for note in bridge.notes))

st.subheader(_("Whose change it was"))
st.markdown(ui.escape(sentences.whose_change(bridge)))
ui.chart(rt.charts.revenue_waterfall, bridge, split="customers")
ui.table(bridge.table, bridge_rows(bridge), "revenue_customers", _("customers who came, stayed and went"))

st.subheader(_("Which part of the sum moved"))
st.markdown(_("Net revenue of known customers is customers × orders per customer × average order value."))
ui.chart(rt.charts.revenue_waterfall, bridge, split="factors")
ui.table(bridge.factors, factor_rows(bridge), "revenue_factors", _("customers, orders each and order value"))
ui.finish(
    (
        "new_customers",
        "retained_customers",
        "reactivated_customers",
        "lapsed_customers",
        "purchase_frequency",
        "aov",
        "net",
    )
)
