"""Who gets it, and who is held back?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _, number
from retention.show.tables.assign import assigned_rows, balance_rows
from retention.show.tables.groups import ROOM

orders = ui.start(_("Assign a test"), _("Who gets it, and who is held back?"), everybody=True)
answer = st.container()
options = ui.set_up_test(orders)
with answer:
    assignment = ui.run("assignment", rt.assign_variants, orders, **options)
    ui.say(sentences.who_gets_it(assignment))
    for line in (sentences.who_is_left_out(assignment), sentences.how_small_an_effect(assignment)):
        st.markdown(ui.escape(line))
for note in assignment.notes:
    st.caption(_(note))

st.subheader(_("Are the groups alike?"))
st.markdown(ui.escape(sentences.how_alike(assignment)))
ui.chart(rt.charts.balance_dots, assignment)
ui.table(assignment.balance, balance_rows(assignment), "balance", _("how alike the groups are"), [_("Alike")])
people = assigned_rows(assignment)
ui.table(assignment.table, people, "assigned", _("who is in which group"), list(people))
if len(assignment.table) > ROOM:
    st.caption(_("The screen shows the first {n}; the file holds them all.").format(n=number(ROOM)))
st.subheader(_("Files to take along"))
ui.take_test(assignment)
ui.finish(("control", "customer", "rfm", "as_of"))
