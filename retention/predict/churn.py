"""Who is likely to stay away, scored from what was known, and how good that score was when it could be checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from retention.errors import EmptyError, OptionError
from retention.intervals import ENOUGH
from retention.measure.lapse import FLOOR, LapseThreshold, lapse_threshold
from retention.orders import Orders, known_purchases
from retention.predict.features import buyers_between, features_at
from retention.predict.learning import Sample, learn, sigmoid, simplest_of_the_best
from retention.predict.scorecard import (
    DRIVERS,
    QUALITY,
    RELIABILITY,
    drivers_of,
    moved_by,
    quality_of,
    reliability_of,
)

RULE = "rule of thumb"
OWN, PEERS, IN_RHYTHM = "own rhythm", "peers' rhythm", "in rhythm"
ORIGINS = 4  # cut-offs the score learns from, at most
HORIZONS = 4  # so many horizons of history are the least: one to know by, one each to learn, to choose and to test
AT_STAKE = 2  # lapse thresholds of silence after which a customer is no longer at stake
MONTH = 30
CUSTOMERS = 50_000  # the score learns from so many
OWN_RHYTHM = 3  # purchase days from which a customer has a rhythm
MOVED = 0.01  # risk that a change of features has to add to be named


@dataclass(frozen=True)
class ChurnScores:
    """What `score_churn` returns.

    table: one row a customer at stake, the highest risk first; its columns stand in `score_churn`
    quality, reliability, drivers: how good the score was when it could be checked; empty without one
    model: "logistic", "boosting", "recency" (silence alone), or "rule of thumb" where there is too little to learn from
    lacking: what there is and what it takes (days, days_needed, leavers, stayers, needed), where there is too little
    """

    table: pd.DataFrame = field(repr=False)
    quality: pd.DataFrame
    reliability: pd.DataFrame = field(repr=False)
    drivers: pd.DataFrame = field(repr=False)
    model: str
    horizon_days: int
    lapse: LapseThreshold
    currency: str = field(repr=False)
    lacking: dict[str, int] | None = None
    notes: tuple[str, ...] = ()

    @property
    def at_stake_days(self) -> int:
        """The most days of silence with which somebody is still at stake."""
        return AT_STAKE * self.lapse.days


def score_churn(orders: Orders, horizon_days: int | None = None, seed: int = 0) -> ChurnScores:
    """Who is likely to stay away: the risk of every customer at stake that they do not buy in the next so many days.

    At stake is who has bought and has been silent for no longer than twice the lapse threshold (`lapse_threshold`); who has
    been silent for longer is lost already. Risk = probability of no purchase in the horizon_days days from the end of
    observation on; left out, they are the lapse threshold, or a quarter of the history where that is less.

    The score learns from the past: on a cut-off day it looks at what was known of everybody at stake until then, and whether
    they bought in the horizon after it. Cut-offs lie a horizon apart. On the last one whose horizon is over it is tested, on
    the one before it is chosen and calibrated, and on up to four before those it learns, so that nothing of the test was
    known to it. Three models compete: silence alone, logistic regression on all features (logarithms, standardised), and
    boosted trees. The simplest is taken unless a more complicated one beats it where they are chosen, by a Brier score that
    is better by more than the standard error of the difference. Each is calibrated by a sigmoid (Platt). The risks of today
    come from the model so chosen, fitted anew in the same way one horizon later. In a larger shop it learns from 50,000 customers drawn at random.

    It looks at days of silence, also in terms of the customer's own median gap and of that of customers with as many purchase
    days; these gaps; purchase days, in all and in the last 90 days; days since the first; what was paid, in all and per
    order; shares of discounts and returns; different categories and products; the channel of the last order.

    The quality of the score: the share of pairs of a customer who stayed away and one who came back in which the first had
    the higher risk (AUC, 50 of 100 is guessing), and the mean squared error of the risk (Brier). Beside it stand the other
    models, P(alive) of the MBG/NBD model, silence alone, and the same risk for everybody.

    Where it takes more history, or 30 customers who left and 30 who stayed on each of these cut-offs, there are no risks but
    the rule of thumb: active, at risk, lapsed by the days of silence (`lapse_threshold`).

    Returns a ChurnScores. table: customer_id, risk (0 to 1), risk_before (by the same model 30 days earlier; missing for who was
    not at stake then), recency_days, usual_gap (the own median gap), peers_gap (days), purchase_days, group (active, at risk,
    lapsed by the lapse threshold), reason ("own rhythm": silent for longer than the own usual gap, known from three purchase
    days on; "peers' rhythm": longer than customers with as many purchase days; else "in rhythm"), driver (the group of
    features whose change in these 30 days raised the risk most, if by one point or more) and driver_effect (by how much). quality: model, chosen, auc with
    auc_low and auc_high (95 %, DeLong), brier, n, leavers, auc_behind with auc_behind_low and auc_behind_high (how far its
    AUC lies behind the chosen model's). reliability, a row a tenth: bin_from, bin_to, predicted, observed with low and high
    (Wilson), n, enough. drivers: feature, effect (AUC lost when these features are shuffled among the customers of the test).
    Raises OptionError for a horizon below one day, and EmptyError when no purchase names a customer.

    With filters, it takes the purchases that pass them and asks for the next one that passes them. A filter by customers
    chooses who is scored; the score learns from everybody, since such a filter knows who they became.

    Sources: Platt (1999), Advances in Large Margin Classifiers, 61–74; DeLong, DeLong & Clarke-Pearson (1988), Biometrics
    44, 837–845; Brier (1950), Monthly Weather Review 78, 1–3.

    When not to trust it: it takes the next weeks to be like the past, so before a season, a sale or a move of the shop it errs. A
    high risk is not a reason, and not proof that a message would help. Customers who bought before the data begin look newer
    than they are. Orders that were cancelled or marked as a test later are missing from the past as well. Under 1,000
    customers at stake the score is coarse.

    >>> import retention as rt
    >>> scores = rt.score_churn(rt.load_sample("cdnow"))
    >>> scores.model, scores.horizon_days, bool(scores.table["risk"].between(0, 1).all())
    ('logistic', 117, True)
    """
    is_whole = isinstance(horizon_days, int | np.integer) and not isinstance(horizon_days, bool)
    if horizon_days is not None and not (is_whole and horizon_days >= 1):
        raise OptionError(
            "horizon_days={days!r} is no number of days.", "Give a whole number such as 90.", days=horizon_days
        )
    if orders.frame(known_purchases(orders).limit(1)).empty:
        raise EmptyError(
            "No order names a customer who can be told apart.", "Export the orders with an e-mail or customer number."
        )
    whole = everybody(orders)
    lapse = lapse_threshold(whole)
    history, notes = (orders.as_of - orders.since).days, []
    horizon = int(horizon_days or 0) or max(min(lapse.days, history // HORIZONS), FLOOR)
    if horizon_days is None and horizon < lapse.days:
        notes.append("The data are too short to look ahead as far as the lapse threshold.")
    elif horizon_days is None:
        notes.append("The risk looks ahead as far as the lapse threshold.")
    at_stake = AT_STAKE * lapse.days
    now, before = (features_at(whole, orders.as_of - timedelta(days), at_stake) for days in (0, MONTH))
    if orders.selection.customers:
        chosen_ones = orders.frame(orders.customers.select("customer_id"))["customer_id"]
        now = now[now["customer_id"].isin(chosen_ones)].reset_index(drop=True)
    table = _with_reasons(now, lapse)
    past = _Past(whole, horizon, at_stake, seed)
    shared = {"horizon_days": horizon, "lapse": lapse, "currency": orders.currency}
    if lacking := past.lacking():
        table = table.sort_values(["recency_days", "customer_id"], ascending=[False, True], ignore_index=True)
        nothing = (pd.DataFrame(columns=list(columns)) for columns in (QUALITY, RELIABILITY, DRIVERS))
        return ChurnScores(table, *nothing, RULE, **shared, lacking=lacking, notes=lapse.notes)
    models = learn(past.learned_from(3), past.sample(2), seed)
    chosen = simplest_of_the_best(models, past.sample(2))
    test = past.sample(1)
    risks = {name: model.risk(test.known) for name, model in models.items()}
    risks |= past.p_alive()
    risks["base rate"] = np.full(len(test.left), past.sample(2).left.mean())
    quality = quality_of(risks, test.left, chosen)
    model = learn(past.learned_from(2), test, seed, only=chosen)[chosen]
    table["risk"] = model.risk(now)
    then = before.set_index("customer_id").reindex(now["customer_id"]).reset_index()
    known = then["recency_days"].notna().to_numpy()
    table.loc[known, "risk_before"] = model.risk(then[known])
    driver, effect = moved_by(model, now[known], then[known], table.loc[known, "risk"].to_numpy())
    table.loc[known, "driver"], table.loc[known, "driver_effect"] = np.where(effect >= MOVED, driver, ""), effect
    return ChurnScores(
        table=table.sort_values(["risk", "customer_id"], ascending=[False, True], ignore_index=True),
        quality=quality,
        reliability=reliability_of(risks[chosen], test.left),
        drivers=drivers_of(models[chosen], test, seed),
        model=chosen,
        **shared,
        notes=(*lapse.notes, *notes, *_notes(quality, past.share, orders)),
    )


def everybody(orders: Orders) -> Orders:
    """The same shop without filters by customers, which know who somebody became."""
    return replace(orders, selection=replace(orders.selection, customers=()))


class _Past:
    """What was known on each cut-off, counted in horizons before the end of observation, and what came of it."""

    def __init__(self, orders: Orders, horizon: int, silent_up_to: int, seed: int) -> None:
        self.orders, self.horizon, self.silent_up_to, self.seed = orders, horizon, silent_up_to, seed
        customers = int(orders.frame(orders.customers.count().as_table()).iloc[0, 0])
        self.share = min(1.0, CUSTOMERS / customers)
        self.history = (orders.as_of - orders.since).days
        self._samples: dict[int, Sample] = {}

    def known(self, back: int, silent_up_to: int | None) -> pd.DataFrame:
        cut_off = self.orders.as_of - timedelta(back * self.horizon)
        return features_at(self.orders, cut_off, silent_up_to, self.share, self.seed)

    def sample(self, back: int) -> Sample:
        """Who was at stake so many horizons ago, and whether they stayed away."""
        if back not in self._samples:
            start = self.orders.as_of - timedelta(back * self.horizon)
            known = self.known(back, self.silent_up_to)
            back_again = buyers_between(self.orders, start, start + timedelta(self.horizon))
            self._samples[back] = Sample(known, (~known["customer_id"].isin(back_again)).to_numpy(dtype=int))
        return self._samples[back]

    def learned_from(self, latest: int) -> Sample:
        """Those of up to four cut-offs together, each with at least a horizon of history before it."""
        last = min(latest + ORIGINS, self.history // self.horizon)
        parts = [self.sample(back) for back in range(latest, last)]
        return Sample(
            pd.concat([part.known for part in parts], ignore_index=True), np.concatenate([part.left for part in parts])
        )

    def lacking(self) -> dict[str, int] | None:
        """What there is and what it takes, where there is too little to learn from."""
        found = {"days": self.history, "days_needed": HORIZONS * self.horizon, "needed": ENOUGH}
        if found["days"] < found["days_needed"]:
            return found
        samples = (self.learned_from(3), self.sample(2), self.sample(1))
        found["leavers"] = int(min(part.left.sum() for part in samples))
        found["stayers"] = int(min((1 - part.left).sum() for part in samples))
        return found if min(found["leavers"], found["stayers"]) < ENOUGH else None

    def p_alive(self) -> dict[str, np.ndarray]:
        """1 − P(alive) of the customers of the test by a model fitted a horizon before, calibrated as the others are."""
        from retention.predict.models import fit_activity

        def arguments(known: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
            return known["purchase_days"] - 1, known["tenure_days"] - known["recency_days"], known["tenure_days"]

        model = fit_activity(*arguments(self.known(2, None)))
        chosen, test = (
            np.clip(1 - model.p_alive(*arguments(self.sample(back).known)), 1e-6, 1 - 1e-6) for back in (2, 1)
        )
        slope, intercept = sigmoid(np.log(chosen / (1 - chosen)), self.sample(2).left)
        return {"p_alive": 1 / (1 + np.exp(-intercept - slope * np.log(test / (1 - test))))}


def _with_reasons(known: pd.DataFrame, lapse: LapseThreshold) -> pd.DataFrame:
    """The table without risks: how long they have been silent, by which rhythm that is long, and the rule of thumb."""
    silent, own, peers = known["recency_days"], known["own_gap"], known["peers_gap"]
    has_rhythm = known["purchase_days"] >= OWN_RHYTHM
    at_risk_from = lapse.days if lapse.at_risk_from is None else lapse.at_risk_from
    table = pd.DataFrame(
        {
            "customer_id": known["customer_id"],
            "risk": np.nan,
            "risk_before": np.nan,
            "recency_days": silent.astype(int),
            "usual_gap": own,
            "peers_gap": peers,
            "purchase_days": known["purchase_days"].astype(int),
            "group": np.select([silent > lapse.days, silent > at_risk_from], ["lapsed", "at risk"], "active"),
            "reason": np.select(
                [has_rhythm & (silent > own), ~has_rhythm & (silent > peers)],
                [OWN, PEERS],
                IN_RHYTHM,
            ),
            "driver": "",
            "driver_effect": np.nan,
        }
    )
    return table


def _notes(quality: pd.DataFrame, share: float, orders: Orders) -> list[str]:
    notes = []
    rows = quality.set_index("model")
    chosen = rows[rows["chosen"]].iloc[0]
    if chosen.name == "recency":
        notes.append("No model that looks at more than the days of silence was better, so the score is silence alone.")
    elif rows.loc["recency", "auc_behind"] <= 0:
        notes.append(
            "Plain silence told leavers from stayers as well as the score did: do not trust the score over it."
        )
    elif rows.loc["recency", "auc_behind_low"] <= 0:
        notes.append(
            "The score told leavers from stayers better than plain silence, but chance could explain the difference."
        )
    if chosen["brier"] >= rows.loc["base rate", "brier"]:
        notes.append("The risks came no closer to what happened than the same risk for everybody would have.")
    if share < 1:
        notes.append(
            "The score was learned and tested on 50,000 customers drawn at random; everybody at stake is scored by it."
        )
    if orders.selection.customers:
        notes.append("The score was learned from all customers, not only from those who were chosen here.")
    return notes
