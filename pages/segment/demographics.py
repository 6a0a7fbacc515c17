"""Do customers of one age, gender or place come back more than the others?"""

import streamlit as st

import retention as rt
from retention.show import sentences, ui
from retention.show.i18n import _
from retention.show.tables.demographics import demographic_rows

orders = ui.start(
    _("Age, gender, place"), _("Do customers of one age, gender or place come back more than the others?")
)
names = {"age": _("Age"), "gender": _("Gender"), "country": _("Country"), "city": _("City")}
by = ui.choice(_("By what"), ui.known_first(names, orders), key="demographics_by")
groups = ui.run("groups", rt.demographic_table, orders, by=by)

ui.say(sentences.which_groups_stand_out(groups))
st.markdown(ui.escape(sentences.which_group_is_largest(groups)))
for note in groups.notes:
    st.caption(_(note))
ui.chart(rt.charts.rate_bars, groups, "second_order_rate_90")
ui.table(groups.table, demographic_rows(groups), f"customers_by_{by}", _("every group"))
ui.finish(("customer", "second_order_rate_90", "repeat_rate", "purchase_frequency", "aov", "net", "interval"))
