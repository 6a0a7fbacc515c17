"""The same shop under the rules of several tools."""

from retention.show.charts.feedback import rates_with_notes
from retention.show.i18n import _


def vendor_dots(result):
    """Draw every rule of `vendor_rates` as a dot with its 95 % interval, the highest first; ours stand out.

    vendor_dots(rt.vendor_rates(orders))
    """
    rows = result.table.sort_values("rate", ascending=False, kind="stable", na_position="last")
    names = [rule_name(vendor, name) for vendor, name in zip(rows["vendor"], rows["name"], strict=True)]
    groups = rows.rename(columns={"rate": "share", "customers": "n"}).assign(
        name=names,
        contrast=rows["vendor"] != "retention",
        note=[_("not observed") if text else "" for text in rows["missing"]],
    )
    return rates_with_notes(groups, _("Share of customers, by rule"))


def rule_name(vendor, name):
    """Name a rule with the tool it belongs to."""
    if vendor == "retention":
        return _("Here: {name}").format(name=_(name))
    return f"{vendor}: {_(name)}"
