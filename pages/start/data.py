"""What is in my file, and what happened to every row?"""

import streamlit as st

from retention.show import ui
from retention.show.i18n import _

st.title(_("Data"))
st.markdown(_("Bring the orders of your shop. You see what was recognised and what happened to every row."))
ui.upload()
with st.container(horizontal=True):
    st.button(_("Open the sample shop"), on_click=ui.open_sample, args=("shop",))
    st.button(_("Open CDNOW, a real shop"), on_click=ui.open_sample, args=("cdnow",))
ui.settle()
if ui.data():
    st.divider()
    ui.account()
    st.page_link("pages/start/overview.py", label=_("To the overview"), icon=":material/arrow_forward:")
