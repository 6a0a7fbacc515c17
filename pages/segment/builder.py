"""Who exactly do I want to reach?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _, number
from retention.show.tables.builder import condition_rows, customer_rows
from retention.show.tables.groups import ROOM

orders = ui.start(_("Segment builder"), _("Who exactly do I want to reach?"), everybody=True)
answer = st.container()
rule = ui.rule_editor(orders)
with answer:
    chosen = ui.run("chosen", rt.select_customers, orders, rule=rule, limit=ROOM)
    ui.say(sentences.who_is_reached(chosen))
    st.markdown(ui.escape(sentences.what_they_are_like(chosen)))
    for note in chosen.notes:
        st.caption(_(note))
ui.keep_rule(rule)
st.subheader(_("What each condition leaves"))
ui.chart(rt.charts.condition_bars, chosen)
ui.table(chosen.conditions, condition_rows(chosen), "conditions", _("every condition by itself"))
ui.table(
    lambda: rt.select_customers(orders, rule).table,
    customer_rows(chosen),
    "customers",
    _("the customers to reach"),
    [_("Name")],
)
if chosen.customers > ROOM:
    st.caption(_("The screen shows the first {n}; the file holds them all.").format(n=number(ROOM)))
ui.finish(("customer", "net", "orders", "aov", "discount_share", "as_of", "interval"))
