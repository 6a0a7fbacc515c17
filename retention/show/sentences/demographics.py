"""Customers by age, gender or place in words."""

from __future__ import annotations

from retention.intervals import ENOUGH
from retention.segment.demographics import OTHERS, RATE, UNKNOWN, DemographicTable
from retention.show.i18n import _, number, percent
from retention.show.measures import group_name
from retention.show.sentences.groups import of_100


def which_groups_stand_out(result: DemographicTable) -> str:
    """The group that comes back more or less than all others beyond what chance explains, if there is one."""
    table = result.table
    tested = table[table["p_adjusted"].notna()]
    if tested.empty:
        return _("Too few customers to tell whether one group comes back more than the others.")
    standing = tested[tested["differs"].astype(bool)].sort_values(["p_value", "difference"], ascending=[True, False])
    if standing.empty:
        n = table.loc[table["group"] != UNKNOWN, f"{RATE}_n"].sum()
        return _(
            "Among {n} customers, no group orders a second time within 90 days more or less often than the others, beyond what "
            "chance explains."
        ).format(n=number(n))
    first = standing.iloc[0]
    pattern = _(
        "{group}: of 100 new customers, {share} order a second time within 90 days (between {low} and {high}; {n} customers). Among all "
        "others it is {others}, and the difference is larger than chance explains."
    )
    others = number((first[RATE] - first["difference"]) * 100)
    sentence = pattern.format(group=group_name(first["group"]), others=others, **of_100(first, RATE, f"{RATE}_n"))
    more = [group_name(name) for name in standing["group"].iloc[1:]]
    if more and len(tested) > 2:
        sentence += " " + _("Beyond chance as well: {groups}.").format(groups=", ".join(more))
    return sentence


def which_group_is_largest(result: DemographicTable) -> str:
    """The largest group and its share of the customers, in one sentence."""
    table = result.table
    named = table[~table["group"].isin([OTHERS, UNKNOWN])]
    total = table["customers"].sum()
    if total < ENOUGH:
        return _("Customers: {n}, too few to tell groups apart.").format(n=number(total))
    first = named.sort_values("customers", ascending=False, kind="stable").iloc[0]
    pattern = _("The largest group is {group}: {share} of 100 customers (between {low} and {high}; {n} customers).")
    facts = of_100(first, "share", "customers") | {"n": number(total)}
    sentence = pattern.format(group=group_name(first["group"]), **facts)
    unknown = table.loc[table["group"] == UNKNOWN, "share"]
    if len(unknown):
        sentence += " " + _("Not known: {share}.").format(share=percent(unknown.iloc[0], 0))
    return sentence
