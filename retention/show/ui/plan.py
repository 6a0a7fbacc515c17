"""What a test would measure, and the figures of visitors that no order file holds."""

from __future__ import annotations

from typing import Any

import streamlit as st

import retention as rt
from retention.show.i18n import _
from retention.show.ui.screen import choice, percentage

VISITORS = 10_000


def plan_options(orders: rt.Orders) -> dict[str, Any]:
    """The options of `plan_experiment` as the person has set them."""
    metrics = {
        "repeat": _("Who buys"),
        "orders": _("Orders"),
        "revenue": _("Revenue"),
        "aov": _("Order value"),
        **({"profit": _("Profit")} if orders.margin is not None else {}),
        "conversion": _("Visitors who buy"),
    }
    windows = {str(days): _("{days} days").format(days=days) for days in (30, 60, 90, 180)}
    shares = {"0.5": _("half"), "0.2": _("a fifth"), "0.1": _("a tenth")}
    with st.container(horizontal=True):
        metric = choice(_("What is compared"), metrics, key="plan_metric")
        options: dict[str, Any] = {"metric": metric}
        if metric != "conversion":
            options["days"] = int(choice(_("Within"), windows, key="plan_days", default="60"))
        options["holdout"] = float(choice(_("Who gets nothing"), shares, key="plan_holdout"))
    if metric == "conversion":
        with st.container(horizontal=True):
            now = percentage(_("Of 100 visitors, so many buy now"), 3.0, key="plan_conversion")
            visitors = st.number_input(
                _("Visitors a month"), 1, None, VISITORS, key="plan_visitors", persist_state="session"
            )
        options |= {"baseline": now, "customers": int(visitors)}
    wished = percentage(_("The rise you hope for, in % of what it is now"), 10.0, key="plan_effect")
    return options | {"effect": wished or None}
