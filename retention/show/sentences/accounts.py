"""Guests and accounts in words."""

from __future__ import annotations

from retention.intervals import ENOUGH
from retention.measure.accounts import ACCOUNT, GUEST, AccountTable
from retention.show.i18n import _, number
from retention.show.sentences.groups import of_100, verdict

RATE, N = "second_order_rate_90", "second_order_rate_90_n"


def guests_and_accounts(result: AccountTable) -> str:
    """Whether customers with an account come back more often than guests."""
    rows = result.table.set_index("customer")
    account, guest = rows.loc[ACCOUNT], rows.loc[GUEST]
    if guest["customers"] == 0:
        return _("All customers here have an account, so there is nothing to compare.")
    if account["customers"] == 0:
        return _("All customers here bought as guests, so there is nothing to compare.")
    if min(account[N], guest[N]) < ENOUGH:
        return _("Customers old enough: {accounts} with an account and {guests} guests, too few to tell.").format(
            accounts=number(account[N]), guests=number(guest[N])
        )
    pattern = _(
        "Of 100 customers with an account, {share} come back within 90 days (between {low} and {high}; {n} customers);"
    )
    beside = _("of 100 guests it is {share} (between {low} and {high}; {n} customers).")
    parts = [pattern.format(**of_100(account, RATE, N)), beside.format(**of_100(guest, RATE, N))]
    return " ".join([*parts, verdict(account, guest, RATE, N)])
