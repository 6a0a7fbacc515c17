"""What should I do this week, and what is it worth?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _, number
from retention.show.opportunities import opportunity_name
from retention.show.tables.groups import ROOM
from retention.show.tables.opportunities import opportunity_rows, people_rows

orders = ui.start(_("Opportunities"), _("What should I do this week, and what is it worth?"))
options = ui.assumed()
found = ui.run("found", rt.rank_opportunities, orders, **options, **ui.done_for_now())

ui.say(sentences.what_to_do(found))
for line in (sentences.all_together(found), sentences.only_assumed(found)):
    st.markdown(ui.escape(line))
ui.chart(rt.charts.opportunity_bars, found)
ui.table(found.table, opportunity_rows(found), "opportunities", _("every opportunity with its numbers"))
ui.opportunity_blocks(found)

few = found.table[found.table["rank"].isna()]
if len(few):
    st.subheader(_("Too few to tell"))
    st.markdown("\n".join(f"- {ui.escape(sentences.too_few(row))}" for _place, row in few.iterrows()))
for note in found.notes:
    st.caption(_(note))

listed = found.table[found.table["people"] > 0]["key"]
if len(listed):
    st.subheader(_("Who they are"))
    key = ui.pick(_("Opportunity"), {key: opportunity_name(key) for key in listed}, key="opportunity")
    people = ui.run("people", rt.opportunity_customers, orders, key=key, **options)
    words = [_("Name"), _("May be written to"), _("Product")]
    ui.table(people, people_rows(people, orders.currency), key, _("who to write to"), words)
    if len(people) > ROOM:
        st.caption(_("The screen shows the first {n}; the file holds them all.").format(n=number(ROOM)))
ui.finish(("customer", "rfm", "net", "lapse_days", "interval", "control", "as_of"))
