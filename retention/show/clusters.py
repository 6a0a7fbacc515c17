"""Behaviour clusters in the reader's language: their names, and what their customers differ in."""

from retention.show.i18n import _, number, percent
from retention.show.measures import measure_name, measure_value


def cluster_name(name):
    """Name a cluster, whose English name is put together from phrases, in the reader's language.

    >>> cluster_name("Repeat buyers: larger orders, fewer discounts (2)")
    'Repeat buyers: larger orders, fewer discounts (2)'
    """
    name, bracket, place = name.partition(" (")
    who, colon, phrases = name.partition(": ")
    return _(who) + colon + ", ".join(map(_, phrases.split(", "))) + bracket + place


def feature_name(feature):
    """Name a feature of a customer.

    >>> feature_name("recency_days")
    'Days of silence'
    """
    names = {
        "recency_days": _("Days of silence"),
        "frequency": _("Orders"),
        "monetary": _("Net revenue"),
        "units_per_order": _("Pieces per order"),
        "days_between_orders": _("Days between orders"),
        "discounted_share": _("Discounted orders"),
        "categories": _("Categories bought"),
        "return_share": _("Money sent back"),
    }
    return names.get(feature) or measure_name(feature)


def feature_value(feature, x, currency, short=False):
    """Write a value of a feature; short, as it fits a narrow column.

    >>> feature_value("discounted_share", 0.5, "EUR"), feature_value("aov", 12.5, "EUR"), feature_value("units_per_order", 1.5, "EUR")
    ('50%', '€12.50', '1.5')
    """
    if feature.endswith("_share"):
        return percent(x, 0)
    if feature in ("monetary", "aov"):
        return measure_value("net", x, currency, short)
    return number(x, 1 if feature == "units_per_order" else 0)
