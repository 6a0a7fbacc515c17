"""Would a loyalty programme pay?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.charts.loyalty import programme_names
from retention.show.i18n import _, number
from retention.show.tables.groups import ROOM
from retention.show.tables.loyalty import both_totals, month_rows, programme_rows, reach_rows, waiting_rows

orders = ui.start(_("Loyalty programme"), _("Would a loyalty programme pay with my customers?"))
left, right = st.columns(2)
with left:
    first = ui.loyalty_programme("a", "cashback", orders)
with right:
    second = ui.loyalty_programme("b", "gift", orders)
with st.container(horizontal=True, vertical_alignment="bottom"):
    window = ui.choice(_("Window"), {"12": _("Last 12 months"), "all": _("The whole history")}, key="loyalty_window")
    margin = ui.loyalty_margin(orders)
months = 12 if window == "12" else None
since, until = rt.last_months(orders, months)
options = {"since": since, "until": until, "margin": margin}
one = ui.run("one", rt.simulate_loyalty, orders, programme=first, **options)
other = ui.run("other", rt.simulate_loyalty, orders, programme=second, **options)

ui.say(sentences.what_programmes_cost(one, other))
st.markdown(ui.escape(sentences.what_the_replay_leaves_out(one)))
ui.chart(rt.charts.reward_reach, one, other)
ui.table(both_totals(one, other), programme_rows(one, other), "loyalty", _("both programmes beside each other"))
names = programme_names((one, other))
for column, side, name, result in zip(st.columns(2), "ab", names, (one, other), strict=True):
    with column:
        st.subheader(ui.escape(name), anchor=False)
        st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.about_the_programme(result)))
        ui.table(result.reach, reach_rows(result), f"loyalty_reach_{side}", f"{_('who gets there')} ({name})")
        ui.table(result.table, month_rows(result), f"loyalty_months_{side}", f"{_('month by month')} ({name})")
        people = result.waiting
        if len(people):
            rows = waiting_rows(people, result.currency)
            ui.table(people, rows, f"loyalty_next_{side}", f"{_('whose next order brings a reward')} ({name})")
        ui.loyalty_list(side, result, months)
for note in dict.fromkeys((*one.notes, *other.notes)):
    st.caption(_(note))

st.subheader(_("What it costs, month by month"))
ui.chart(rt.charts.loyalty_cost, one, other)
st.caption(_("Lists show the first {n}; the files hold them all.").format(n=number(ROOM)))
ui.finish(("customer", "purchase", "net", "aov", "breakage", "liability", "interval", "as_of"))
