"""What to do this week, and what it could be worth, in words."""

from __future__ import annotations

import pandas as pd

from retention.act.opportunities import Opportunities
from retention.show.i18n import MISSING, _, date, listed, money, number, percent, weekday
from retention.show.measures import group_name
from retention.show.opportunities import opportunity_name


def what_to_do(found: Opportunities) -> str:
    """The most valuable opportunity with its people and its worth."""
    if found.ranked.empty and found.left_out:
        return nothing_left()
    if found.ranked.empty:
        people = number(found.table["people"].sum())
        return _("Nothing to recommend this week: too few people to tell, in all kinds together {people}.").format(
            people=people
        )
    row = found.ranked.iloc[0]
    pattern = {
        "second_order": _(
            "This week: write to {people} first-time buyers who are due for their second order; worth about {worth}, between {low} and "
            "{high}."
        ),
        "slipping_best": _(
            "This week: write to {people} of your best customers who are slipping away; worth about {worth}, between {low} and {high}."
        ),
        "replenishment": _(
            "This week: write to {people} customers who are due to buy a product again; worth about {worth}, between {low} and {high}."
        ),
        "lapsed_valuable": _(
            "This week: write to {people} lapsed customers who brought much; worth about {worth}, between {low} and {high}."
        ),
        "full_price": _(
            "This week: thank {people} loyal customers who always pay full price; worth about {worth}, between {low} and {high}."
        ),
        "losing_products": _(
            "This week: write to {people} first-time buyers of a product that loses customers; worth about {worth}, between {low} and "
            "{high}."
        ),
        "habits": _(
            "This week: write to {people} customers who wait for a code and are due; worth about {worth}, between {low} and {high}."
        ),
        "one_channel": _(
            "This week: write to {people} customers who order through one channel only and are due; worth about {worth}, between {low} "
            "and {high}."
        ),
        "unanswered_ratings": _(
            "This week: answer {people} customers who gave a low rating; worth about {worth}, between {low} and {high}."
        ),
    }[row["key"]]
    return pattern.format(people=number(row["reachable"]), **_worth(row, found))


def all_together(found: Opportunities) -> str:
    """What everything recommended is worth together, nobody counted twice; empty for fewer than two kinds."""
    if len(found.ranked) < 2:
        return ""
    pattern = _(
        "All of the {kinds} below together: {people} people to write to, worth about {worth}, between {low} and {high}. Who stands in "
        "several is counted once."
    )
    people = number(found.total["reachable"])
    return pattern.format(kinds=number(len(found.ranked)), people=people, **_worth(found.total, found))


def only_assumed(found: Opportunities) -> str:
    """That what a message brings was assumed, and what measures it."""
    if found.ranked.empty:
        return ""
    return _(
        "How many people buy anyway, and what an order brings, comes from your orders. How many more buy because of a message is assumed, "
        "not measured: change it below. A test with a hold-out measures it."
    )


def in_one_line(row: pd.Series, found: Opportunities) -> str:
    """An opportunity as the overview lists it."""
    pattern = _("{name}: write to {people} people; worth about {worth}, between {low} and {high}.")
    return pattern.format(name=opportunity_name(row["key"]), people=number(row["reachable"]), **_worth(row, found))


def nothing_left() -> str:
    """That everything was taken off the list."""
    return _("Nothing is left on the list of this week: the rest is done for now, or too few people to tell.")


def no_opportunity(found: Opportunities) -> str:
    """What the overview says where nothing can be recommended."""
    if found.left_out:
        return nothing_left()
    return _("There are too few customers yet to say whom to write to.")


def too_few(row: pd.Series) -> str:
    """An opportunity of which too little is known to rank it."""
    pattern = _("{name}: {people} people; too few to tell what it is worth.")
    if not row["people"]:
        pattern = _("{name}: nobody this week.")
    elif row["enough"]:
        pattern = _("{name}: {people} people, none of whom may be written to.")
    return pattern.format(name=opportunity_name(row["key"]), people=number(row["people"]))


