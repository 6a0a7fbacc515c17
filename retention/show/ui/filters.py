"""The filters and switches every screen shares. They stand in the address, so a screen can be sent as a link."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

import retention as rt
from retention.measure.quality import SWITCHES
from retention.segment.rules import Rule
from retention.show import quality
from retention.show.i18n import _
from retention.show.rules import rule_text

LISTS = {"shop": "shops", "channel": "channels", "country": "countries", "category": "categories"}
TOGGLES = {check: f"{option}_{check}" for check, option in SWITCHES.items()}
KEYS = ("from", "to", "segment", *LISTS, *TOGGLES.values())
KEPT = {"bind": "query-params", "persist_state": "session"}


def show(orders: rt.Orders) -> None:
    """Draw the filters and switches in the sidebar."""
    words = {"shop": _("Shop"), "channel": _("Channel"), "country": _("Country"), "category": _("Category")}
    with st.sidebar:
        st.subheader(_("Filters"))
        first, last = orders.observed_from, orders.as_of - timedelta(days=1)
        for key, label in (("from", _("From")), ("to", _("To"))):
            st.date_input(label, value=None, min_value=first, max_value=last, key=key, format="YYYY-MM-DD", **KEPT)
        for key in LISTS:
            known = options(orders.fingerprint, key, orders)
            if len(known) > 1:
                st.multiselect(words[key], known, key=key, placeholder=_("All"), **KEPT)
        if there := kinds(orders.fingerprint, orders):
            st.subheader(_("What counts"))
            for check in there:
                st.toggle(quality.switch(check), key=TOGGLES[check], **KEPT)
        if rule := _rule():
            words = escape(rule_text(rule, orders.currency))
            st.caption(_("Only customers of this segment: {rule}").format(rule=words))
        if active():
            st.button(_("Clear the filters"), on_click=clear, key="clear_filters")


def switch(check: str, orders: rt.Orders) -> None:
    """The sidebar's switch for a check once more, beside what it decides; nothing where there is none."""
    if check in kinds(orders.fingerprint, orders):
        key = f"here_{check}"
        st.session_state[key] = bool(st.session_state.get(TOGGLES[check]))
        st.toggle(quality.switch(check), key=key, on_change=_turn, args=(check, key))


def apply(orders: rt.Orders, everybody: bool = False) -> rt.Orders:
    """The orders as the filters and switches leave them; everybody: the customers of all segments."""
    chosen = {name: tuple(st.session_state.get(key) or ()) for key, name in LISTS.items()}
    for check in switched():
        chosen[SWITCHES[check]] = (*chosen.get(SWITCHES[check], ()), check)
    if (rule := _rule()) and not everybody:
        chosen["customers"] = rule
    return orders.filter(start=st.session_state.get("from"), end=st.session_state.get("to"), **chosen)


def active() -> bool:
    """Whether any filter or switch is set."""
    return any(st.session_state.get(key) for key in KEYS)


def switched() -> list[str]:
    """The switches that are on."""
    return [check for check, key in TOGGLES.items() if st.session_state.get(key)]


def said(everybody: bool = False) -> list[str]:
    """What a screen says about the orders it shows: which switches are on, and whether they are filtered."""
    keys = ("from", "to", *LISTS, *(() if everybody else ("segment",)))
    narrowed = any(st.session_state.get(key) for key in keys)
    return [*map(quality.decided, switched()), *([_("filtered")] if narrowed else [])]


def clear() -> None:
    """Forget all filters and turn all switches off."""
    st.session_state.update({"from": None, "to": None, "segment": None} | {key: [] for key in LISTS})
    st.session_state.update(dict.fromkeys(TOGGLES.values(), False))


def escape(text: str) -> str:
    """Text that came from a file or a definition, kept from being read as Markdown."""
    for mark in "\\`*_{}[]<>#$~|":
        text = text.replace(mark, f"\\{mark}")
    return text


def _rule() -> Rule | None:
    """The rule of the segment that every screen is narrowed to."""
    text = st.session_state.get("segment")
    return rt.rule_of(text) if text else None


def _turn(check: str, key: str) -> None:
    st.session_state[TOGGLES[check]] = st.session_state[key]


@st.cache_data(max_entries=300, show_spinner=False)
def options(fingerprint: str, key: str, _orders: rt.Orders) -> list[str]:
    """The values a filter can take, in alphabetical order."""
    table = _orders.lines if key == "category" else _orders.orders
    column = table[key]
    found = _orders.frame(table.filter(column.notnull()).select(key).distinct())
    return sorted(found[key])


@st.cache_data(max_entries=100, show_spinner=False)
def kinds(fingerprint: str, _orders: rt.Orders) -> list[str]:
    """The kinds of orders in the data that a switch decides about; one that would decide about all orders is no switch."""
    table = _orders.orders
    of_kind = {"unidentified": table.is_purchase & table.customer_id.isnull(), "wholesale": table.is_wholesale}
    of_kind |= {state: (table.status == state) & table.has_product for state in ("test", "pending", "cancelled")}
    counts = {check: table.count(where=condition) for check, condition in of_kind.items()}
    found = _orders.frame(table.aggregate(**counts, all=table.count())).iloc[0]
    return [check for check in TOGGLES if 0 < found[check] < found["all"]]
