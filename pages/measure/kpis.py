"""How do the key figures change over time?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.glossary import definition
from retention.show.i18n import _
from retention.show.measures import measure_name

KPIS = (
    "net", "orders", "customers", "new_customers", "returning_customers", "aov", "purchase_frequency",
    "revenue_per_customer", "repeat_rate", "returning_customer_rate", "retention_rate", "returning_revenue_share",
    "second_order_rate_30", "second_order_rate_60", "second_order_rate_90", "second_order_rate_180",
    "second_order_rate_365", "churn_rate", "profit", "units", "gross", "discounts", "refunds",
)  # fmt: skip

orders = ui.start(_("Key figures"), _("How do the key figures change over time?"))
period = ui.choice(
    _("Period"),
    {"month": _("Month"), "week": _("Week"), "day": _("Day"), "quarter": _("Quarter"), "year": _("Year")},
    key="kpis_period",
)
kpi = ui.pick(_("Key figure"), {name: measure_name(name) for name in KPIS}, key="kpi")
kpis = ui.run("kpis", rt.kpi_table, orders, period=period, lapse_days=ui.assumptions.lapse_days())

ui.say(sentences.kpi(kpis, kpi, period, orders.currency))
st.caption(definition(kpi))
for note in sentences.kpi_notes(kpis, kpi):
    st.caption(note)
targets = ui.targets(kpis, (kpi,), orders.currency) if period == "month" else {}
alerts = ui.run("alerts", rt.kpi_alerts, orders, period=period) if period in ("month", "week") else None
ui.chart(rt.charts.kpi_line, kpis, kpi, orders.currency, targets.get(kpi), period, alerts)
if alerts and (expected := sentences.expected_range(alerts, kpi)):
    st.caption(expected)
ui.table(kpis, ui.kpi_rows(kpis, KPIS, period, orders.currency), f"kpis_{period}", _("all key figures"))
ui.finish((*KPIS, "expected_range"))
