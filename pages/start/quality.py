"""Can I trust these numbers?"""

import streamlit as st

import retention as rt
from retention.show import quality as words
from retention.show import ui
from retention.show.i18n import _

TERMS = ("purchase", "customer", "net", "orders", "aov", "repeat_rate", "wholesale", "silence", "set_aside")

orders = ui.start(_("Data quality"), _("Can I trust these numbers?"))
quality = ui.run("quality", rt.quality_table, orders)

ui.say(words.headline(quality))
if found := words.found(quality, "count"):
    st.subheader(_("What was found"))
    st.caption(_("A bar is the share of all; beside it stands the first figure that deciding otherwise would change."))
    ui.chart(rt.charts.quality_bars, quality)
for row in found:
    st.markdown(f"**{ui.escape(words.name(row.check))}.** {ui.escape(words.sentence(row, quality))}")
    ui.filters.switch(row.check, ui.data().orders)
for line in filter(None, (words.clock(quality), words.nothing_found(quality), *map(_, quality.notes))):
    st.caption(ui.escape(line))

st.subheader(_("What is not known of the orders"))
if unknown := words.found(quality, "field"):
    ui.chart(rt.charts.quality_bars, quality, "field")
for row in unknown:
    st.markdown(f"- {ui.escape(words.sentence(row, quality))}")
if absent := words.absent(quality):
    st.caption(ui.escape(absent))
ui.quality_table(quality)
ui.finish(TERMS)
