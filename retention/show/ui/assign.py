"""Setting up a test: whom it is about, what it measures, what the offer costs; and the files to take along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

import retention as rt
from retention.experiment.assign import METRICS, Assignment
from retention.show.experiment import metric_name
from retention.show.files import csv_bytes
from retention.show.i18n import _, date, month_and_year, number, percent
from retention.show.ui.screen import choice, download, escape, go_to, pick, run, switch
from retention.show.ui.who import draw_begins_with, lapse_of, who_is_meant

KEPT = {"persist_state": "session"}
CONTROL, OFFER = "control", "offer"


def set_up_test(orders: rt.Orders) -> dict[str, Any]:
    """The options of `assign_variants` as the person has set them."""
    name = st.text_input(
        _("Name of the test"),
        _("Test of {month}").format(month=month_and_year(orders.as_of)),
        key="assign_name",
        **KEPT,
    )
    customers: Any = who_is_meant(orders, "assign_who")
    if isinstance(customers, str):
        options = {"key": customers.partition(":")[2]} | lapse_of(customers)
        customers = run("people", rt.opportunity_customers, orders, **options)
    everybody = switch(_("Also those who cannot be written to by e-mail"), key="assign_everybody")
    with st.container(horizontal=True):
        held = choice(
            _("Held back"), {str(share): percent(share / 100, 0) for share in (50, 20, 10)}, key="assign_held"
        )
        offers = choice(_("Offers"), {"1": _("One"), "2": _("Two: A and B")}, key="assign_offers")
    arms = (OFFER,) if offers == "1" else ("A", "B")
    shares = {CONTROL: int(held) / 100} | dict.fromkeys(arms, round((1 - int(held) / 100) / len(arms), 9))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        known = [metric for metric in METRICS if metric != "profit" or orders.margin is not None]
        metric = pick(_("What decides"), {name: metric_name(name) for name in known}, key="assign_metric")
        days = st.number_input(_("Days in which orders count"), 1, 365, 60, key="assign_days", **KEPT)
        unit = f" ({orders.currency})" if orders.currency else ""
        per_customer = st.number_input(
            _("Cost for everyone who gets it{unit}").format(unit=unit),
            0.0,
            None,
            0.0,
            key="assign_cost_customer",
            **KEPT,
        )
        per_order = st.number_input(
            _("Cost with every order{unit}").format(unit=unit), 0.0, None, 0.0, key="assign_cost_order", **KEPT
        )
    seed = draw_begins_with(orders, "assign_seed")
    options = {"name": name, "seed": seed, "shares": shares, "metric": metric, "days": int(days)}
    options |= {"customers": customers} if customers is not None else {}
    options |= {"only_reachable": False} if everybody else {}
    costs = {"cost_per_customer": per_customer, "cost_per_order": per_order}
    return options | {option: cost for option, cost in costs.items() if cost}


def take_test(result: Assignment) -> None:
    """A file for every arm, and the experiment with all of them."""
    test = result.experiment
    stem = test.file_name.removesuffix(".json")
    for arm in (*(arm for arm in test.shares if arm != test.control), test.control):
        chosen = result.table[result.table["variant"] == arm]
        label = _("Who gets {arm}: {n} (CSV)")
        if arm == test.control:
            label = _("Held back, not to be written to: {n} (CSV)")
        elif arm == OFFER:
            label = _("Who gets the offer: {n} (CSV)")
        download(
            escape(label.format(arm=arm, n=number(len(chosen)))),
            lambda chosen=chosen: csv_bytes(chosen),
            f"{stem}-{arm}.csv",
            "text/csv",
        )
    st.markdown(
        _(
            "Keep this file: bring it back under “Results of a test” with next month’s orders. It holds the addresses of your "
            "customers, so keep it as safe as your order files."
        )
    )
    end = test.assigned_on + timedelta(days=test.days - 1)
    st.caption(_("Orders count from {first} to {last}.").format(first=date(test.assigned_on), last=date(end)))
    download(_("Experiment file (JSON)"), lambda: rt.experiment_file(test), test.file_name, "application/json")
    if st.button(_("Read its outcome"), type="tertiary", icon=":material/science:"):
        st.session_state["experiment"] = test
        st.session_state["outcome_source"] = "file"
        go_to("pages/experiment/results.py")
