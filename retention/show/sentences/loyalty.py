"""Loyalty programmes in words: what they would have cost, who would have got something, what is open, what would pay for it."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from retention.act.loyalty import LoyaltySimulation
from retention.intervals import ENOUGH
from retention.measure.windows import whole_months
from retention.show.charts.loyalty import programme_names
from retention.show.i18n import _, date, money, number, percent

FEW_GET_THERE = 0.2
MANY = 0.5  # nobody writes to half of the customers because they are one order away


def what_programmes_cost(*results: LoyaltySimulation) -> str:
    """What each programme would have cost and how many would have got something, a sentence or two each."""
    return " ".join(
        _what_it_costs(name, result) for name, result in zip(programme_names(results), results, strict=True)
    )


def about_the_programme(result: LoyaltySimulation) -> list[str]:
    """How many get a reward and after how many orders, whose next order brings one, what is open, and what would pay for it."""
    return [_who_gets_it(result), *_whose_turn_it_is(result), *_what_is_open(result), *_break_even(result)]


def what_the_replay_leaves_out(result: LoyaltySimulation) -> str:
    """From when to when it goes, that nobody behaves differently in it, and whose orders it does not know."""
    pattern = _(
        "This replays what customers did from {first} to {last}; everybody starts at zero. It assumes that nobody buys more because of the "
        "programme: what they have to do differently is the number of orders that would pay for it. Only a test in which some customers "
        "get no reward tells whether they will."
    )
    said = [pattern.format(first=date(result.since), last=date(result.until - timedelta(days=1)))]
    if result.totals["left_out"] > 0:
        pattern = _("Orders that are not in it, because they name nobody who can be told apart: {n}.")
        said.append(pattern.format(n=number(result.totals["left_out"])))
    return " ".join(said)


def _what_it_costs(name: str, result: LoyaltySimulation) -> str:
    totals = result.totals
    months = whole_months(result.since, result.until) or max(1, round((result.until - result.since).days / 30.4))
    facts = {
        "programme": name,
        "cost": money(totals["cost"], result.currency, 0),
        "months": number(months),
        "share": percent(totals["cost_share"]),
        "reached": percent(totals["reached_share"], 0),
    }
    if pd.isna(totals["cost_share"]):
        return _("{programme} would have cost {cost} in {months} months.").format(**facts)
    if pd.isna(totals["reached_share"]) or totals["reached_n"] < ENOUGH:
        return _("{programme} would have cost {cost} in {months} months ({share} of what customers spent).").format(
            **facts
        )
    patterns = {
        "referral": _(
            "{programme} would have cost {cost} in {months} months ({share} of what customers spent); {reached} of new customers came "
            "that way."
        ),
        "gift": _(
            "{programme} would have cost {cost} in {months} months ({share} of what customers spent), and {reached} of customers would "
            "ever have got one."
        ),
    }
    usual = _(
        "{programme} would have cost {cost} in {months} months ({share} of what customers spent), and {reached} of customers would have "
        "used it at least once."
    )
    said = patterns.get(result.programme.kind, usual).format(**facts)
    if not _few_get_there(result):
        return said
    return f"{said} " + (
        _("It takes more than most of them spend.")
        if result.programme.kind == "tiers"
        else _("It takes more orders than most of them place.")
    )


def _whose_turn_it_is(result: LoyaltySimulation) -> list[str]:
    totals = result.totals
    if not totals["waiting"] > 0:
        return []
    pattern = _("One order away from a reward: {n} customers ({share}). They are the ones to write to.")
    if totals["waiting_share"] > MANY:
        pattern = _("The next order of {n} customers ({share}) would redeem something.")
    return [pattern.format(n=number(totals["waiting"]), share=percent(totals["waiting_share"]))]


def _what_is_open(result: LoyaltySimulation) -> list[str]:
    totals, currency, lines = result.totals, result.currency, []
    amounts = {name: money(totals[name], currency, 0) for name in ("redeemed", "expired", "open")}
    amounts["earned"] = money(totals["earned"] - totals["taken_back"], currency, 0)
    if result.programme.kind == "gift" and totals["open"] > 0:
        pattern = _("Cards that are not full yet stand for {open} at the end, if every one of them is filled.")
        lines.append(pattern.format(**amounts))
    elif totals["expired"] > 0:
        pattern = _(
            "Of {earned} earned, {redeemed} were redeemed, {expired} expired and {open} are open: you owe them."
        )
        lines.append(pattern.format(**amounts))
    elif totals["open"] > 0:
        pattern = _("Of {earned} earned, {redeemed} were redeemed and {open} are open: you owe them.")
        lines.append(pattern.format(**amounts))
    if totals["open"] > 0 and totals["breakage_n"] >= ENOUGH:
        pattern = _(
            "Of what would have been earned a year or more ago, {share} was never redeemed (between {low} and {high}; {n} customers). "
            "If it goes on like that, {amount} of what is open will be."
        )
        shares = {
            name: percent(totals[key], 0)
            for name, key in (("share", "breakage"), ("low", "breakage_low"), ("high", "breakage_high"))
        }
        amount = money(totals["open_after_breakage"], currency, 0)
        lines.append(pattern.format(n=number(totals["breakage_n"]), amount=amount, **shares))
    return lines


def _few_get_there(result: LoyaltySimulation) -> bool:
    return result.programme.kind != "referral" and result.totals["reached_share"] < FEW_GET_THERE


def _who_gets_it(result: LoyaltySimulation) -> str:
    totals = result.totals
    n = number(totals["reached_n"])
    if result.programme.kind == "referral":
        pattern = _("New customers: {new}, of them sent by a friend: {referred}.")
        if totals["referred"] != totals["reached"]:
            pattern = _("New customers: {new}, of them sent by a friend, as you assume: {referred}.")
        return pattern.format(new=number(totals["new_customers"]), referred=number(totals["referred"]))
    if totals["reached_n"] < ENOUGH:
        return _("Customers in this time: {n}, too few to tell how many would have got a reward.").format(n=n)
    if not totals["reached"]:
        return _("None of {n} customers would have got a reward.").format(n=n)
    pattern = _(
        "Of 100 customers, {share} would have got a reward (between {low} and {high}; {n} customers). Half of these had it by order "
        "number {orders}."
    )
    low, share, high = (number(totals[f"reached_{name}"] * 100) for name in ("low", "share", "high"))
    return pattern.format(share=share, low=low, high=high, n=n, orders=number(totals["orders_to_reward"]))


def _break_even(result: LoyaltySimulation) -> list[str]:
    totals = result.totals
    if not totals["cost"]:
        return [_("It would have cost nothing, so nothing has to pay for it.")]
    if pd.isna(totals["extra_orders"]):
        return []
    pattern = _(
        "To pay for it, customers would have to place {extra} more orders in that time ({change} more), at {aov} each and a margin of "
        "{margin}."
    )
    return [
        pattern.format(
            extra=number(totals["extra_orders"]),
            change=percent(totals["extra_share"]),
            aov=money(totals["aov"], result.currency, 0),
            margin=percent(totals["margin"]),
        )
    ]
