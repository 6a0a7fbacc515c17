"""Three tests of the generated shop: one with an effect, one without, one whose arms cannot be compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.sample.shop import Shop

REMINDER, BANNER, CARD = "Reorder reminder", "Free shipping banner", "Loyalty card"
DAYS = 60  # from the assignment on: the outcome
REMINDED_OF_BUYERS = 0.6  # 0.6 ÷ 0.4: the reminder brings 1.5 times as many buyers
ORDERS, SILENCE = (1, 2, 3, 5), (30, 60, 120, 240)  # where a stratum of the past ends
BLOCK = 4
RETURNED_MAIL = {True: 0.5, False: 0.03}  # share of cards that came back: of those who had left for good, and of others


def make_experiments(shop: Shop, seed: int = 1) -> pd.DataFrame:
    """Who was in which arm of the three tests of a generated shop.

    "Reorder reminder" (2025-10-01, arms control and reminder): everybody with consent who had bought by then. The
    reminder truly multiplies the share who buy within 60 days by 1.5. As the orders are there already, the arm is drawn
    from the outcome: a buyer is in the reminder arm with probability 0.6, anybody else with the probability by which half
    of each stratum gets it; strata are earlier orders × days since the last one. Where a share p of a stratum buys, Bayes' rule
    gives 0.6 p ÷ 0.5 with the reminder and 0.4 p ÷ 0.5 without: stratum, arm and outcome follow exactly the law of a coin
    tossed beforehand and a reminder that works 1.5 times. That half of a stratum gets it whatever p is, makes the arms alike in
    the past.

    "Free shipping banner" (2025-03-03, arms control and banner): customers of web and app who had bought in the year before,
    by a fair coin in blocks of four. It changes nothing.

    "Loyalty card" (2025-06-02, arms control and card): everybody with an account, by the same coin; but whose card came
    back by mail was struck off the list, and cards come back from people who have left. It changes nothing and looks as if
    it did.

    Returns one row a test and person: experiment, variant, assigned_at, email, customer_id (where there is no e-mail).
    Equal seeds give equal frames.

    >>> from retention.sample.shop import make_shop
    >>> make_experiments(make_shop(customers=300, seed=7))["experiment"].unique().tolist()
    ['Reorder reminder', 'Free shipping banner', 'Loyalty card']
    """
    by_outcome, by_coin, by_mail = (np.random.default_rng((seed, test)) for test in range(3))

    people = _known(shop, "2025-10-01")
    people = people[people["consent"]]
    reminder = people.assign(variant=np.where(_drawn_from_outcome(by_outcome, people), "reminder", "control"))

    people = _known(shop, "2025-03-03")
    people = people[people["channel"].isin(["web", "app"]) & (people["silence"] <= 365)]
    banner = people.assign(variant=np.where(_in_blocks(by_coin, len(people)), "banner", "control"))

    people = _known(shop, "2025-06-02")
    people = people[~people["is_guest"]]
    card = people.assign(variant=np.where(_in_blocks(by_mail, len(people)), "card", "control"))
    has_left = shop.truth["dropped_out_on"].loc[card.index] < card["assigned_at"]
    came_back = (card["variant"] == "card") & (by_mail.random(len(card)) < has_left.map(RETURNED_MAIL))

    tests = {REMINDER: reminder, BANNER: banner, CARD: card[~came_back]}
    rows = pd.concat([people.assign(experiment=name) for name, people in tests.items()], ignore_index=True)
    rows["customer_id"] = rows["customer_id"].where(rows["email"].isna())
    return rows[["experiment", "variant", "assigned_at", "email", "customer_id"]]


def _known(shop: Shop, day: str) -> pd.DataFrame:
    """Customers who had bought before the day: also channel (of the first order), orders, silence (days since the last) and
    bought (whether they bought in the 60 days from then on)."""
    at, people = pd.Timestamp(day), shop.customers
    paid = shop.lines[shop.lines["status"] == "paid"].drop_duplicates("order_id")
    paid = paid.assign(who=paid["email"].fillna(paid["customer_id"]))
    past = (
        paid[paid["ordered_at"] < at]
        .groupby("who")
        .agg(channel=("channel", "first"), orders=("order_id", "size"), last=("ordered_at", "max"))
    )
    bought = paid[(paid["ordered_at"] >= at) & (paid["ordered_at"] < at + pd.Timedelta(days=DAYS))]
    who = people["email"].fillna(people["customer_id"])
    known = people.join(past, on=who).assign(assigned_at=at, bought=who.isin(bought["who"])).dropna(subset="orders")
    return known.assign(silence=(at - known["last"]).dt.days)


def _drawn_from_outcome(rng: np.random.Generator, people: pd.DataFrame) -> np.ndarray:
    strata = [np.searchsorted(ORDERS, people["orders"]), np.searchsorted(SILENCE, people["silence"])]
    share = people["bought"].groupby(strata).transform("mean")
    of_others = (0.5 - REMINDED_OF_BUYERS * share) / (1 - share).where(share < 1)
    return rng.random(len(people)) < np.where(people["bought"], REMINDED_OF_BUYERS, of_others)


def _in_blocks(rng: np.random.Generator, n: int) -> np.ndarray:
    """A fair coin that gives each arm two of every four customers."""
    blocks = np.tile(np.arange(BLOCK) < BLOCK // 2, (n // BLOCK + 1, 1))
    return rng.permuted(blocks, axis=1).ravel()[:n]
