"""The entry of the app: streamlit run app.py"""

import gc

import streamlit as st

from retention.show import ui
from retention.show.i18n import _


@st.cache_resource
def warm_up() -> None:
    """Once a process: clear what a crash left, and keep the garbage collector off what never goes away."""
    ui.sweep()
    gc.collect()
    gc.freeze()


st.set_page_config(page_title="retention", page_icon="retention/show/icon.png", layout="wide")
warm_up()
ui.use_chosen_language()
page = st.navigation(
    {
        _("Start"): [
            st.Page("pages/start/overview.py", title=_("Overview"), default=True, icon=":material/home:"),
            st.Page("pages/start/data.py", title=_("Data"), url_path="data", icon=":material/upload_file:"),
            st.Page(
                "pages/start/quality.py", title=_("Data quality"), url_path="quality", icon=":material/fact_check:"
            ),
        ],
        _("What happened"): [
            st.Page("pages/measure/kpis.py", title=_("Key figures"), url_path="kpis", icon=":material/monitoring:"),
            st.Page(
                "pages/measure/bridge.py",
                title=_("Why revenue moved"),
                url_path="revenue",
                icon=":material/waterfall_chart:",
            ),
            st.Page("pages/measure/cohorts.py", title=_("Cohorts"), url_path="cohorts", icon=":material/grid_on:"),
            st.Page(
                "pages/measure/timing.py", title=_("Time to next order"), url_path="timing", icon=":material/schedule:"
            ),
            st.Page(
                "pages/measure/channels.py", title=_("Channels"), url_path="channels", icon=":material/storefront:"
            ),
            st.Page(
                "pages/measure/discounts.py",
                title=_("Discounts and codes"),
                url_path="discounts",
                icon=":material/sell:",
            ),
            st.Page(
                "pages/measure/accounts.py",
                title=_("Guests and accounts"),
                url_path="accounts",
                icon=":material/badge:",
            ),
            st.Page("pages/measure/feedback.py", title=_("Feedback"), url_path="feedback", icon=":material/reviews:"),
            st.Page(
                "pages/measure/vendors.py",
                title=_("Definitions compared"),
                url_path="definitions",
                icon=":material/balance:",
            ),
        ],
        _("Who they are"): [
            st.Page("pages/segment/rfm.py", title=_("Segments"), url_path="segments", icon=":material/groups:"),
            st.Page("pages/segment/movement.py", title=_("Who moved"), url_path="movement", icon=":material/moving:"),
            st.Page(
                "pages/segment/clusters.py",
                title=_("Behaviour groups"),
                url_path="behaviour",
                icon=":material/bubble_chart:",
            ),
            st.Page(
                "pages/segment/demographics.py",
                title=_("Age, gender, place"),
                url_path="demographics",
                icon=":material/diversity_3:",
            ),
            st.Page(
                "pages/segment/builder.py", title=_("Segment builder"), url_path="builder", icon=":material/filter_alt:"
            ),
            st.Page(
                "pages/segment/customer.py", title=_("One customer"), url_path="customer", icon=":material/person:"
            ),
        ],
        _("What will happen"): [
            st.Page("pages/predict/clv.py", title=_("Lifetime value"), url_path="value", icon=":material/savings:"),
            st.Page("pages/predict/risk.py", title=_("Risk"), url_path="risk", icon=":material/warning:"),
            st.Page("pages/predict/next_orders.py", title=_("Next orders"), url_path="next", icon=":material/event:"),
            st.Page(
                "pages/predict/forecast.py", title=_("Forecast"), url_path="forecast", icon=":material/trending_up:"
            ),
        ],
        _("What works"): [
            st.Page("pages/experiment/plan.py", title=_("Plan a test"), url_path="plan", icon=":material/straighten:"),
            st.Page(
                "pages/experiment/assign.py", title=_("Assign a test"), url_path="assign", icon=":material/call_split:"
            ),
            st.Page(
                "pages/experiment/results.py",
                title=_("Results of a test"),
                url_path="results",
                icon=":material/science:",
            ),
        ],
        _("What to do"): [
            st.Page(
                "pages/act/opportunities.py",
                title=_("Opportunities"),
                url_path="opportunities",
                icon=":material/lightbulb:",
            ),
            st.Page("pages/act/whatif.py", title=_("What-if"), url_path="whatif", icon=":material/tune:"),
            st.Page(
                "pages/act/loyalty.py",
                title=_("Loyalty programme"),
                url_path="loyalty",
                icon=":material/card_membership:",
            ),
            st.Page("pages/act/audiences.py", title=_("Audiences"), url_path="audiences", icon=":material/send:"),
        ],
    },
    expanded=True,
)
ui.choose_language()
if data := ui.data():
    ui.filters.show(data.orders)
    ui.assumptions.show(data.orders)
page.run()
