"""Why revenue moved, in words."""

from __future__ import annotations

from retention.measure.bridge import RevenueBridge
from retention.show.i18n import _, money, money_change, number, span

WORTH_SAYING = 0.05  # of the largest part; smaller ones stand in the table


def why_revenue_moved(result: RevenueBridge) -> str:
    """The change between two windows and the parts of the sum that made it, the largest first."""
    currency, digits = result.currency, _digits(result)
    facts = {
        "window": span(result.start, result.end),
        "before": span(*result.against),
        "amount": money(abs(result.change), currency, digits),
        "net": money(result.net, currency, digits),
        "parts": ", ".join(_parts(result)),
    }
    if not facts["parts"]:
        sentence = _("{window} brought as much as {before}: {net}.").format(**facts)
    elif facts["amount"] == money(0, currency, digits):
        sentence = _("{window} brought as much as {before}, {net}: {parts}.").format(**facts)
    elif result.change > 0:
        sentence = _("{window} brought {amount} more than {before}: {parts}.").format(**facts)
    else:
        sentence = _("{window} brought {amount} less than {before}: {parts}.").format(**facts)
    return sentence[0].upper() + sentence[1:]


def whose_change(result: RevenueBridge) -> str:
    """How many customers lapsed, came and stayed, and what that changed in money."""
    rows = result.table.set_index("step")
    came = rows.loc[["new", "reactivated"]].sum(numeric_only=True)
    groups = {"lapsed": rows.loc["lapsed"], "came": came, "stayed": rows.loc["retained"]}
    if not any(group["customers"] for group in groups.values()):
        return _("Nobody can say whose change it was: no order in these windows names a customer.")
    facts = {name: number(group["customers"]) for name, group in groups.items()}
    for name, group in groups.items():
        facts[f"{name}_change"] = money_change(group["change"], result.currency, _digits(result))
    return _(
        "Customers who lapsed: {lapsed} ({lapsed_change}). New or back again: {came} ({came_change}). In both windows: "
        "{stayed} ({stayed_change})."
    ).format(**facts)


def _digits(result: RevenueBridge) -> int | None:
    """Whole units where cents are noise."""
    return 0 if max(abs(result.net), abs(result.net_against)) >= 1000 else None


def _parts(result: RevenueBridge) -> list[str]:
    patterns = {
        "customers": (_("more customers added {amount}"), _("fewer customers took away {amount}")),
        "purchase_frequency": (
            _("more orders per customer added {amount}"),
            _("fewer orders per customer took away {amount}"),
        ),
        "aov": (_("a higher order value added {amount}"), _("a lower order value took away {amount}")),
        "refunds_without_purchase": (
            _("fewer refunds to people who bought nothing added {amount}"),
            _("more refunds to people who bought nothing took away {amount}"),
        ),
        "unknown": (
            _("orders that name nobody added {amount}"),
            _("orders that name nobody took away {amount}"),
        ),
    }
    rows = [row for row in result.factors.itertuples() if row.change]
    rows.sort(key=lambda row: -abs(row.change))
    nothing, digits = money(0, result.currency, _digits(result)), _digits(result)
    said = []
    for row in rows:
        amount = money(abs(row.change), result.currency, digits)
        if amount != nothing and abs(row.change) >= WORTH_SAYING * abs(rows[0].change):
            said.append(patterns[row.step][row.change < 0].format(amount=amount))
    return said
