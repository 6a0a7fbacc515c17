"""Do customers with an account come back more often than guests?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.accounts import account_rows

orders = ui.start(_("Guests and accounts"), _("Do customers with an account come back more often than guests?"))
accounts = ui.run("accounts", rt.account_table, orders)

ui.say(sentences.guests_and_accounts(accounts))
for note in accounts.notes:
    st.caption(_(note))
ui.chart(rt.charts.rate_bars, accounts, "second_order_rate_90")
ui.table(accounts.table, account_rows(accounts), "accounts", _("guests and customers with an account"))
ui.finish(("customer", "second_order_rate_90", "repeat_rate_to_date", "first_order_value", "clv_to_date", "interval"))
