"""Which list goes to which tool?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _

orders = ui.start(_("Audiences"), _("Which list goes to which tool?"), everybody=True)
answer = st.container()
options = ui.set_up_list(orders)
with answer:
    audience = ui.run("audience", rt.build_audience, orders, **options)
    ui.say(sentences.who_goes_out(audience))
    for line in sentences.who_is_not_in_it(audience):
        st.markdown(ui.escape(line))
    for note in audience.notes:
        st.info(ui.escape(_(note)))

ui.chart(rt.charts.audience_funnel, audience)
st.subheader(_("Files to take along"))
ui.take_list(audience)
st.header(_("What was sent"))
ui.what_was_sent(audience)
ui.finish(("control", "customer", "as_of"))
