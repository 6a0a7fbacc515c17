"""What every number and word means, in one or two sentences: the help on the cards and docs/glossary.md.

`python -m retention.show.glossary > docs/glossary.md` writes the page again.
"""

from __future__ import annotations

import sys

from retention.show.i18n import _, measure_name

NO_COLUMN = ("purchase", "customer", "cohort", "interval", "wholesale", "silence")


def definition(measure: str) -> str:
    """Return what a measure or a word means, with the formula in words, in the reader's language.

    Plain text of at most 220 characters without Markdown. KeyError for what `terms` does not list.

    >>> definition("aov")
    'What one order brings on average. Average order value = net revenue ÷ orders.'
    """
    return _definitions()[measure]


def terms() -> list[str]:
    """Return everything that has a definition, in the order in which a person would read them.

    >>> terms()[:3]
    ['purchase', 'customer', 'net']
    """
    return list(_definitions())


def name(term: str) -> str:
    """Return what a measure or a word is called in the reader's language.

    >>> name("aov"), name("as_of")
    ('Average order value', 'End of observation')
    """
    words = {
        "purchase": _("Purchase"),
        "customer": _("Customer"),
        "cohort": _("Cohort"),
        "interval": _("95 % interval"),
        "as_of": _("End of observation"),
        "complete": _("Complete period"),
        "set_aside": _("Rows set aside"),
        "wholesale": _("Wholesale order"),
        "silence": _("Days without orders"),
    }
    return words.get(term) or measure_name(term)


def page() -> str:
    """Return the glossary as the Markdown of docs/glossary.md, in the language in use."""
    note = "<!-- Made by: python -m retention.show.glossary > docs/glossary.md -->"
    intro = _("What the words and numbers mean, on every screen and in every table.")
    entries = []
    for term, meaning in _definitions().items():
        column = "" if term in NO_COLUMN else "\n\n" + _("In tables and notebooks: {name}").format(name=f"`{term}`")
        entries.append(f"## {name(term)}\n\n{meaning}{column}")
    return "\n\n".join([note, f"# {_('Glossary')}", intro, *entries]) + "\n"


def _definitions() -> dict[str, str]:
    return {
        "purchase": _(
            "An order that was paid, was not cancelled and is no test, with at least one product of positive quantity "
            "and price. A refunded order stays a purchase; its money is gone."
        ),
        "customer": _(
            "One e-mail address; without it one phone number; without that the shop's customer number. An order with "
            "none of them counts as revenue and belongs to nobody."
        ),
        "net": _(
            "What is left of the sales. Net revenue = gross revenue − discounts − refunds. Shipping is not in it; tax is "
            "only where the prices in the file contain it."
        ),
        "gross": _(
            "The price of everything bought, before discounts. Gross revenue = quantity × unit price, added up over the "
            "lines of all purchases."
        ),
        "discounts": _(
            "What was taken off the prices, on single lines and on whole orders, added up over all purchases."
        ),
        "refunds": _(
            "What was paid back for products. It counts on the day of the return where the file gives one, otherwise on "
            "the day of the order."
        ),
        "orders": _("Purchases in the period. One that names no customer counts too; a return does not."),
        "units": _("Pieces bought in the period. Pieces that came back later are not taken off."),
        "customers": _(
            "Different customers with at least one purchase in the period. Orders that name nobody are not counted here."
        ),
        "new_customers": _(
            "Customers whose first purchase in the whole data falls into the period. A filter does not make an old "
            "customer new."
        ),
        "returning_customers": _("Customers with a purchase in the period who had already bought before it began."),
        "aov": _("What one order brings on average. Average order value = net revenue ÷ orders."),
        "purchase_frequency": _(
            "How often a customer buys in the period. Orders per customer = orders of known customers ÷ customers."
        ),
        "revenue_per_customer": _(
            "What one customer brings in the period. Revenue per customer = net revenue from known customers ÷ customers."
        ),
        "repeat_rate": _(
            "Share of customers who bought more than once inside the period. Repeat purchase rate = customers with two or "
            "more purchases in it ÷ customers."
        ),
        "repeat_rate_to_date": _(
            "Share of all customers so far who came back at least once. Repeat rate to date = customers with a second "
            "purchase by the end of the period ÷ customers with a first one."
        ),
        "returning_customer_rate": _(
            "Share of the customers of the period who had bought before it. Returning customer rate = returning customers "
            "÷ customers."
        ),
        "retention_rate": _(
            "Share of the customers of the period before who bought again in this one. Customer retention rate = those "
            "who did ÷ customers of the period before, which is as long as this one."
        ),
        "returning_revenue_share": _(
            "Share of the money that returning customers bring. Returning revenue share = net revenue from returning "
            "customers ÷ net revenue."
        ),
        "cohort": _(
            "All customers whose first purchase falls into the same period, for instance March 2025. They are followed "
            "together from then on."
        ),
        "retention": _(
            "Share of a cohort that buys in a later period. Retention = customers of the cohort who bought in that period "
            "÷ customers of the cohort."
        ),
        "unbounded": _(
            "Share of a cohort that came back in this period or any later one. Unbounded retention = customers whose last "
            "purchase falls into it or after it ÷ customers of the cohort."
        ),
        "cumulative": _(
            "Share of a cohort that has come back at least once so far. Cumulative repeat rate = customers with a second "
            "purchase by the end of the period ÷ customers of the cohort."
        ),
        "net_to_date": _(
            "What a customer has brought since the first purchase. Net revenue of the cohort from then to the end of the "
            "period ÷ customers of the cohort."
        ),
        "profit_to_date": _(
            "What a customer has left since the first purchase when the goods are paid. Net revenue × gross margin to the end "
            "of the period ÷ customers of the cohort."
        ),
        "cac": _(
            "What it costs to win a customer, also called CAC. Marketing spend of a month ÷ customers whose first purchase falls "
            "into that month."
        ),
        "payback": _(
            "How much of that cost has come back. Profit per customer to date ÷ cost of a new customer; at 100 % it is paid "
            "back and every further purchase is a gain."
        ),
        "interval": _(
            "The range in which the true value probably lies. Of 100 ranges made this way, about 95 hold it. A wide range "
            "means that there are few customers to go by."
        ),
        "as_of": _(
            "The day the observation ends, which is the day after the last order in the data or after the last day of the "
            "filter. What comes later is unknown, not zero."
        ),
        "complete": _(
            "A period that the data cover from its first to its last day. Any other is marked and left out of averages and "
            "comparisons."
        ),
        "set_aside": _(
            "Rows of the file that could not be used, each with its line, column, value and reason. They are counted and "
            "can be downloaded."
        ),
        "wholesale": _(
            "A purchase far beyond the usual one, more than the ordinary spread of order values explains. It counts unless "
            "the switch leaves it out. Under 100 purchases none is marked."
        ),
        "silence": _(
            "A stretch without any order that is too long for chance at the shop’s usual pace before and after it. Either the "
            "shop was closed or the export has a hole."
        ),
    }


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(page())
