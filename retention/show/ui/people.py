"""Finding one customer, the only place where names are looked up; what is typed stands in no address and no notebook."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

import retention as rt
from retention.segment.story import CustomerStory
from retention.show.i18n import MISSING, _, date, number
from retention.show.measures import measure_name, measure_value
from retention.show.ui.screen import escape, go_to

KEYS = ("customer_text", "customer_found")
CARD_WIDTH = 170


def find_customer(orders: rt.Orders) -> int:
    """A box to search in and the customers it finds to pick from; without a text those who brought most."""
    left, right = st.columns(2)
    with left:
        text = st.text_input(
            _("Name, e-mail, phone, customer or order number"),
            key="customer_text",
            type="search",
            autocomplete="off",
            persist_state="session",
        )
    found = rt.find_customers(orders, text)
    if found.empty:
        st.info(
            _("Nobody among these orders matches this. Try a part of the name, or clear a filter.")
            if text.strip()
            else _("No customer can be told apart in these orders.")
        )
        st.stop()
    names = {int(row.customer_id): _said(row) for row in found.itertuples()}
    if st.session_state.get("customer_found") not in names:
        st.session_state["customer_found"] = next(iter(names))
    label = _("Customers found: {n}").format(n=number(len(names))) if text else _("Customers who brought most")
    with right:
        return st.selectbox(label, list(names), format_func=names.get, key="customer_found", persist_state="session")


def open_customer(refs: Sequence[str]) -> None:
    """A pick among the customers of a list that opens the screen of the one who is chosen."""
    label = _("What happened with one of them")
    chosen = st.selectbox(label, list(refs), index=None, placeholder=_("Choose a customer"), key="customer_of_list")
    if chosen:
        st.session_state["customer_text"] = chosen
        go_to("pages/segment/customer.py")


def _said(row: object) -> str:
    """A customer in a line: the name, what tells people of one name apart, and the last order."""
    words = [row.name, row.customer_ref, row.city, date(row.last_order)]
    return " · ".join(word for word in words if isinstance(word, str) and word != MISSING)


def figure_cards(story: CustomerStory) -> None:
    """A card for each of the first four key figures, with the middle one of all customers below it."""
    with st.container(horizontal=True):
        for row in story.table.head(4).itertuples():
            median = measure_value(row.figure, row.median, story.currency, short=True)
            st.metric(
                f":small[{escape(measure_name(row.figure))}]",
                measure_value(row.figure, row.value, story.currency, short=True),
                delta=_("median {value}").format(value=median),
                delta_color="off",
                delta_arrow="off",
                width=CARD_WIDTH,
            )
