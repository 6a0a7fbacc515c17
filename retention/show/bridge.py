"""The steps of a revenue bridge in words."""

from __future__ import annotations

from retention.show.i18n import _
from retention.show.measures import measure_name


def step_name(step: str) -> str:
    """What a step is called in the reader's language."""
    names = {
        "lapsed": measure_name("lapsed_customers"),
        "retained": measure_name("retained_customers"),
        "reactivated": measure_name("reactivated_customers"),
        "new": measure_name("new_customers"),
        "refunds_only": _("Customers with refunds only"),
        "refunds_without_purchase": _("Refunds without a purchase"),
        "unknown": _("Orders that name nobody"),
    }
    return names.get(step) or measure_name(step)


def step_meaning(split: str, step: str) -> str:
    """What a step counts, in a sentence."""
    if split == "factors":
        return {
            "customers": _("How many known customers bought."),
            "purchase_frequency": _("How many orders each of them placed."),
            "aov": _("What one of their orders brought."),
            "refunds_without_purchase": _("Money back to people who bought nothing in that window."),
            "unknown": _("Nobody can say how many customers these are."),
        }[step]
    return {
        "lapsed": _("Bought in the window compared with, not in this one."),
        "retained": _("Bought in both windows; what they spent more or less."),
        "reactivated": _("Bought in this window, not in the one compared with, but before."),
        "new": _("Made their first purchase ever in this window."),
        "refunds_only": _("Money back to people who bought in neither window."),
        "unknown": _("Nobody can say whose these are."),
    }[step]
