"""Is my shop large enough to find out?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.plan import alternative_rows, metric_rows, p_value_rows

orders = ui.start(_("Plan a test"), _("How small an effect can I see with my customers?"))
options = ui.plan_options(orders)
plan = ui.run("plan", rt.plan_experiment, orders, **options)

ui.say(sentences.smallest_visible(plan))
st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.about_the_wish(plan)))
for note in plan.notes:
    st.caption(_(note))
ui.chart(rt.charts.smallest_effect_curve, plan)
ui.table(plan.table, metric_rows(plan), "plan", _("what could be compared, the smallest visible effect first"))
if instead := sentences.what_instead(plan):
    st.subheader(_("What to test instead"))
    st.markdown(ui.escape(instead[0]))
    st.markdown("\n".join(f"- {ui.escape(line)}" for line in instead[1:]))
    if len(plan.alternatives):
        ui.table(plan.alternatives, alternative_rows(plan), "alternatives", _("what would show smaller effects"))

if plan.from_history:
    st.subheader(_("How long it takes"))
    st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.how_long(plan)))

    st.subheader(_("Does such a test raise false alarms?"))
    if ui.switch(_("Try it: 1,000 tests in which nothing happens"), key="plan_aa"):
        aa = ui.run("aa", rt.run_aa_test, orders, metric=plan.metric, days=plan.days)
        st.markdown(ui.escape(f"{sentences.false_alarms(aa)} {sentences.luckiest(aa)}"))
        for note in aa.notes:
            st.caption(_(note))
        ui.chart(rt.charts.false_alarm_bars, aa)
        ui.table(aa.table, p_value_rows(aa), "p_values", _("the p-values of these tests"))
    else:
        st.markdown(
            _(
                "Your customers are split at random, again and again, and nobody gets anything. Whatever differs is chance."
            )
        )
ui.finish(("customer", "purchase", "net", "aov", "interval", "as_of"))
