"""Why does another tool show another number?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.vendors import vendor_rows

orders = ui.start(_("Definitions compared"), _("Why does another tool show another number?"))
rates = ui.run("rates", rt.vendor_rates, orders)

ui.say(sentences.depends_on_the_rule(rates))
for note in rates.notes:
    st.caption(_(note))
ui.chart(rt.charts.vendor_dots, rates)
st.subheader(_("Whom every rule counts, and why it differs"))
for name, words in sentences.rule_by_rule(rates):
    st.markdown(f"**{ui.escape(name)}.** {ui.escape(words)}")
st.caption(_("These are the rules on your orders. The tools themselves may know other orders and other customers."))
ui.table(rates.table, vendor_rows(rates), "definitions", _("every rule with its number"))
ui.finish(("repeat_rate", "repeat_rate_to_date", "returning_customer_rate", "retention_rate", "cohort", "interval"))
