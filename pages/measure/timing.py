"""When do customers order again, and from when is silence a sign?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.timing import timing_rows

AFTER = {"first": 1, "second": 2, "third": 3, "any": "any"}

orders = ui.start(_("Time to next order"), _("When do customers order again, and from when is silence a sign?"))
left, right = st.columns(2)
with left:
    after = ui.choice(
        _("From which order to the next"),
        {"first": _("1st to 2nd"), "second": _("2nd to 3rd"), "third": _("3rd to 4th"), "any": _("Any")},
        key="timing_after",
    )
with right:
    by = ui.pick(
        _("By what"),
        {
            "everybody": _("Everybody together"),
            "product": _("Product of the order"),
            "category": _("Category of the order"),
            "channel": _("Channel of the order"),
            "country": _("Country of the order"),
            "discount": _("Discounted or not"),
        },
        key="timing_by",
    )
timing = ui.run("timing", rt.time_to_next_order, orders, after=AFTER[after], by=None if by == "everybody" else by)

ui.say(sentences.when_they_return(timing))
st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.days_to_act(timing)))
ui.chart(rt.charts.next_order_curve, timing)
if beside := sentences.groups_beside(timing):
    st.markdown(ui.escape(beside))
ui.table(timing.table, timing_rows(timing), f"timing_{after}_{by}", _("time to the next order"))
for note in timing.notes:
    st.caption(_(note))
ui.finish(("days_to_next_order", "censored", "lapse_days", "interval", "as_of"))
