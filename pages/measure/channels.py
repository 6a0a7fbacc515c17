"""Where do customers come from, and do those who use several channels stay?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.channels import channel_rows, combination_rows, flow_rows

orders = ui.start(_("Channels"), _("Where do customers come from, and do those who use several channels stay?"))
channels = ui.run("channels", rt.channel_table, orders)

ui.say(sentences.where_customers_come_from(channels))
if len(channels.table) > 1:
    st.markdown(ui.escape(sentences.those_who_change_channel(channels)))
    for note in channels.notes:
        st.caption(_(note))
    st.subheader(_("Who came back, by the channel of the first order"))
    ui.chart(rt.charts.rate_bars, channels, "repeat_rate_to_date")
    st.subheader(_("From the first channel to the later ones"))
    ui.chart(rt.charts.channel_flow, channels)
ui.table(channels.table, channel_rows(channels), "channels", _("every channel"))
if len(channels.table) > 1:
    ui.table(channels.combinations, combination_rows(channels), "combinations", _("which channels people used"))
    ui.table(channels.flow, flow_rows(channels), "channel_flow", _("from the first channel to the later ones"))
ui.finish(("customer", "repeat_rate_to_date", "third_order_rate", "aov", "clv_to_date", "days_observed", "interval"))
