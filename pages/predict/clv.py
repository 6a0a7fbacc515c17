"""What is a customer worth?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables import clv as rows

orders = ui.start(_("Lifetime value"), _("What is a customer worth?"))
ahead = {"3": _("3 months"), "6": _("6 months"), "12": _("12 months"), "24": _("24 months")}
months = ui.choice(_("How far ahead"), ahead, key="value_months", default="12")
with st.expander(_("More: the model and the discount rate")):
    models = {
        "auto": _("Choose for me"),
        "MBG/NBD": _("Customers may leave after any order (MBG/NBD)"),
        "BG/NBD": _("Customers may leave after any order but the first (BG/NBD)"),
        "Pareto/NBD": _("Customers may leave at any time (Pareto/NBD)"),
        "NBD": _("Nobody leaves (NBD)"),
    }
    model = ui.pick(_("How customers leave"), models, key="value_model")
    rate = ui.percentage(_("Money that comes a year later counts less by, %"), 10.0, key="value_rate")
clv = ui.run("clv", rt.predict_clv, orders, months=int(months), discount_rate=rate, model=model)

ui.say(sentences.worth_ahead(clv))
if warning := sentences.do_not_plan_with_it(clv):
    st.warning(ui.escape(warning))
else:
    st.markdown(ui.escape(sentences.how_far_off(clv)))
st.markdown(ui.escape(sentences.what_it_counts(clv)))
for caution in sentences.cautions(clv):
    st.caption(ui.escape(caution))
part = "segment"
if "first channel" in set(clv.summary["part"]):
    parts = {"segment": _("Segment"), "first channel": _("Channel of the first order")}
    part = ui.choice(_("By what"), parts, key="value_by")
ui.chart(rt.charts.value_bars, clv, part)
ui.table(clv.summary, rows.group_rows(clv, part), "value_by_group", _("value ahead of every group"))

if clv.backtest:
    st.subheader(_("Would it have been right?"))
    st.markdown(ui.escape(sentences.would_it_have_been_right(clv)))
    ui.chart(rt.charts.backtest_weeks, clv)
    if season := sentences.season_in_the_test(clv):
        st.caption(ui.escape(season))
with st.expander(_("How the model sees customers, and how far off it was")):
    st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.how_it_sees_customers(clv)))
    if clv.backtest:
        ui.chart(rt.charts.backtest_by_frequency, clv)
        ui.table(clv.backtest.errors, rows.error_rows(clv), "backtest", _("the model beside two plain rules"))
        ui.table(
            clv.backtest.by_frequency, rows.frequency_rows(clv), "by_frequency", _("expected and real by frequency")
        )
    ui.table(
        rows.parameter_numbers(clv),
        rows.parameter_rows(clv),
        "parameters",
        _("the parameters of the model"),
        [_("About")],
    )

st.subheader(_("The customers worth most ahead"))
st.markdown(
    _(
        "One customer may turn out quite differently: look at the range. Many together come close to their sum. Write only to those who agreed "
        "to marketing."
    )
)
best = rows.value_list(clv)
ui.table(best, rows.value_rows(clv), "customers_by_value", rows.value_label(clv), [_("Name")])
ui.open_customer(best["customer_ref"].head(rows.ROOM))
ui.finish(("clv", "p_alive", "expected_orders", "backtest", "net", "profit", "interval", "as_of"))
