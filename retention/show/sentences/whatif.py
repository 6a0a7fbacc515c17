"""What a change would bring, in words."""

from __future__ import annotations

import numpy as np

from retention.act.facts import JUST_BELOW
from retention.act.levers import BEHAVIOUR
from retention.act.presets import PRESETS, TIMES
from retention.act.simulation import ChangeSimulation
from retention.show.forecast import about, about_count
from retention.show.i18n import _, money, number, percent, percent_change
from retention.show.whatif import changes_said, lever_name, offer


def what_would_come(result: ChangeSimulation) -> str:
    """The answer: what the change brings, or what it takes for it to pay; without a change the strongest lever."""
    now, changed = _totals(result)
    facts = {
        "months": number(result.months),
        "now": about(now["net"], result.currency),
        "changed": about(changed["net"], result.currency),
        "changes": changes_said(result.changes, result.currency),
    }
    if not result.changes:
        return " ".join(
            filter(
                None, [_("As things are, the next {months} months bring {now}.").format(**facts), _strongest(result)]
            )
        )
    if pays := when_it_pays(result):
        return pays
    difference = changed["net"] - now["net"]
    facts["difference"] = about(abs(difference), result.currency)
    if abs(difference) < 0.5:
        said = _("{changes}: {now} in the next {months} months, as without it.")
    elif difference > 0:
        said = _("{changes}: {changed} instead of {now} in the next {months} months, {difference} more net revenue.")
    else:
        said = _("{changes}: {changed} instead of {now} in the next {months} months, {difference} less net revenue.")
    return " ".join(filter(None, [said.format(**facts), _profit(result)]))


def when_it_pays(result: ChangeSimulation) -> str:
    """What an offer takes to pay; "" where what customers do changes too, where nothing is offered, or without a margin."""
    changes, costs = result.changes, {"discount", "free_shipping"} & set(result.changes)
    if len(costs) != 1 or set(BEHAVIOUR) & set(changes) or result.break_even.empty:
        return ""
    open_lever = "discount_uplift" if "discount" in costs else "topped_up"
    row = result.break_even.set_index("lever").loc[open_lever]
    is_never = np.isnan(row["change"])
    if open_lever == "topped_up":
        facts = {
            "threshold": money(changes["free_shipping"], result.currency, 0),
            "from": money(changes["free_shipping"] * JUST_BELOW, result.currency, 0),
            "share": percent(row["change"], 0),
        }
        if is_never:
            return _(
                "Free shipping from {threshold} does not pay, even if every order between {from} and {threshold} grew to reach it."
            ).format(**facts)
        return _(
            "Free shipping from {threshold} pays if at least {share} of the orders between {from} and {threshold} grow to reach it."
        ).format(**facts)
    facts = {
        "offer": offer(changes),
        "more": percent(row["change"]),
        "now": percent(row["now"]),
        "needed": percent(row["needed"]),
        "margin": percent(result.margin, 0),
    }
    if is_never:
        return _("{offer} cannot pay by more orders: at a margin of {margin} too little is left of each.").format(
            **facts
        )
    if changes.get("discount_to") == "second":
        return _(
            "{offer} pays if the share of new customers who order again within a year rises from {now} to {needed} or more."
        ).format(**facts)
    if changes.get("discount_to") == "new":
        return _("{offer} pays if at least {more} more new customers come because of it.").format(**facts)
    return _("{offer} pays if at least {more} more such orders come because of it.").format(**facts)


def what_it_gives_away(result: ChangeSimulation) -> str:
    """What goes to orders that would have come anyway; "" where nothing does."""
    if not result.anyway > 0:
        return ""
    said = _("What you give away in these {months} months for orders that would have come anyway: {anyway}.").format(
        anyway=about(result.anyway, result.currency), months=number(result.months)
    )
    if set(BEHAVIOUR) & set(result.changes) or not np.isnan(result.margin):
        return said
    return said + " " + _("Set the gross margin to see what it takes to pay.")


def range_of_change(result: ChangeSimulation) -> str:
    """The range, and what it holds and what not."""
    now, changed = _totals(result)
    ends = {
        f"{state}_{end}": about(row[end], result.currency)
        for state, row in (("now", now), ("changed", changed))
        for end in ("low", "high", "profit_low", "profit_high")
        if row[end] == row[end]
    }
    if result.changes:
        said = _(
            "In four of five cases it is between {changed_low} and {changed_high}; as now between {now_low} and {now_high}."
        )
    else:
        said = _("In four of five cases it is between {now_low} and {now_high}.")
    if not np.isnan(result.margin):
        said += " " + _("Profit after costs is then between {changed_profit_low} and {changed_profit_high}.")
    holds = _(
        "This range holds how far the forecast may be off, not whether the lever can be moved: a test tells that."
    )
    return f"{said.format(**ends)} {holds}"


def who_would_buy(result: ChangeSimulation) -> str:
    """How many different customers buy in all these months, and in one of them; "" where that cannot be told."""
    now, changed = _totals(result)
    if not changed["customers"] > 0:
        return ""
    months = result.table[result.table["part"] == "total"].groupby("state")["customers"].mean()
    facts = {
        "months": number(result.months),
        "now": about_count(now["customers"]),
        "changed": about_count(changed["customers"]),
        "each_now": about_count(months["now"]),
        "each": about_count(months["changed"]),
    }
    if facts["changed"] != facts["now"]:
        said = _(
            "{changed} different customers buy in these {months} months instead of {now}; in an average month {each} instead of {each_now}."
        )
    elif facts["each"] != facts["each_now"]:
        said = _(
            "{changed} different customers buy in these {months} months, as many as without it, but {each} instead of {each_now} in an average month."
        )
    else:
        said = _("{changed} different customers buy in these {months} months, {each} in an average month.")
    return said.format(**facts)


