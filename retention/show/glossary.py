"""What every number and word means, in one or two sentences: the help on the cards and docs/glossary.md.

`python -m retention.show.glossary > docs/glossary.md` writes the page again.
"""

from __future__ import annotations

import sys

from retention.measure.loyalty import SECOND_DAYS
from retention.show.i18n import _
from retention.show.measures import measure_name

NO_COLUMN = (
    "purchase", "customer", "cohort", "interval", "wholesale", "silence", "censored", "expected_range", "low_rating", "reply_time",
    "retained_customers", "reactivated_customers", "lapsed_customers", "rfm", "backtest", "churn_risk",
    "control", "sample_ratio", "always_valid", "guardrail", "liability",
)  # fmt: skip


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
        "censored": _("Censored"),
        "expected_range": _("Expected range"),
        "nps": _("Net Promoter Score (NPS)"),
        "low_rating": _("Low and high ratings"),
        "bought_again": _("Bought again within 90 days"),
        "reply_time": _("Reply time"),
        "rfm": _("RFM scores"),
        "backtest": _("Backtest"),
        "churn_risk": _("Risk of staying away"),
        "value_at_risk": _("Value at risk"),
        "breakage": _("Breakage"),
        "liability": _("Liability of a programme"),
        "control": _("Control and arm"),
        "sample_ratio": _("Broken split"),
        "always_valid": _("Interval valid on every day"),
        "guardrail": _("Guardrail"),
        "expected_loss": _("Expected loss"),
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
        "retained_customers": _(
            "Customers with a purchase in both of two windows that are compared, for instance this month and the month before."
        ),
        "reactivated_customers": _(
            "Customers who bought in the window, not in the one it is compared with, but some time before. They came back."
        ),
        "lapsed_customers": _(
            "Customers who bought in the window compared with and not in this one. Some of them may still come back."
        ),
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
        **{
            f"second_order_rate_{days}": _(
                "Share of new customers who buy again soon. Second-order rate = second purchase within {days} days ÷ customers "
                "of the period whose first purchase is at least {days} days old."
            ).format(days=days)
            for days in SECOND_DAYS
        },
        "churn_rate": _(
            "Share of the active customers who fall silent. Churn rate = those who reach the days of silence during the "
            "period ÷ customers whose last purchase was not longer ago when it began."
        ),
        "profit": _(
            "What is left when the goods are paid. Gross profit = net revenue × gross margin, or net revenue − cost × pieces "
            "kept. Advertising, shipping and wages are not taken off."
        ),
        "historic_clv": _(
            "What a customer has brought so far, on average. Lifetime value so far = gross profit from known customers to "
            "date ÷ customers to date."
        ),
        "simple_clv": _(
            "A rough idea of what a customer brings in a lifetime. Average order value × orders a year × gross margin ÷ churn "
            "rate of a year. Not a forecast."
        ),
        "clv": _(
            "What a customer is expected to bring in the time ahead. Lifetime value = expected orders × what an order brings × "
            "margin, later money counting less. Without a margin it is revenue."
        ),
        "p_alive": _(
            "Of 100 customers with such a history, so many have not left for good. Nobody says good-bye, so it is a chance. Never "
            "add these chances up into a number of active customers."
        ),
        "expected_orders": _(
            "How many orders a customer is expected to place in the time ahead, on average over all customers with such a history. "
            "Several orders on one day are one."
        ),
        "backtest": _(
            "The same model asked on an earlier day, knowing nothing of what came after. What it expected stands beside what came, and "
            "beside plain rules that need no model."
        ),
        "cohort": _(
            "All customers whose first purchase falls into the same period, for instance March 2025. They are followed "
            "together from then on."
        ),
        "retention": _(
            "Share of a cohort that buys in a later period. Retention = customers of the cohort who bought in that period "
            "÷ customers of the cohort."
        ),
        "third_order_rate": _(
            "Share of those with two purchases who bought once more. Third-order rate = customers with a third purchase ÷ "
            "customers with at least two."
        ),
        "first_order_value": _(
            "What the first order of a customer brings on average. Value of the first order = net revenue of first orders ÷ "
            "new customers."
        ),
        "clv_to_date": _(
            "What a customer has brought so far, without a forecast (historic CLV). Customer value to date = net revenue of "
            "all their orders ÷ customers. It grows with time."
        ),
        "profit_per_customer": _(
            "What is left of the value to date when the goods are paid. Gross profit per customer = net revenue × gross "
            "margin ÷ customers. Shipping and advertising are not taken off."
        ),
        "discount_dependence": _(
            "How much customers go on buying at reduced prices. Discount dependence = later orders with a discount or a code "
            "÷ all later orders, the first order apart."
        ),
        "discount_share": _("How deep the discount was. Discount share = discounts ÷ gross revenue of these orders."),
        "days_observed": _(
            "How long ago the first purchase was on average, so how much time there was to come back. Compare values to date "
            "only where these days are alike."
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
        "days_to_next_order": _(
            "The day by which half of all customers have ordered again, those counted in who have not yet done so. Missing "
            "where fewer than half come back within the observed time."
        ),
        "censored": _(
            "Not seen to order again before the data end. Such a customer counts among those who could have come back for as "
            "long as they were observed, and is never left out."
        ),
        "lapse_days": _(
            "The days of silence after which a customer counts as lapsed. It is the day by which 80 of 100 gaps between two "
            "purchases were over, at least 30 days."
        ),
        "expected_range": _(
            "Where a key figure was to be expected, going by the month before, the season and how much it usually varies. "
            "What lies outside is out of the ordinary; chance alone rarely puts it there."
        ),
        "nps": _(
            "How many more would recommend the shop than would not. NPS = share of ratings 9 and 10 − share of ratings 0 to 6, "
            "times 100, on a scale from 0 to 10. On any other scale there is none."
        ),
        "low_rating": _(
            "On a scale from 1 to 5 the ratings 1 and 2 are low, 4 and 5 high. On one that ends at 10 those up to 6 are low, 9 "
            "and 10 high. On any other the lowest and the highest quarter count."
        ),
        "bought_again": _(
            "Share of customers with a purchase on one of the 90 days after a rating or ticket. Bought again = those who did "
            "÷ customers who had bought before and whose 90 days are over."
        ),
        "reply_time": _(
            "The time from the opening of a support ticket to the first reply, not to the solution. It includes nights and "
            "days off."
        ),
        "rfm": _(
            "Three scores of a customer, the best is the highest. Recency is how lately, frequency how often, monetary how much they "
            "bought, each beside the shop’s other customers or fixed limits."
        ),
        "churn_risk": _(
            "The probability that a customer does not order within the days named beside it, learned from what earlier customers "
            "did. Of 100 customers with a risk of 70 %, about 70 stay away."
        ),
        "value_at_risk": _(
            "Net revenue expected in the next 12 months of customers who are slipping away. It can be lost with them; not all of "
            "it will be."
        ),
        "breakage": _(
            "The part of points or cashback that is never redeemed. Breakage = 1 − what was redeemed ÷ what was earned and not taken back, "
            "of what was earned a year or more ago."
        ),
        "liability": _(
            "What a shop owes its customers at the end of a day, as points, cashback or stamps that are earned and neither redeemed nor "
            "expired. In the books it is a debt, less the breakage to be expected."
        ),
        "control": _(
            "The arms of a test are the groups that customers are drawn into. Control is the arm that gets nothing new; what the "
            "others changed is counted against it."
        ),
        "sample_ratio": _(
            "Far more or fewer customers in an arm than were planned, which chance does less than once in 1,000 tests. People are "
            "missing for a reason, so there is no verdict."
        ),
        "always_valid": _(
            "An interval for whoever looks before the end. It is wider than the usual one, and holds its 95 % however often you look "
            "and whenever you stop."
        ),
        "guardrail": _(
            "A number that must not suffer while another is to rise, such as returns or discounts. It is not adjusted for several "
            "looks, so that harm is not talked away."
        ),
        "expected_loss": _(
            "What choosing an arm loses on average, the chance that it is the worse one counted in. Expected loss = the mean of how "
            "much worse it is, with 0 where it is better."
        ),
    }


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.write(page())
