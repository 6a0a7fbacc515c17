"""Definitions compared, in words."""

from __future__ import annotations

from retention.intervals import ENOUGH
from retention.measure.vendors import VendorRates
from retention.show.charts.vendors import rule_name
from retention.show.i18n import _, interval, number, percent


def depends_on_the_rule(result: VendorRates) -> str:
    """How far apart the rules lie, in one sentence."""
    told = result.table[result.table["customers"] >= ENOUGH].sort_values("rate", kind="stable")
    if told.empty:
        return _("Every rule has fewer than 30 customers to go by: too few to tell.")
    lowest, highest = told.iloc[0], told.iloc[-1]
    if len(told) == 1:
        return _("Only one rule has enough customers: {rate}.").format(rate=percent(lowest["rate"], 0))
    if percent(lowest["rate"], 0) == percent(highest["rate"], 0):
        return _("By every rule with enough customers, {rate} of the customers come back.").format(
            rate=percent(lowest["rate"], 0)
        )
    return _("The share of customers who come back is anywhere from {low} to {high}, depending on the rule.").format(
        low=percent(lowest["rate"], 0), high=percent(highest["rate"], 0)
    )


def rule_by_rule(result: VendorRates) -> list[tuple[str, str]]:
    """For every rule its name with the number, and in words whom it counts and why it differs."""
    said = []
    for row in result.table.itertuples():
        if row.missing:
            number_said = _(row.missing)
        elif row.customers < ENOUGH:
            number_said = _("{counted} of {customers} customers: too few to tell.").format(
                counted=number(row.counted), customers=number(row.customers)
            )
        else:
            number_said = _("{rate} (95 % interval {interval}; {counted} of {customers} customers).").format(
                rate=percent(row.rate),
                interval=interval(row.low, row.high, percent),
                counted=number(row.counted),
                customers=number(row.customers),
            )
        said.append((rule_name(row.vendor, row.name), " ".join([number_said, _(row.rule), _(row.why)])))
    return said
