"""What to do for each segment, and what it could be worth in the shop's own numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from retention.errors import OptionError
from retention.orders import Orders
from retention.segment.people import reachable
from retention.segment.rfm import rfm_segments
from retention.segment.schemes import SEASONAL, RfmScheme, usual_name

EXTRA = 0.02  # of those written to, how many order who would not have: an assumption
SLIPPING = ("About to Sleep", "At Risk", "Cannot Lose Them")


@dataclass(frozen=True)
class Play:
    """What a segment means and what usually works there; whether nothing is worth its cost."""

    meaning: str
    works: str
    leave_alone: bool = False


PLAYS = {
    "Champions": Play(
        "Bought lately, buy often and spend the most.",
        "Reward them: early access to what is new, a thank-you, a request for a review. They need no discount.",
    ),
    "Loyal Customers": Play(
        "Buy often and spend well.",
        "Free shipping or a small gift with the next order, and what goes with the things they have.",
    ),
    "Potential Loyalists": Play(
        "Bought lately, but not yet often or not yet for much.",
        "A reason to come back soon: what goes with the last order, or free shipping from a certain amount on.",
    ),
    "New Customers": Play(
        "Bought very lately, rarely and for little, most of them for the first time.",
        "Help with the first product, then a code for the second order that ends on a certain day.",
    ),
    "Promising": Play(
        "Bought fairly lately, but rarely and for little.",
        "A code for the second order, with what others bought next.",
    ),
    "Need Attention": Play(
        "In the middle: neither lately nor long ago, neither much nor little.",
        "A reminder when it is time to buy again, with what is new in the things they like.",
    ),
    "About to Sleep": Play(
        "Have not bought for a while, and not much before.",
        "A reminder before they forget the shop, with one small offer that ends soon.",
    ),
    "At Risk": Play(
        "Bought often or for good money, and have been silent for long.",
        "Win them back with a personal message and a real reason to return. Ask what went wrong before giving a discount.",
    ),
    "Cannot Lose Them": Play(
        "Were among the best and have been silent the longest.",
        "Write or call in person, ask for feedback, offer something of value. They are few: take the time.",
    ),
    "Hibernating": Play(
        "Bought little, and long ago.",
        "One cheap reminder in the season. Leave alone who does not answer.",
    ),
    "Lost": Play(
        "Bought the least, the longest time ago.",
        "Leave them alone: no advertising and no discounts. It costs more than it brings.",
        leave_alone=True,
    ),
    SEASONAL: Play(
        "Buy once a year, at the same time of the year. Silence in between is normal.",
        "A message some weeks before their season. Leave them alone until then.",
    ),
}
ALIKE = {
    "Loyal": "Loyal Customers",
    "Recent": "Potential Loyalists",
    "Needs Attention": "Need Attention",
    "Inactive": "Hibernating",
}


@dataclass(frozen=True)
class SegmentPlaybook:
    """What `segment_playbook` returns.

    table: one row a segment with customers, the best first; its columns stand in `segment_playbook`
    extra_share: the assumption that its worth rests on
    has_margin: whether the worth is profit; otherwise it is revenue
    """

    table: pd.DataFrame
    extra_share: float
    has_margin: bool
    currency: str
    notes: tuple[str, ...] = field(default=())


def segment_playbook(
    orders: Orders, scheme: str | RfmScheme = "quintile", monetary: str = "net", extra_share: float = EXTRA
) -> SegmentPlaybook:
    """What each RFM segment means, what usually works there, and what one message to it could be worth in this shop.

    worth = people × extra share × average order value of the segment × its gross margin, where a margin is known; without one
    it is revenue. People are the customers of the segment with an e-mail address of their own who have not refused
    marketing; where the file has no address at all, all its customers. The extra share is an assumption and not a finding:
    2 of 100 people order once who would not have ordered without the message. Set it to what the shop has seen, best in a
    test with a hold-out.

    Segments, scores, scheme and monetary are those of `rfm_segments`. A segment of one's own gets the advice of the usual
    segment to which most of its codes belong.

    Returns a SegmentPlaybook. Its table: segment, customers, people, meaning, works, aov, aov_low, aov_high (95 %), margin
    (profit ÷ net revenue of the segment; missing without one), extra_share, worth, worth_low, worth_high (currency units, from the
    interval of the order value), enough (at least 30 customers). Worth is missing under 30 customers, where the order value is
    not above zero, and for those best left alone. Raises OptionError for an extra share outside 0 to 1, and otherwise as
    `rfm_segments`.

    When not to trust it: the worth is an assumption times the past. It leaves out the cost of the message and of a discount,
    and its range knows the spread of order values only, not whether the message works. Who buys anyway is no gain.

    >>> import retention as rt
    >>> playbook = rt.segment_playbook(rt.load_sample("cdnow"), extra_share=0.02)
    >>> row = playbook.table.iloc[0]
    >>> row["segment"], int(row["people"]), round(float(row["aov"]), 2), round(float(row["worth"]), 2)
    ('Champions', 590, 37.68, 444.66)
    """
    if not isinstance(extra_share, int | float) or not 0 <= extra_share <= 1:
        raise OptionError(
            "extra_share={value!r} is no share of people.", "Give 0.02 for 2 of 100 people.", value=extra_share
        )
    result = rfm_segments(orders, scheme, monetary)
    summary = result.summary[result.summary["customers"] > 0].reset_index(drop=True)
    can_be_reached = reachable(orders)
    has_addresses = bool(can_be_reached.any())
    reached = result.table.loc[result.table["customer_id"].map(can_be_reached).eq(True), "segment"].value_counts()
    plays = play_names(result.scheme)
    rows = [PLAYS[plays[segment]] for segment in summary["segment"]]
    table = summary[["segment", "customers"]].copy()
    table["people"] = table["segment"].map(reached).fillna(0).astype("int64") if has_addresses else table["customers"]
    table["meaning"] = [play.meaning for play in rows]
    table["works"] = [play.works for play in rows]
    table[["aov", "aov_low", "aov_high"]] = summary[["aov", "aov_low", "aov_high"]]
    table["margin"] = summary["profit"] / summary["net"].where(summary["net"] > 0)
    table["extra_share"] = float(extra_share)
    counts = summary["enough"] & (table["aov"] > 0) & np.array([not play.leave_alone for play in rows])
    each = table["people"] * extra_share * (table["margin"] if orders.margin else 1.0)
    for end in ("", "_low", "_high"):
        table[f"worth{end}"] = (each * table[f"aov{end}"]).where(counts, np.nan)
    table["enough"] = summary["enough"]
    return SegmentPlaybook(table, float(extra_share), orders.margin is not None, orders.currency, _notes(has_addresses))


def play_names(scheme: RfmScheme) -> dict[str, str]:
    """Segment → the usual segment whose advice it gets: by its name, else the one to which most of its codes belong."""
    named = {name: ALIKE.get(name, name) for name in [*scheme.names, SEASONAL]}
    return {name: play if play in PLAYS else _most_alike(name, scheme) for name, play in named.items()}


def _most_alike(name: str, scheme: RfmScheme) -> str:
    usual = Counter()
    for code, segment in scheme.segments.items():
        if segment == name:
            usual[usual_name("".join(str(1 + 4 * (int(score) - 1) // (scheme.levels - 1)) for score in code))] += 1
    return max(PLAYS, key=lambda play: usual[play])


def _notes(has_addresses: bool) -> tuple[str, ...]:
    notes = []
    notes.append(
        "What a message is worth is an assumption. Leave a random part of the list out and compare: only that tells what it did."
    )
    if not has_addresses:
        notes.append("The file holds no e-mail address, so everybody counts as somebody who can be written to.")
    return tuple(notes)
