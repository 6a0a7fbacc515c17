"""What a further file changes, shown before it is taken over."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import retention as rt
from retention.show.changes import Change, compare
from retention.show.i18n import _, date, money, number
from retention.show.ui import session
from retention.show.ui.account import matches
from retention.show.ui.pending import Pending, accept, forsake
from retention.show.ui.screen import escape
from retention.show.ui.tables import grid


def offer(files: Pending) -> None:
    """The orders with the new files beside the orders without them; nothing changes before somebody says so."""
    before, after = session.data().orders, files.candidate.orders
    known = session.data().load.files
    change = _compared(before.fingerprint, after.fingerprint, before, after)
    names = ", ".join(path.name for path in files.paths if path.name not in known)
    st.subheader(escape(_("What {files} would change").format(files=names)), anchor=False)
    joined = [said for said in matches(after.report) if said not in matches(before.report)]
    st.markdown("\n".join(f"- {escape(sentence)}" for sentence in [*sentences(change), *joined]))
    grid(_table(change, before, after), _("The orders before and after"))
    with st.container(horizontal=True):
        st.button(_("Take it over"), type="primary", on_click=accept, args=(files, files.candidate))
        st.button(_("Leave it"), on_click=leave, args=(files,))


def sentences(change: Change) -> list[str]:
    """What happens to the orders, in words."""
    renewed = change.table.loc["renewed", "after"]
    said = [_("{new} orders are new.").format(new=number(change.new))]
    if renewed:
        said.append(
            _("{renewed} orders stand in an older file as well and are taken from the newer one.").format(
                renewed=number(renewed)
            )
        )
    if renewed or change.changed:
        said.append(
            _("{changed} orders that were there have another state or value now.").format(
                changed=number(change.changed)
            )
        )
    if change.gone:
        said.append(_("{gone} orders that were there are no longer.").format(gone=number(change.gone)))
    return said


def _table(change: Change, before: rt.Orders, after: rt.Orders) -> pd.DataFrame:
    names = {
        "orders": _("Orders"),
        "new": _("Of them new"),
        "renewed": _("Orders taken from a newer file"),
        "changed": _("Orders that changed"),
        "customers": _("Customers"),
        "net": _("Net revenue"),
        "first_day": _("First day"),
        "last_day": _("Last day"),
        "shops": _("Shops"),
    }
    more = pd.DataFrame(
        {"before": [None, None], "after": [change.new, change.changed]}, index=["new", "changed"], dtype="object"
    )
    table = pd.concat([change.table, more]).loc[list(names)]

    def written(name: str, value: object, orders: rt.Orders) -> str:
        if name == "net":
            return money(value, orders.currency)
        return date(value) if name.endswith("_day") else number(value)

    shown = {_("Figure"): list(names.values())}
    for column, label, orders in (("before", _("Before"), before), ("after", _("After"), after)):
        shown[label] = [written(name, value, orders) for name, value in table[column].items()]
    return pd.DataFrame(shown)


@st.cache_data(max_entries=20, show_spinner=False)
def _compared(before: str, after: str, _before: rt.Orders, _after: rt.Orders) -> Change:
    return compare(_before, _after)


def leave(files: Pending) -> None:
    """Forget the dropped files; the orders on the screen stay as they are."""
    forsake(files)
    st.session_state["said"] = "left"
