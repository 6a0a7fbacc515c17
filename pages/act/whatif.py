"""What would next year bring if something changed?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables import whatif as rows

orders = ui.start(_("What-if"), _("What would next year bring if something changed?"))
now = ui.run("now", rt.simulate_change, orders)
ui.presets(now)
answer = st.container()
left, right = st.columns([1, 2], gap="large")
with left:
    changes = ui.levers(now)
result = ui.run("changed", rt.simulate_change, orders, changes=changes)

with answer:
    ui.say(sentences.what_would_come(result))
with right:
    ui.chart(rt.charts.change_by_month, result)
    said = (
        sentences.range_of_change(result),
        sentences.who_would_buy(result),
        sentences.put_to_the_test(result),
        sentences.what_it_gives_away(result),
        sentences.most_for_a_customer(result),
    )
    st.markdown("\n".join(f"- {ui.escape(line)}" for line in said if line))
    for note in result.notes:
        st.caption(_(note))
    ui.table(result.table, rows.month_rows(result), "what_if", _("now and changed, month by month"))
    measure = "net"
    if result.margin == result.margin:
        measure = ui.choice(_("Counted in"), {"profit": _("Profit"), "net": _("Net revenue")}, key="whatif_measure")
    if result.waterfall[measure].any():
        st.subheader(_("What each lever brings"))
        ui.chart(rt.charts.change_waterfall, result, measure)
        ui.table(result.waterfall, rows.step_rows(result), "what_if_steps", _("every lever after those above it"))
    if len(result.break_even):
        st.subheader(_("What it takes to pay"))
        st.markdown(
            _("One of these alone would bring back what the change costs. Whether it comes, only a test tells.")
        )
        ui.grid(rows.break_even_rows(result), _("what it takes to pay"))

st.subheader(_("Which lever moves most"))
ui.chart(rt.charts.lever_tornado, result, measure)
ui.table(result.tornado, rows.lever_rows(result), "levers", _("a tenth less and a tenth more of each lever"))

st.subheader(_("Scenarios beside each other"))
kept = ui.scenarios(changes, orders.currency)
beside = {
    name: ui.run(f"scenario_{number}", rt.simulate_change, orders, changes=scenario)
    for number, (name, scenario) in enumerate(kept.items(), 1)
}
if beside:
    ui.grid(rows.scenario_rows(beside), _("as now and every scenario"))
ui.finish(("net", "profit", "new_customers", "cac", "aov", "as_of"))
