"""What the owner knows and no order file tells: the gross margin, and after how much silence a customer counts as lapsed."""

from __future__ import annotations

import streamlit as st

import retention as rt
from retention.show.i18n import _, percent

KEPT = {"bind": "query-params", "persist_state": "session"}
KEYS = ("margin_from", "margin", "lapse_days")
NO_CATEGORY = ""


def show(orders: rt.Orders) -> None:
    """Draw the assumptions in the sidebar, closed until somebody looks for them."""
    ways = {"": _("not known"), "one": _("one for everything"), "category": _("one for each category")}
    if orders.has("products"):
        ways["costs"] = _("from the costs in the products file")
    with st.sidebar.expander(_("Margin and lapse")):
        way = st.selectbox(_("Gross margin"), list(ways), format_func=ways.get, key="margin_from", **KEPT)
        if way == "one":
            st.number_input(_("Gross margin, %"), 0.0, 100.0, value=None, step=1.0, key="margin", **KEPT)
        elif way == "category":
            for name in categories(orders.fingerprint, orders):
                label = name or _("Without a category")
                st.number_input(
                    f"{label}, %", 0.0, 100.0, value=None, step=1.0, key=_key(name), persist_state="session"
                )
        st.number_input(
            _("Days of silence until a customer counts as lapsed"),
            1, 3650, value=None, step=1, key="lapse_days", placeholder=_("from your own orders"), **KEPT,
        )  # fmt: skip


def apply(orders: rt.Orders) -> rt.Orders:
    """The orders with the margin as it is set; without one as they are."""
    margin = _margin(orders)
    return orders if margin is None else orders.with_margin(margin)


def lapse_days() -> int | None:
    """The days of silence that somebody set; None for the shop's own."""
    return st.session_state.get("lapse_days")


def said(orders: rt.Orders) -> list[str]:
    """What a screen says about the margin it reckons with."""
    margin = apply(orders).margin
    if margin is None:
        return []
    if margin.costs:
        return [_("margin from the products file, {share} on average").format(share=percent(margin.share))]
    return (
        [_("margin by category")] if margin.by_category else [_("margin {share}").format(share=percent(margin.share))]
    )


def _margin(orders: rt.Orders) -> float | dict[str, float] | str | None:
    way = st.session_state.get("margin_from")
    if way == "costs":
        return "products" if orders.has("products") else None
    if way == "one":
        value = st.session_state.get("margin")
        return None if value is None else value / 100
    if way != "category":
        return None
    shares = {name: st.session_state.get(_key(name)) for name in categories(orders.fingerprint, orders)}
    return None if None in shares.values() else {name: share / 100 for name, share in shares.items()}


def _key(category: str) -> str:
    return f"margin_of_{category}"


@st.cache_data(max_entries=100, show_spinner=False)
def categories(fingerprint: str, _orders: rt.Orders) -> list[str]:
    """The categories of the lines in alphabetical order, "" last where some have none."""
    found = _orders.frame(_orders.lines.select("category").distinct())["category"].fillna(NO_CATEGORY)
    return sorted(found, key=lambda name: (name == NO_CATEGORY, name))
