"""What happened with this customer, and what is next?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.customer import event_rows, figure_rows, history_rows

orders = ui.start(_("One customer"), _("What happened with this customer, and what is next?"))
customer_id = ui.find_customer(orders)
story = ui.run("story", rt.customer_story, orders, customer_id=customer_id)

ui.say(sentences.where_they_stand(story))
st.text(" · ".join(sentences.who_it_is(story)))
st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.what_is_next(story)))
ui.figure_cards(story)
if words := sentences.beside_others(story):
    st.markdown(ui.escape(words))
ui.table(story.table, figure_rows(story), "customer_figures", _("beside all customers"))

st.subheader(_("What happened"))
ui.chart(rt.charts.customer_timeline, story)
ui.table(story.timeline, event_rows(story), "customer_events", _("everything that happened"))

st.subheader(_("Segment at the end of each quarter"))
ui.chart(rt.charts.segment_history, story)
ui.table(story.history, history_rows(story), "customer_segments", _("segments and scores"))
for note in story.notes:
    st.caption(_(note))
ui.finish(("purchase", "net", "aov", "discount_share", "lapse_days", "censored", "interval", "as_of"))
