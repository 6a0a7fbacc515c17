"""Who are my customers, and what should I do for each group?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.segments import cut_numbers, cut_rows, people_label, people_rows, playbook_rows, segment_rows

orders = ui.start(_("Segments"), _("Who are my customers, and what should I do for each group?"))
ways = {"quintile": _("Fifths of my customers"), "klaviyo": _("As in Klaviyo"), "own": _("My own")}
way = ui.choice(_("Groups"), ways, key="segments_by")
monetary = "net"
if orders.margin:
    monetary = ui.choice(_("Money"), {"net": _("Net revenue"), "profit": _("Gross profit")}, key="segments_money")
scheme = ui.own_scheme(monetary) if way == "own" else way
segments = ui.run("segments", rt.rfm_segments, orders, scheme=scheme, monetary=monetary)

ui.say(sentences.who_brings_the_money(segments))
if words := sentences.money_slipping_away(segments):
    st.markdown(ui.escape(words))
for note in segments.notes:
    st.caption(_(note))
ui.chart(rt.charts.segment_bars, segments)
ui.table(segments.summary, segment_rows(segments), "segments", _("every segment"))
ui.table(cut_numbers(segments), cut_rows(segments), "cut_points", _("where the scores are cut"))

st.subheader(_("What to do for each group"))
extra_share = ui.extra_share()
playbook = ui.run("playbook", rt.segment_playbook, orders, scheme=scheme, monetary=monetary, extra_share=extra_share)
for note in playbook.notes:
    st.caption(_(note))
ui.plays(playbook, key=f"segment_{way}")
ui.table(playbook.table, playbook_rows(playbook), "playbook", _("what a message to each group could be worth"))

st.subheader(_("The list of a group"))
names = {name: _(name) for name in playbook.table["segment"]}
segment = ui.pick(_("Group"), names, key=f"segment_{way}")
people = ui.run("people", rt.segment_customers, orders, segment=segment, scheme=scheme, monetary=monetary)
st.markdown(_("Those who brought most come first. Send offers only to those who agreed to marketing."))
rows = people_rows(people, orders.currency)
ui.table(people, rows, "segment_customers", people_label(people), words=(_("Name"), _("Place")))
ui.finish(("customer", "rfm", "net", "aov", "repeat_rate_to_date", "interval", "as_of"))
