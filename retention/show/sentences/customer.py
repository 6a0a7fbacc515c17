"""One customer in words."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from retention.intervals import ENOUGH
from retention.segment.story import CustomerStory, Rhythm
from retention.show.i18n import _, date, number
from retention.show.measures import group_name, measure_name, measure_value

RHYTHM = 3  # gaps from which on there is something like a rhythm


def called(who: pd.Series) -> str:
    """What to call a customer: the name, else what identifies them."""
    return who["name"] if isinstance(who["name"], str) else _("Customer {ref}").format(ref=who["customer_ref"])


def known_as(value: object) -> bool | None:
    """Yes, no, or not known."""
    return None if pd.isna(value) else bool(value)


def where_they_stand(story: CustomerStory) -> str:
    """The segment and why: the silence, the own rhythm, and how many others had come back by now."""
    name, rhythm = called(story.who), story.rhythm
    if rhythm is None:
        return _("{name} has bought nothing here so far: no order counts as a purchase.").format(name=name)
    if rhythm.gaps < RHYTHM:
        why = _("{name} is in the segment {segment}: the last order was {days} days ago.")
    elif rhythm.days_silent > rhythm.median_gap:
        why = _(
            "{name} is in the segment {segment}: silent for {days} days, while the usual time between orders was {gap} days."
        )
    else:
        why = _(
            "{name} is in the segment {segment}: last order {days} days ago, within the usual {gap} days between orders."
        )
    segment = group_name(story.history["segment"].iloc[-1])
    facts = {"days": number(rhythm.days_silent), "gap": _days(rhythm.median_gap)}
    return f"{why.format(name=name, segment=segment, **facts)} {_others(rhythm)}"


def _days(count: float) -> str:
    return number(count, 0 if float(count).is_integer() else 1)


def _others(rhythm: Rhythm) -> str:
    """How many of those who got as far had come back within the same time."""
    facts = {"n": number(rhythm.peers), "number": number(rhythm.peers_after)}
    if rhythm.peers < ENOUGH:
        return _("Customers who got as far: {n}, too few to tell how many come back.").format(**facts)
    if pd.isna(rhythm.low):
        nobody, everybody = (
            _("Of the {n} customers with order number {number}, nobody had come back so soon after it."),
            _("Of the {n} customers with order number {number}, all who were observed had come back by then."),
        )
        return (everybody if rhythm.returned > 0 else nobody).format(**facts)
    shares = {name: number(getattr(rhythm, name) * 100, 0) for name in ("returned", "low", "high")}
    return _(
        "Of 100 customers, {returned} had come back within this time after order number {number} (between {low} and {high}; {n} "
        "customers)."
    ).format(**facts, **shares)


def what_is_next(story: CustomerStory) -> list[str]:
    """When the next order is due by the own rhythm, and what the silence means in this shop."""
    rhythm, found = story.rhythm, []
    if rhythm is None:
        return found
    if rhythm.gaps >= RHYTHM:
        pattern = (
            _("By the customer’s own rhythm the next order was due around {day}.")
            if rhythm.next_due < story.as_of
            else _("By the customer’s own rhythm the next order is due around {day}.")
        )
        ends = _("The times between two orders so far: {shortest} to {longest} days.").format(
            shortest=_days(rhythm.shortest_gap), longest=_days(rhythm.longest_gap)
        )
        found.append(f"{pattern.format(day=date(rhythm.next_due))} {ends}")
    else:
        found.append(_("Too few orders for a rhythm of the customer’s own."))
    lapse = number(rhythm.lapse_days)
    if rhythm.days_silent > rhythm.lapse_days:
        found.append(
            _("In this shop a customer counts as lapsed after {days} days of silence: now is for winning back.").format(
                days=lapse
            )
        )
    else:
        day = story.as_of + timedelta(days=rhythm.lapse_days - rhythm.days_silent)
        pattern = _("In this shop a customer counts as lapsed after {days} days of silence, which is on {day}.")
        found.append(pattern.format(days=lapse, day=date(day)))
    if known_as(story.who["consent"]) is False:
        found.append(_("Has not agreed to marketing: answer and help, but send no offers."))
    return found


def who_it_is(story: CustomerStory) -> list[str]:
    """What is known of the person, in a few words each."""
    who = story.who
    known = [who[name] for name in ("email", "phone", "customer_ref") if isinstance(who[name], str)]
    place = ", ".join(who[name] for name in ("city", "country") if isinstance(who[name], str))
    yes_no = {
        "is_guest": {True: _("guest"), False: _("with an account")},
        "consent": {True: _("agreed to marketing")},
    }
    said = [names.get(known_as(who[column])) for column, names in yes_no.items()]
    span = []
    if not pd.isna(who["first_purchase"]):
        span.append(_("first order {day}").format(day=date(who["first_purchase"])))
        span.append(_("last order {day}").format(day=date(who["last_purchase"])))
    return [*dict.fromkeys(known), *([place] if place else []), *filter(None, said), *span]


def beside_others(story: CustomerStory) -> str:
    """How much more the customer brought than others; empty where there is nothing to compare."""
    row = story.table.set_index("figure").loc["net"]
    if story.rhythm is None or row["n"] < ENOUGH:
        return ""
    return _(
        "{measure}: {value}, more than {share} of 100 customers; the middle one of all customers brought {median}."
    ).format(
        measure=measure_name("net"),
        value=measure_value("net", row["value"], story.currency),
        share=number(int(row["share_below"] * 100)),
        median=measure_value("net", row["median"], story.currency),
    )
