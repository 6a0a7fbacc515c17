"""Who is due to order next?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.next_orders import (
    check_rows,
    due_rows,
    list_label,
    product_due_rows,
    product_list_label,
    replenishment_rows,
    week_rows,
)

orders = ui.start(_("Next orders"), _("Who is due to order next?"))
coming = ui.run("coming", rt.predict_next_orders, orders)

ui.say(sentences.next_week(coming))
st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.came_true(coming)))
for note in coming.notes:
    st.caption(_(note))
ui.chart(rt.charts.expected_weeks, coming)
st.caption(
    _(
        "Line: orders expected with what was known eight weeks before or less. Band: 80 of 100 weeks. Dots: orders that came. Right of the "
        "dashed line lies the future. Customers yet to be won are not in it, so the line falls."
    )
)
ui.table(coming.weeks, week_rows(coming), "weeks", _("orders expected, week by week"))
ui.table(coming.backtest, check_rows(coming), "check", _("whether the chances came true"))

st.subheader(_("Who is due this week"))
st.markdown(
    _(
        "As many of the likeliest as are expected to order, and those whose own rhythm falls into the week. Send offers only to those "
        "who agreed to marketing."
    )
)
ui.table(coming.due, due_rows(coming), "due", list_label(coming.due), words=(_("Name"), _("Why due")))

st.subheader(_("Which products run out"))
by = ui.choice(_("By what"), {"product": _("Product"), "category": _("Category")}, key="next_by")
again = ui.run("again", rt.replenishment_table, orders, by=by)
st.markdown(ui.escape(sentences.bought_again_most(again)))
for note in again.notes:
    st.caption(_(note))
ui.chart(rt.charts.replenishment_days, again)
ui.table(again.table, replenishment_rows(again), "replenishment", _("everything that was bought again"))
if words := sentences.due_for_products(again):
    st.markdown(ui.escape(words))
    ui.table(
        again.due, product_due_rows(again), "due_for", product_list_label(again.due), words=(_("Name"), _("Product"))
    )
ui.finish(("customer", "purchase", "interval", "censored", "as_of"))