def who_they_are(row: pd.Series, found: Opportunities) -> str:
    """By which rule the people of an opportunity were chosen, and how many of them may be written to."""
    facts = found.facts[row["key"]]
    words = {name: number(value) for name, value in facts.items() if isinstance(value, int | float)}
    if "amount" in facts:
        words["amount"] = money(facts["amount"], found.currency, 0)
    words |= {name: facts[name] for name in ("channel", "main") if name in facts}
    if "losing" in facts:
        words["products"] = listed([group_name(name) for name in facts["products"]])
    who = {
        "second_order": _(
            "They bought once, between {first} and {last} days ago: in this time the middle half of those who come back do so."
        ),
        "slipping_best": _(
            "Champions and loyal customers who have been silent for more than twice as long as they usually are."
        ),
        "replenishment": _(
            "They last bought a product as long ago as customers usually take to buy it again. Products of which that is known: {products}."
        ),
        "lapsed_valuable": _(
            "Silent for more than {lapse_days} days, and each brought at least {amount}: the fifth that brought most."
        ),
        "full_price": _("At least {orders} orders, none with a discount or a code, and not lapsed."),
        "losing_products": _(
            "They bought once, and it was one of the products after which fewer customers come back, or which are returned more often, than "
            "chance explains: {products}."
        ),
        "habits": _("Every order they placed had a discount or a code, and their usual time to order is over."),
        "one_channel": _(
            "Every order they placed came through “{channel}”, while most orders of the shop come through “{main}”; and their usual time "
            "to order is over."
        ),
        "unanswered_ratings": _(
            "They gave a low rating in the last {within} days. Since then there is no ticket and no order of theirs."
        ),
    }[row["key"]].format(**words)
    counts = _("{people} people, of whom {reachable} may be written to.")
    said = [counts.format(people=number(row["people"]), reachable=number(row["reachable"]))]
    if row["overlap"]:
        said.append(_("Of these people, {n} also stand in one of the places above.").format(n=number(row["overlap"])))
    said.append(who)
    return " ".join(said)


def what_to_send(row: pd.Series) -> str:
    """The message, the reward, the products and the day."""
    said = [_message(row["key"])]
    if row["reward"] == "points":
        said.append(_("Reward: points for the next order."))
    elif row["reward"] == "gift":
        said.append(_("Reward: a small gift, no discount."))
    if row["products"]:
        said.append(_("Products to show: {products}.").format(products=row["products"].replace("; ", ", ")))
    if pd.notna(row["send_on"]):
        pattern = _(
            "Day to send it: {weekday}, {date}. On this day of the week most of their orders come, {share} of them."
        )
        if not row["stands_out"]:
            pattern = _("Day to send it: {weekday}, {date}; but no day of the week stands out among their orders.")
        share = percent(row["weekday_share"], 0)
        said.append(pattern.format(weekday=weekday(row["send_on"]), date=date(row["send_on"]), share=share))
    return " ".join(said)


def what_it_is_worth(row: pd.Series, found: Opportunities) -> str:
    """The worth of an opportunity, what was measured for it and what is assumed."""
    pattern = _(
        "About {worth}, between {low} and {high}: of 100 of them {chance} buy within {days} days anyway (between {chance_low} and "
        "{chance_high}), and an order brings {order}. Assumed: the message makes {more_low} to {more_high} more of 100 buy."
    )
    facts = {name: number(row[name] * 100, 0 if row["chance"] >= 0.1 else 1) for name in _CHANCES}
    more = {f"more_{end}": number(row["chance"] * row[f"uplift_{end}"] * 100, 1) for end in ("low", "high")}
    order = money(row["order_value"], found.currency)
    return pattern.format(**_worth(row, found), **facts, **more, order=order, days=number(found.days))


def what_comes_anyway(row: pd.Series, found: Opportunities) -> str:
    """What these people would spend without a message, and the profit in the worth where a margin is known."""
    pattern = _("These people spend about {amount} in that time anyway, between {low} and {high}: that is no gain.")
    said = [pattern.format(amount=_amount(row["at_stake"], found), **_ends(row, "at_stake", found))]
    if pd.notna(row["profit"]):
        pattern = _("Gross profit in the worth: about {amount}, between {low} and {high}.")
        said.append(pattern.format(amount=_amount(row["profit"], found), **_ends(row, "profit", found)))
    return " ".join(said)


_CHANCES = ("chance", "chance_low", "chance_high")


def _message(key: str) -> str:
    return {
        "second_order": _("Help with what they bought, and one good reason to come back now."),
        "slipping_best": _(
            "A personal message: what is new in the things they like, and a question whether all is well."
        ),
        "replenishment": _("A reminder of what they bought, with a link to order the same again."),
        "lapsed_valuable": _("Write in person, ask what went wrong, and give a real reason to return."),
        "full_price": _("Say thank you: early access or a small present. They buy without a discount, so give none."),
        "losing_products": _("Ask how it went and help before you sell anything. Mend the product or its description."),
        "habits": _("Remind them on their day without a code; give points in the place of the discount."),
        "one_channel": _(
            "Remind them on their day, with a link to the channel that they always use. Do not press them into another one: whether they "
            "would buy more there, no order file tells."
        ),
        "unanswered_ratings": _("Answer in person and put it right. Sell nothing in this message."),
    }[key]


def _amount(value: float, found: Opportunities) -> str:
    return MISSING if pd.isna(value) else money(value, found.currency, 0)


def _ends(row: pd.Series, name: str, found: Opportunities) -> dict[str, str]:
    return {end: _amount(row[f"{name}_{end}"], found) for end in ("low", "high")}


def _worth(row: pd.Series, found: Opportunities) -> dict[str, str]:
    return {"worth": _amount(row["value"], found), **_ends(row, "value", found)}
