"""Do customers won with a discount come back at full price?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.discounts import code_rows, discount_rows, price_rows

TERMS = (
    "second_order_rate_90", "repeat_rate_to_date", "first_order_value", "clv_to_date", "discount_dependence",
    "discount_share", "days_observed", "interval",
)  # fmt: skip

orders = ui.start(_("Discounts and codes"), _("Do customers won with a discount come back at full price?"))
discounts = ui.run("discounts", rt.discount_table, orders)

ui.say(sentences.won_with_a_discount(discounts))
if len(discounts.codes):
    st.markdown(ui.escape(sentences.beside_full_price(discounts)))
    for note in discounts.notes:
        st.caption(_(note))
    st.subheader(_("Who came back within 90 days, by the first order"))
    ui.chart(rt.charts.rate_bars, discounts, "second_order_rate_90")
    st.subheader(_("By the code of the first order"))
    ui.chart(rt.charts.rate_bars, discounts, "second_order_rate_90", "codes")
    ui.table(
        discounts.table, discount_rows(discounts), "discounts", _("first orders at full price and with a discount")
    )
    ui.table(discounts.customers, price_rows(discounts), "full_price", _("who pays full price"))
    ui.table(discounts.codes, code_rows(discounts), "codes", _("every code"))
ui.finish(TERMS)
