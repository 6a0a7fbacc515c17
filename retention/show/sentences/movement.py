"""Movement between segments in words."""

from __future__ import annotations

from retention.intervals import ENOUGH
from retention.segment.movement import NEW, SegmentMovement
from retention.show.i18n import _, money, number, span
from retention.show.measures import group_name
from retention.show.sentences.groups import of_100


def who_moved(result: SegmentMovement) -> str:
    """How many moved up and how many slipped, in one sentence."""
    table = result.table
    known = table[table["from"] != NEW]
    n = int(known["customers"].sum())
    window = span(result.then, result.now)
    if n < ENOUGH:
        return _("Customers who had bought before {window}: {n}, too few to tell.").format(window=window, n=number(n))
    moved = known.groupby("direction")["customers"].sum()
    up, down = (int(moved.get(direction, 0)) for direction in ("up", "down"))
    if not up and not down:
        return _("{window}: of {n} customers, nobody moved up and nobody slipped.").format(window=window, n=number(n))
    pattern = _("{window}: of {n} customers, {up} moved up and {down} slipped to a lower segment.")
    return pattern.format(window=window, n=number(n), up=number(up), down=number(down))


def why_they_moved(result: SegmentMovement) -> list[str]:
    """Whether customers or cut-offs moved, how many of the best bought again, and who left them."""
    lines = []
    for direction, pattern in (
        (
            "down",
            _(
                "Of those who slipped, {changed} changed themselves: their last order is longer ago. {cut_offs} slipped only because the "
                "cut-offs moved, and {both} for both reasons."
            ),
        ),
        (
            "up",
            _(
                "Of those who moved up, {changed} changed themselves. {cut_offs} moved up only because the cut-offs moved, and "
                "{both} for both reasons."
            ),
        ),
    ):
        rows = result.table[result.table["direction"] == direction]
        if len(rows):
            lines.append(pattern.format(**{why: number(rows[why].sum()) for why in ("changed", "cut_offs", "both")}))
    best = result.kept.set_index("segment").loc[result.best]
    segment = group_name(result.best)
    if best["customers"] >= ENOUGH:
        pattern = _(
            "Of 100 customers in {segment}, {share} bought again in this time (between {low} and {high}; {n} customers)."
        )
        lines.append(pattern.format(segment=segment, **of_100(best, "retention", "customers")))
    if len(result.left):
        amount = money(result.left["monetary"].sum(), result.currency, 0)
        changed = (result.left["why"] == "changed").sum()
        pattern = _(
            "Customers who left {segment}: {n}, of them because they changed themselves: {changed}. All of them together have "
            "brought {amount} so far."
        )
        facts = {"n": number(len(result.left)), "changed": number(changed), "amount": amount}
        lines.append(pattern.format(segment=segment, **facts))
    return lines
