"""Support tickets of the generated shop, with reply times that have nothing to do with who comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd

SHARE = 0.08  # of paid orders, and as much again of those with the faulty product line
FAULTY = "Zephyr"
TOPICS = {"delivery": 0.4, "product question": 0.25, "return": 0.2, "invoice": 0.15}
MEDIAN_HOURS, SPREAD = 6.0, 1.6  # of the first reply, log-normal
UNANSWERED = 0.06


def make_tickets(lines: pd.DataFrame, seed: int = 3) -> pd.DataFrame:
    """Support tickets about the paid orders of `make_shop(…).lines`.

    An order with a Zephyr product, the faulty line, is followed by a ticket twice as often as any other, mostly about the
    defect. The reply takes a log-normal time that is drawn on its own: whether a customer comes back does not depend on it,
    so what the sample shows of reply times and purchases is chance. Some tickets are never answered.

    Returns one row a ticket, by the time it was opened: ticket_id, order_id (missing in one of five), email, opened_at,
    first_reply_at, solved_at, topic.

    >>> from retention.sample.shop import make_shop
    >>> tickets = make_tickets(make_shop(customers=200, months=6, seed=7).lines)
    >>> bool((tickets["first_reply_at"].dropna() > tickets["opened_at"].loc[tickets["first_reply_at"].notna()]).all())
    True
    """
    rng = np.random.default_rng(seed)
    paid = lines[(lines["status"] == "paid") & lines["email"].notna()]
    orders = paid.groupby("order_id", sort=False).agg(
        ordered_at=("ordered_at", "first"),
        email=("email", "first"),
        faulty=("product", lambda names: names.str.startswith(FAULTY).any()),
    )
    chosen = orders[rng.random(len(orders)) < SHARE * (1 + orders["faulty"])]
    n = len(chosen)
    topics = rng.choice(list(TOPICS), n, p=list(TOPICS.values()))
    opened = chosen["ordered_at"].to_numpy() + rng.integers(3_600, 20 * 86_400, n).astype("m8[s]")
    waited = np.maximum(MEDIAN_HOURS * 3_600 * np.exp(SPREAD * rng.normal(size=n)), 120).astype(int)
    solved = waited + rng.integers(600, 4 * 86_400, n)
    is_silent = rng.random(n) < UNANSWERED
    tickets = pd.DataFrame(
        {
            "order_id": chosen.index.to_series().where(rng.random(n) > 0.2).array,
            "email": chosen["email"].array,
            "opened_at": opened,
            "first_reply_at": pd.Series(opened + waited.astype("m8[s]")).mask(is_silent),
            "solved_at": pd.Series(opened + solved.astype("m8[s]")).mask(is_silent),
            "topic": np.where(chosen["faulty"] & (rng.random(n) < 0.7), "defect", topics),
        }
    )
    # Nothing that happens after the last order is known yet.
    end = lines["ordered_at"].max()
    tickets = tickets[tickets["opened_at"] <= end].sort_values("opened_at", kind="stable").reset_index(drop=True)
    later = ["first_reply_at", "solved_at"]
    tickets[later] = tickets[later].where(tickets[later] <= end)
    tickets.insert(0, "ticket_id", "T" + (tickets.index + 1).astype(str).str.zfill(4))
    return tickets
