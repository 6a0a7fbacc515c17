"""What measures and groups are called, and how their values are written, in the reader's language."""

from retention.segment.schemes import SCHEMES, SEASONAL
from retention.show.i18n import _, money, money_short, number, number_short, percent

SEGMENTS = {SEASONAL, *(name for scheme in SCHEMES.values() for name in scheme.names)}

_SHARES = {
    "repeat_rate",
    "returning_customer_rate",
    "retention_rate",
    "returning_revenue_share",
    "repeat_rate_to_date",
    "retention",
    "unbounded",
    "cumulative",
    "payback",
    "churn_rate",
    "third_order_rate",
    "discount_dependence",
    "discount_share",
    "return_rate",
    "share",
    "p_alive",
    *(f"second_order_rate_{days}" for days in (30, 60, 90, 180, 365)),
}
_MONEY = {
    "gross",
    "discounts",
    "refunds",
    "net",
    "profit",
    "net_per_customer",
    "aov",
    "revenue_per_customer",
    "historic_clv",
    "simple_clv",
    "first_order_value",
    "clv_to_date",
    "profit_per_customer",
    "net_to_date",
    "profit_to_date",
    "cac",
    "clv",
}


def measure_name(measure):
    """Name a measure (a column of `kpi_table`, a value of `retention_table`) in the reader's language.

    >>> measure_name("aov")
    'Average order value'
    """
    names = {
        "customers": _("Customers"),
        "new_customers": _("New customers"),
        "returning_customers": _("Returning customers"),
        "retained_customers": _("Retained customers"),
        "reactivated_customers": _("Reactivated customers"),
        "lapsed_customers": _("Lapsed customers"),
        "orders": _("Orders"),
        "units": _("Units sold"),
        "gross": _("Gross revenue"),
        "discounts": _("Discounts"),
        "refunds": _("Refunds"),
        "net": _("Net revenue"),
        "aov": _("Average order value"),
        "purchase_frequency": _("Orders per customer"),
        "revenue_per_customer": _("Revenue per customer"),
        "repeat_rate": _("Repeat purchase rate"),
        "returning_customer_rate": _("Returning customer rate"),
        "retention_rate": _("Customer retention rate"),
        "returning_revenue_share": _("Returning revenue share"),
        "retention": _("Customers who bought again"),
        "repeat_rate_to_date": _("Repeat purchase rate to date"),
        "net_per_customer": _("Net revenue per customer of the cohort"),
        "profit": _("Gross profit"),
        "churn_rate": _("Churn rate"),
        "days_to_next_order": _("Median days to next order"),
        "lapse_days": _("Days of silence until lapsed"),
        "historic_clv": _("Customer lifetime value so far"),
        "simple_clv": _("Customer lifetime value, rule of thumb"),
        "third_order_rate": _("Third-order rate"),
        "first_order_value": _("Value of the first order"),
        "clv_to_date": _("Customer value to date"),
        "profit_per_customer": _("Gross profit per customer to date"),
        "discount_dependence": _("Discount dependence"),
        "share": _("Share"),
        "discount_share": _("Discount in % of gross revenue"),
        "return_rate": _("Return rate"),
        "days_observed": _("Days since the first purchase"),
        "unbounded": _("Customers who came back then or later"),
        "cumulative": _("Customers with a second purchase by then"),
        "net_to_date": _("Net revenue per customer to date"),
        "profit_to_date": _("Profit per customer to date"),
        "cac": _("Cost of a new customer"),
        "payback": _("Cost of a new customer earned back"),
        "clv": _("Customer lifetime value ahead"),
        "p_alive": _("Chance to still be a customer"),
        "expected_orders": _("Expected orders"),
    }
    if measure.startswith("second_order_rate_"):
        return _("Second order within {days} days").format(days=measure.rpartition("_")[2])
    return names.get(measure, measure.replace("_", " ").capitalize())


def group_name(group):
    """Name a group of a table: our own words in the reader's language, names from a file as they are.

    >>> group_name("others"), group_name("Coffee")
    ('Others', 'Coffee')
    """
    names = {
        "all": _("All together"),
        "others": _("Others"),
        "unknown": _("Not known"),
        "one channel": _("First two orders through one channel"),
        "several channels": _("First two orders through two channels"),
        "full price": _("At full price"),
        "discounted": _("With a discount"),
        "account": _("With an account"),
        "guest": _("Guests"),
        "no code": _("Discount without a code"),
        "never full price": _("Never pay full price"),
        "sometimes": _("Sometimes pay full price"),
        "always full price": _("Always pay full price"),
        "all customers": _("All customers"),
        "customers with two or more orders": _("Customers with two or more orders"),
        "under 25": _("Under 25"),
        "65 and over": _("65 and over"),
        "female": _("Women"),
        "male": _("Men"),
    }
    return names.get(group) or (_(group) if group in SEGMENTS else group)


def is_share(measure):
    """Tell whether a measure is a share (0–1), shown as a percentage."""
    return measure in _SHARES


def measure_value(measure, x, currency="", short=False):
    """Format a value of a measure: shares as percentages, amounts in their currency, counts whole.

    >>> measure_value("repeat_rate", 0.25), measure_value("net", 1250000, "EUR", short=True)
    ('25.0%', '€1.2M')
    """
    if measure in _SHARES:
        return percent(x, 0 if short else 1)
    if measure in _MONEY:
        return money_short(x, currency) if short else money(x, currency)
    if measure == "purchase_frequency":
        return number(x, 1 if short else 2)
    return number_short(x) if short else number(x)
