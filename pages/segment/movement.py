"""Who is moving up, and who is slipping away?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _, number
from retention.show.measures import group_name
from retention.show.tables.groups import ROOM
from retention.show.tables.movement import flow_rows, kept_rows, left_rows

orders = ui.start(_("Who moved"), _("Who is moving up, and who is slipping away?"))
with st.container(horizontal=True):
    window = ui.choice(
        _("Window"),
        {"1": _("Last complete month"), "3": _("Last 3 months"), "12": _("Last 12 months")},
        key="movement_window",
    )
    scheme = ui.choice(
        _("Segments"),
        {"quintile": _("Eleven, by fifths"), "klaviyo": _("Six, as Klaviyo")},
        key="movement_scheme",
    )
then, now = rt.last_months(orders, int(window))
movement = ui.run("movement", rt.segment_movement, orders, then=then, now=now, scheme=scheme)

ui.say(sentences.who_moved(movement))
st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.why_they_moved(movement)))
for note in movement.notes:
    st.caption(_(note))
ui.chart(rt.charts.segment_flow, movement)
ui.table(movement.table, flow_rows(movement), "movement", _("from segment to segment"))

st.subheader(_("Who of each segment bought again"))
ui.chart(rt.charts.rate_bars, movement, "retention", part="kept")
ui.table(movement.kept, kept_rows(movement), "kept", _("what became of every segment"))

if len(movement.left):
    st.subheader(_("Who left {segment}").format(segment=group_name(movement.best)))
    st.markdown(_("Those who brought most stand first. The last two columns say whom you may write to."))
    ui.table(movement.left, left_rows(movement), "left_the_best", _("who left the best segment"))
    if len(movement.left) > ROOM:
        st.caption(_("The screen shows the first {n}; the file holds them all.").format(n=number(ROOM)))
ui.finish(("customer", "purchase", "interval", "as_of"))
