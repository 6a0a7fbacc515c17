"""The filters every screen shares. They stand in the address, so a filtered screen can be sent as a link."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

import retention as rt
from retention.show.i18n import _

LISTS = {"channel": "channels", "country": "countries", "category": "categories"}


def show(orders: rt.Orders) -> None:
    """Draw the filters in the sidebar."""
    words = {"channel": _("Channel"), "country": _("Country"), "category": _("Category")}
    with st.sidebar:
        st.subheader(_("Filters"))
        first, last = orders.observed_from, orders.as_of - timedelta(days=1)
        for key, label in (("from", _("From")), ("to", _("To"))):
            st.date_input(
                label,
                value=None,
                min_value=first,
                max_value=last,
                key=key,
                format="YYYY-MM-DD",
                bind="query-params",
                persist_state="session",
            )
        for key in LISTS:
            known = options(orders.fingerprint, key, orders)
            if len(known) > 1:
                st.multiselect(
                    words[key],
                    known,
                    key=key,
                    placeholder=_("All"),
                    bind="query-params",
                    persist_state="session",
                )
        if active():
            st.button(_("Clear the filters"), on_click=clear, key="clear_filters")


def apply(orders: rt.Orders) -> rt.Orders:
    """The orders as the filters leave them."""
    chosen = {name: tuple(st.session_state.get(key) or ()) for key, name in LISTS.items()}
    return orders.filter(start=st.session_state.get("from"), end=st.session_state.get("to"), **chosen)


def active() -> bool:
    """Whether any filter is set."""
    return any(st.session_state.get(key) for key in ("from", "to", *LISTS))


def clear() -> None:
    """Forget all filters."""
    st.session_state.update({"from": None, "to": None, "channel": [], "country": [], "category": []})


@st.cache_data(max_entries=300, show_spinner=False)
def options(fingerprint: str, key: str, _orders: rt.Orders) -> list[str]:
    """The values a filter can take, in alphabetical order."""
    table = _orders.lines if key == "category" else _orders.orders
    column = table[key]
    found = _orders.frame(table.filter(column.notnull()).select(key).distinct())
    return sorted(found[key])
