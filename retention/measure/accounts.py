"""Do customers with an account come back more often than guests?"""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis
import pandas as pd

from retention.errors import EmptyError
from retention.measure.first_orders import came_back, each_starter, nobody, of_known_customers, sums_by
from retention.orders import Orders
from retention.schema import CUSTOMERS

ACCOUNT, GUEST, UNKNOWN = "account", "guest", "unknown"


@dataclass(frozen=True)
class AccountTable:
    """What `account_table` returns.

    table: one row for customers with an account and one for guests, and one for those of whom it is not known, if any
    """

    table: pd.DataFrame
    currency: str = field(repr=False)
    notes: tuple[str, ...] = ()


def account_table(orders: Orders) -> AccountTable:
    """Customers with an account beside guests: whether they came back, and what they have brought.

    Guest or account is what the customer's latest order says, of those that say it; where no order does, it is what the
    customers file says. Second-order rate = customers whose second purchase came within 90 days of the first ÷ customers
    whose first lies at least 90 days before the end of observation. Repeat rate to date = customers with a second purchase ÷
    customers. Value of the first order = its net revenue ÷ customers. Customer value to date = net revenue of all their
    orders ÷ customers.

    With filters, customers are those whose first purchase passes, and what counts of them are the orders that pass.

    Returns an AccountTable. Its table has the rows "account" and "guest", and "unknown" where there are some: customer,
    customers, second_order_rate_90 and second_order_rate_90_n (old enough), repeat_rate_to_date, first_order_value, clv_to_date,
    profit_per_customer (missing without a margin), each with `_low` and `_high`, and days_observed (mean days since the
    first purchase). Money in currency units; shares from 0 to 1; the intervals are 95 %: Wilson for shares of customers,
    the delta method over customers for means. Raises EmptyError when the files say of nobody whether there is an account, when
    no customer can be told apart, or when no first purchase passes the filters.

    When not to trust it: guests who keep coming back open an account at some point, and only their latest state is known.
    They count as customers with an account although they began as guests, which makes accounts look better than they are
    at the first purchase. A guest who uses another e-mail address is another customer.

    >>> import retention as rt
    >>> result = rt.account_table(rt.load_sample())
    >>> result.table[["customer", "customers"]].to_numpy().tolist()
    [['account', 3024], ['guest', 976]]
    """
    known = of_known_customers(orders)
    each = each_starter(known)
    state = CUSTOMERS.select("customer_id", "is_guest")
    each = each.left_join(state, "customer_id")
    each = each.mutate(state=ibis.cases((each.is_guest.isnull(), UNKNOWN), (each.is_guest, GUEST), else_=ACCOUNT))
    sums = sums_by(orders, each, "state").set_index("state")
    if sums.empty:
        raise nobody(orders)
    if list(sums.index) == [UNKNOWN]:
        raise EmptyError(
            "The files do not say who bought as a guest and who has an account.",
            "Add a customers file with a column such as has_account, or an order export with a column such as is_guest.",
        )
    rows = [ACCOUNT, GUEST, *([UNKNOWN] if UNKNOWN in sums.index else [])]
    table = came_back(orders, sums.reindex(rows).fillna(0))
    table.insert(0, "customer", rows)
    return AccountTable(table.reset_index(drop=True), orders.currency, _notes())


def _notes() -> tuple[str, ...]:
    notes = []
    notes.append(
        "People who open an account differ from those who buy as guests, so this shows what goes together and not what an "
        "account causes. The effect would show in a test that offers the account to a random part of the customers and leaves the "
        "rest as a hold-out."
    )
    notes.append(
        "Only the latest state is known: a guest who returned and then opened an account counts as a customer with an account, "
        "which makes accounts look better than they are."
    )
    return tuple(notes)
