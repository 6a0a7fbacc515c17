"""What will the next year bring?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.forecast import backtest_rows, forecast_rows

orders = ui.start(_("Forecast"), _("What will the next year bring?"))
forecast = ui.run("forecast", rt.forecast_revenue, orders)

ui.say(sentences.what_comes(forecast))
st.markdown(ui.escape(sentences.how_sure(forecast)))
for note in forecast.notes:
    st.caption(_(note))
ui.chart(rt.charts.revenue_forecast, forecast)
st.caption(
    _("It continues what was: a campaign, a price rise, a new competitor or another advertising budget is not in it.")
)
ui.table(forecast.table, forecast_rows(forecast), "forecast", _("the coming months"))

if len(forecast.backtest):
    st.subheader(_("How the last forecast would have done"))
    st.markdown(ui.escape(sentences.how_it_did(forecast)))
    ui.chart(rt.charts.forecast_backtest, forecast)
    ui.table(forecast.backtest, backtest_rows(forecast), "forecast_test", _("forecast and what came"))
ui.finish(("net", "customer", "new_customers", "complete", "as_of"))