def put_to_the_test(result: ChangeSimulation) -> str:
    """What this shop says to a piece of common wisdom; "" where none is asked."""
    tried = {key: value for key, value in result.changes.items() if key not in ("margin", "cac")}
    if tried == PRESETS["retention"]:
        return _saying_of_retention(result)
    if tried == PRESETS["win_or_keep"]:
        return _saying_of_winning(result)
    if result.shipping is not None:
        return _about_shipping(result)
    return ""


def _saying_of_retention(result: ChangeSimulation) -> str:
    now, changed = _totals(result)
    is_profit = not np.isnan(result.margin)
    measure = "profit" if is_profit else "net"
    facts = {
        "months": number(result.months),
        "rise": percent_change(changed[measure] / now[measure] - 1) if now[measure] > 0 else "–",
    }
    if is_profit:
        return _(
            "“5 % more customers kept brings 25 to 95 % more profit” is said of whole customer lives and other trades. Here it is "
            "{rise} profit in {months} months."
        ).format(**facts)
    return _(
        "“5 % more customers kept brings 25 to 95 % more profit” is said of whole customer lives and other trades. Here it is "
        "{rise} net revenue in {months} months."
    ).format(**facts)


def _saying_of_winning(result: ChangeSimulation) -> str:
    known = result.win_or_keep
    if np.isnan(known.share):
        return _(
            "“Winning a customer costs five times as much as keeping one”: what a new customer costs is not known here. Give the "
            "number here, and it is put to the test."
        )
    facts = {
        "cac": money(known.cac, result.currency),
        "fifth": money(known.cac / TIMES, result.currency),
        "code": money(known.code, result.currency),
        "share": percent(known.share, 0),
    }
    if known.share > 1:
        return _(
            "“Winning a customer costs five times as much as keeping one” cannot hold here for such a code: a new customer costs "
            "{cac}, and the code alone takes {code} off a later order, more than the fifth, {fifth}."
        ).format(**facts)
    return _(
        "“Winning a customer costs five times as much as keeping one”: a new customer costs {cac} here, and the code takes {code} "
        "off a later order. One more order costs only a fifth, {fifth}, if at least {share} of the orders with the code come "
        "because of it."
    ).format(**facts)


def _about_shipping(result: ChangeSimulation) -> str:
    known = result.shipping
    facts = {
        "threshold": money(known.threshold, result.currency, 0),
        "from": money(known.threshold * JUST_BELOW, result.currency, 0),
        "below": percent(known.below),
        "above": percent(known.above),
        "lacking": money(known.lacking, result.currency),
        "free": money(known.free_from, result.currency, 0),
    }
    said = [
        _("{above} of the orders reach {threshold}.").format(**facts),
        _("{below} lie between {from} and {threshold}; they lack {lacking} on average.").format(**facts),
    ]
    if known.free_from == known.free_from:
        said.append(_("From {free} on hardly any order pays for shipping as it is.").format(**facts))
    return " ".join(said)


def most_for_a_customer(result: ChangeSimulation) -> str:
    """What a new customer may cost at most; "" without a margin."""
    known = result.win_or_keep
    if np.isnan(known.earned):
        return ""
    facts = {
        "earned": money(max(known.earned, 0.0), result.currency),
        "cac": money(known.cac, result.currency),
        "months": number(result.months),
    }
    if np.isnan(known.cac):
        return _("A new customer pays within these {months} months if winning one costs less than {earned}.").format(
            **facts
        )
    return _("A new customer costs {cac} and pays within these {months} months up to a cost of {earned}.").format(
        **facts
    )


def _totals(result: ChangeSimulation):
    totals = result.totals[result.totals["part"] == "total"].set_index("state")
    return totals.loc["now"], totals.loc["changed"]


def _profit(result: ChangeSimulation) -> str:
    now, changed = _totals(result)
    if np.isnan(result.margin):
        return ""
    difference = changed["profit"] - now["profit"]
    facts = {"profit": about(abs(difference), result.currency)}
    if abs(difference) < 0.5:
        return _("The profit stays as it is.")
    if difference > 0:
        return _("That is {profit} more profit.").format(**facts)
    return _("That is {profit} less profit.").format(**facts)


def _strongest(result: ChangeSimulation) -> str:
    is_profit = not np.isnan(result.margin)
    levers = [key for key in BEHAVIOUR if key in set(result.tornado["lever"])]
    if not levers:
        return ""
    rows = result.tornado.set_index("lever").loc[levers, "profit_more" if is_profit else "net_more"]
    if not rows.max() > 0:
        return ""
    facts = {"lever": lever_name(rows.idxmax()), "more": about(rows.max(), result.currency)}
    if is_profit:
        return _("Of all levers a tenth more of “{lever}” moves most: {more} more profit.").format(**facts)
    return _("Of all levers a tenth more of “{lever}” moves most: {more} more net revenue.").format(**facts)
