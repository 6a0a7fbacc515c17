"""Who is slipping away?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.risk import (
    driver_rows,
    quality_rows,
    reliability_rows,
    slipping_file,
    slipping_label,
    slipping_rows,
    stake_rows,
)

orders = ui.start(_("Risk"), _("Who is slipping away?"))
risk = ui.run("risk", rt.value_at_risk, orders)
scores = risk.churn

ui.say(sentences.who_is_slipping(risk))
if missing := sentences.why_no_score(scores):
    st.markdown(ui.escape(missing))
st.markdown("\n".join(f"- {ui.escape(line)}" for line in sentences.what_is_at_stake(risk)))
for note in risk.notes:
    st.caption(_(note))
ui.chart(rt.charts.value_at_risk_bars, risk)
ui.table(risk.table, stake_rows(risk), "value_at_risk", _("what is at stake in each segment"))

if len(risk.customers):
    st.subheader(_("Who they are"))
    st.markdown(
        _(
            "Those of whom most is expected come first. Send offers only to those who agreed to marketing. A high risk says who may stay "
            "away, not that a message would help: write to half of them and compare."
        )
    )
    ui.table(slipping_file(risk), slipping_rows(risk), "slipping_away", slipping_label(risk), [_("Why")])
    ui.open_customer(risk.customers["customer_ref"].head(100))

if told := sentences.how_good(scores):
    with st.expander(_("How good is the score? Checked on customers whose answer is known")):
        st.markdown("\n".join(f"- {ui.escape(line)}" for line in told))
        ui.chart(rt.charts.score_reliability, risk)
        ui.grid(reliability_rows(scores), _("given risks and who stayed away"))
        ui.grid(quality_rows(scores), _("the score beside other ways to tell"))
        ui.grid(driver_rows(scores), _("what moves the score"))
        st.markdown(ui.escape("\n\n".join(_(text) for text in sentences.explained(rt.score_churn))))
ui.finish(("customer", "churn_risk", "value_at_risk", "lapse_days", "net", "interval", "as_of"))
