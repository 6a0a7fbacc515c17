"""Channels in words."""

from __future__ import annotations

from retention.intervals import ENOUGH
from retention.measure.channels import ONE, SEVERAL, UNKNOWN, ChannelTable
from retention.show.i18n import _, number
from retention.show.measures import group_name
from retention.show.sentences.groups import of_100, verdict


def where_customers_come_from(result: ChannelTable) -> str:
    """Through which channel most customers come first, in one sentence; or why there is nothing to compare."""
    table = result.table
    if list(table["channel"]) == [UNKNOWN]:
        return _("The files name no channel, so nothing can be said about channels.")
    if len(table) == 1:
        return _("All orders came through one channel, {channel}: there is nothing to compare.").format(
            channel=table["channel"].iloc[0]
        )
    total = table["new_customers"].sum()
    if total < ENOUGH:
        return _("Customers who made their first order here: {n}, too few to tell.").format(n=number(total))
    first = table.sort_values(["new_customers", "channel"], ascending=[False, True]).iloc[0]
    pattern = _(
        "Of 100 customers, {share} made their first order through {channel} (between {low} and {high}; {n} customers)."
    )
    facts = of_100(first, "new_share", "new_customers") | {"n": number(total)}
    return pattern.format(channel=group_name(first["channel"]), **facts)


def those_who_change_channel(result: ChannelTable) -> str:
    """Whether those who changed channel after the first order stay as much as those who did not."""
    rows = result.combinations[result.combinations["kind"] == "summary"].set_index("name")
    rate, n = "third_order_rate", "third_order_rate_n"
    several, one = rows.loc[SEVERAL], rows.loc[ONE]
    if several[n] == 0 or one[n] == 0:
        return _("Nobody changed channel from the first order to the second, or everybody did: nothing to compare.")
    pattern = _(
        "Of 100 customers whose second order came through another channel than the first, {share} ordered a third time (between {low} "
        "and {high}; {n} customers)."
    )
    beside = _("Of those who stayed with one channel it was {share} (between {low} and {high}; {n} customers).")
    parts = [pattern.format(**of_100(several, rate, n)), beside.format(**of_100(one, rate, n))]
    return " ".join([*parts, verdict(several, one, rate, n)])
