"""The same shop under the rules of several tools."""

from retention.show.charts.feedback import rates_by_group
from retention.show.i18n import _


def vendor_dots(result):
    """Draw every rule of `vendor_rates` as a dot with its 95 % interval, the highest first; ours stand out.

    vendor_dots(rt.vendor_rates(orders))
    """
    rows = result.table.sort_values("rate", ascending=False, kind="stable", na_position="last")
    patterns = {True: _("{vendor}: {name}"), False: _("Here: {name}")}
    others = rows["vendor"] != "retention"
    names = [
        patterns[other].format(vendor=vendor, name=_(name))
        for other, vendor, name in zip(others, rows["vendor"], rows["name"], strict=True)
    ]
    groups = rows.rename(columns={"rate": "share", "customers": "n"}).assign(
        name=names, contrast=others, note=[_("not observed") if text else "" for text in rows["missing"]]
    )
    return rates_by_group(groups, _("Share of customers, by rule"))
