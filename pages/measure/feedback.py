"""Do unhappy customers come back, and about what do they complain?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.feedback import complaint_rows, rating_rows, reply_rows, unhappy_rows

orders = ui.start(_("Feedback"), _("Do unhappy customers come back, and about what do they complain?"))
feedback = ui.run("feedback", rt.feedback_table, orders)

ui.say(sentences.after_feedback(feedback))
if words := sentences.complaints(feedback):
    st.markdown(ui.escape(words))
st.caption(ui.escape(" ".join([*sentences.who_answered(feedback), *map(_, feedback.notes)])))
if len(feedback.scores):
    ui.chart(rt.charts.feedback_rates, feedback)
    ui.table(feedback.table, rating_rows(feedback), "after_ratings", _("what followed a rating"))
    st.subheader(_("How people rate"))
    st.markdown(ui.escape(" ".join(sentences.ratings_say(feedback))))
    ui.chart(rt.charts.score_bars, feedback)
if len(feedback.products):
    st.subheader(_("What people complain about"))
    ui.chart(rt.charts.complaint_rates, feedback)
    ui.table(feedback.products, complaint_rows(feedback), "complaints", _("products by low ratings"))
if len(feedback.people):
    st.subheader(_("Unhappy customers who brought most"))
    st.markdown(_("Their last rating is low. Ask what went wrong; send offers only to those who agreed to marketing."))
    ui.table(feedback.people, unhappy_rows(feedback), "unhappy_customers", _("unhappy customers"))
    ui.open_customer(feedback.people["customer_ref"])
if len(feedback.replies):
    st.subheader(_("Do quick replies go with coming back?"))
    st.markdown(ui.escape(sentences.tickets_say(feedback)))
    ui.chart(rt.charts.reply_rates, feedback)
    ui.table(feedback.replies, reply_rows(feedback), "reply_times", _("what followed a support ticket"))
ui.finish(("low_rating", "bought_again", "nps", "reply_time", "interval", "as_of"))
