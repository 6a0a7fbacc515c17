"""Who is slipping away and how good the score is, in words."""

from __future__ import annotations

import pandas as pd

from retention.intervals import ENOUGH
from retention.predict.at_risk import ValueAtRisk
from retention.predict.churn import IN_RHYTHM, OWN, RULE, ChurnScores
from retention.show.i18n import _, money, number, percent
from retention.show.sentences.groups import of_100


def feature_name(feature: str) -> str:
    """What a group of features is called."""
    return {
        "silence": _("how long they have been silent"),
        "rhythm": _("the usual time between orders"),
        "orders": _("how often they have bought, also lately"),
        "money": _("what they spend"),
        "discounts": _("discounts"),
        "returns": _("returns"),
        "range": _("how many different products they bought"),
        "channel": _("the channel of the last order"),
    }[feature]


def who_is_slipping(result: ValueAtRisk) -> str:
    """How many are slipping away, and what is expected of them."""
    overall = result.overall
    n, slipping = int(overall["customers"]), int(overall["slipping"])
    facts = {"n": number(n), "slipping": number(slipping), "days": number(result.churn.at_stake_days)}
    if n < ENOUGH:
        pattern = _("Customers who bought in the last {days} days: {n}, too few to tell who is slipping away.")
        return pattern.format(**facts)
    if not slipping:
        return _("Of {n} customers who bought in the last {days} days, nobody is slipping away.").format(**facts)
    if pd.isna(overall["value_at_risk"]):
        return _("Of {n} customers who bought in the last {days} days, {slipping} are slipping away.").format(**facts)
    pattern = (
        _(
            "By a rule of thumb, {slipping} customers may be slipping away: {amount} expected of them in the next 12 months is at stake."
        )
        if result.churn.model == RULE
        else _("{slipping} customers are slipping away: {amount} expected of them in the next 12 months is at stake.")
    )
    return pattern.format(slipping=number(slipping), amount=money(overall["value_at_risk"], result.currency, 0))


def what_is_at_stake(result: ValueAtRisk) -> list[str]:
    """How sure the money is, why these customers are on the list, where most of it lies, and how many can be written to."""
    overall, people, lines = result.overall, result.customers, []
    if not len(people) or overall["customers"] < ENOUGH:
        return lines
    if pd.notna(overall["share"]):
        pattern = _(
            "That is {share} of what is expected of the {n} customers who bought in the last {days} days, probably between {low} and {high}. It can be "
            "lost; not all of it will be."
        )
        ends = {end: money(overall[end], result.currency, 0) for end in ("low", "high")}
        lines.append(
            pattern.format(
                share=percent(overall["share"], 0),
                n=number(overall["customers"]),
                days=number(result.churn.at_stake_days),
                **ends,
            )
        )
    lines.append(_why_they_are_listed(result))
    most = result.table.loc[result.table["value_at_risk"].fillna(0).idxmax()]
    if most["enough"] and most["value_at_risk"] > 0:
        pattern = _("Most of it, {amount}, hangs on {n} customers of the segment “{segment}”.")
        amount = money(most["value_at_risk"], result.currency, 0)
        lines.append(pattern.format(amount=amount, n=number(most["slipping"]), segment=_(most["segment"])))
    can = people["contactable"].fillna(False).astype(bool) & people["consent"].ne(False)
    pattern = _("Have an e-mail address of their own and have not refused marketing: {can} of {n}.")
    lines.append(pattern.format(can=number(can.sum()), n=number(len(people))))
    return lines


def _why_they_are_listed(result: ValueAtRisk) -> str:
    counts = result.customers["why"].value_counts()
    if result.churn.model == RULE:
        pattern = _(
            "They have been silent for longer than usual, and for more than {days} days, which is longer than 40 of 100 gaps between two "
            "orders last."
        )
        return pattern.format(days=number(result.churn.lapse.at_risk_from))
    pattern = _(
        "All of them have been silent for longer than usual. For {rose} the risk of not ordering within {days} days has risen by 10 "
        "points or more in a month; for the other {high} it has risen and is now 50 % or more."
    )
    rose, high = (number(counts.get(why, 0)) for why in ("rose", "high"))
    return pattern.format(rose=rose, high=high, days=number(result.churn.horizon_days))


