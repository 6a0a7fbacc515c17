"""What the kinds of opportunities are called, for charts, sentences and tables."""

from retention.show.i18n import _


def opportunity_name(key):
    """Name a kind of opportunity in the reader's language.

    >>> opportunity_name("habits")
    'Wait for a code'
    """
    return {
        "second_order": _("Due for a second order"),
        "slipping_best": _("Best customers slipping away"),
        "replenishment": _("Due for a product they bought"),
        "lapsed_valuable": _("Lapsed but valuable"),
        "full_price": _("Loyal at full price"),
        "losing_products": _("Bought a product that loses customers"),
        "habits": _("Wait for a code"),
        "one_channel": _("Order through one channel only"),
        "unanswered_ratings": _("Low rating without an answer"),
    }[key]