def why_no_score(scores: ChurnScores) -> str:
    """What is missing for a score; empty where there is one."""
    lacking = scores.lacking
    if lacking is None:
        return ""
    if lacking["days"] < lacking["days_needed"]:
        pattern = _(
            "There is too little history to learn from: it takes {needed} days, these orders cover {days}. Until then a rule of thumb "
            "stands in."
        )
        return pattern.format(needed=number(lacking["days_needed"]), days=number(lacking["days"]))
    pattern = _(
        "There are too few customers to learn from: it takes {needed} who stayed away and {needed} who came back on every cut-off; "
        "the fewest are {leavers} and {stayers}. Until then a rule of thumb stands in."
    )
    return pattern.format(**{name: number(lacking[name]) for name in ("needed", "leavers", "stayers")})


def how_good(scores: ChurnScores) -> list[str]:
    """How often the score was right when it could be checked, beside plain silence, and whether its risks came true."""
    if scores.quality.empty:
        return []
    rows = scores.quality.set_index("model")
    best, silence = rows.iloc[0], rows.loc["recency"]
    facts = {"low": number(best["auc_low"] * 100), "high": number(best["auc_high"] * 100), "n": number(best["n"])}
    facts |= {
        "leavers": number(best["leavers"]),
        "days": number(scores.horizon_days),
        "share": number(best["auc"] * 100),
    }
    pattern = _(
        "The score puts a leaver before a stayer in {share} of 100 pairs (between {low} and {high}); plain silence does so in {silence}, "
        "guessing in 50. That was checked on the last {days} days, which it did not know: {leavers} of {n} customers, the leavers, did not "
        "order in them."
    )
    lines = [pattern.format(silence=number(silence["auc"] * 100), **facts)]
    bins = scores.reliability
    row = bins.loc[bins["n"].idxmax()].rename({"low": "observed_low", "high": "observed_high"})
    if row["enough"]:
        pattern = _(
            "Of 100 customers given a risk of {bin_from} to {bin_to} %, {share} stayed away (between {low} and {high}; {n} customers)."
        )
        ends = {end: number(row[end] * 100) for end in ("bin_from", "bin_to")}
        lines.append(pattern.format(**ends, **of_100(row, "observed", "n")))
    given, stayed_away = (
        number((bins[name] * bins["n"]).sum() / bins["n"].sum() * 100) for name in ("predicted", "observed")
    )
    pattern = _("Of 100 of all these customers it expected {given} to stay away; {stayed_away} did.")
    lines.append(pattern.format(given=given, stayed_away=stayed_away))
    drivers = scores.drivers[scores.drivers["effect"] >= 0.005].head(3)
    if len(drivers):
        told = _("{what} ({pairs} of 100 pairs)")
        parts = [
            told.format(what=feature_name(row.feature), pairs=number(row.effect * 100, 1))
            for row in drivers.itertuples()
        ]
        pattern = _("What tells most, and how many pairs would go wrong without it: {what}.")
        lines.append(pattern.format(what="; ".join(parts)))
    return lines


def reasons(people: pd.DataFrame) -> list[str]:
    """Why each customer is on the list: by which rhythm they have been silent for long, and what raises the risk."""
    columns = ["reason", "recency_days", "usual_gap", "peers_gap", "purchase_days", "driver"]
    rounded = people[columns].assign(purchase_days=people["purchase_days"].clip(upper=2)).round().fillna(-1)
    keys = list(rounded.itertuples(index=False, name=None))
    told = {key: _reason(*key) for key in set(keys)}
    return [told[key] for key in keys]


def _reason(reason: str, silent: float, usual: float, peers: float, purchases: float, driver: str) -> str:
    if reason == OWN:
        pattern = _("Silent for {days} days, usually orders every {gap}.")
    elif reason == IN_RHYTHM:
        pattern = _("Silent for {days} days, not longer than usual.")
    elif purchases == 1:
        pattern = _("Bought once, {days} days ago; half of those who came back did so within {gap}.")
    else:
        pattern = _("Silent for {days} days; half of those who had ordered as often came back within {gap}.")
    gap = max(usual if reason == OWN else peers, 1)
    said = pattern.format(days=number(silent), gap=number(gap))
    if driver in ("", "silence"):
        return said
    what = _("fewer orders lately") if driver == "orders" else feature_name(driver)
    return f"{said} {_('What raised the risk most in the last month: {what}.').format(what=what)}"
