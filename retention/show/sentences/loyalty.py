"""Loyalty programmes in words: what they would have cost, who would have got something, what is open, what would pay for it."""

from __future__ import annotations

import pandas as pd

from retention.act.loyalty import LoyaltySimulation
from retention.intervals import ENOUGH
from retention.show.charts.loyalty import programme_names
from retention.show.i18n import _, money, number, percent, percent_change, span

FEW_GET_THERE = 0.2


def what_programmes_cost(*results: LoyaltySimulation) -> str:
    """What each programme would have cost and how many would have got something, a sentence or two each."""
    said = [_("{window}:").format(window=span(results[0].since, results[0].until))]
    for name, result in zip(programme_names(results), results, strict=True):
        totals = result.totals
        facts = {
            "programme": name,
            "cost": money(totals["cost"], result.currency, 0),
            "share": percent(totals["cost_share"]),
            "reached": percent(totals["reached_share"], 0),
        }
        if pd.isna(totals["cost_share"]):
            said.append(_("{programme} – it would have cost {cost}.").format(**facts))
        elif pd.isna(totals["reached_share"]) or totals["reached_n"] < ENOUGH:
            said.append(_("{programme} – it would have cost {cost} ({share} of what customers spent).").format(**facts))
        else:
            pattern = _(
                "{programme} – it would have cost {cost} ({share} of what customers spent), and {reached} of customers would have got "
                "something."
            )
            if result.programme.kind == "referral":
                pattern = _(
                    "{programme} – it would have cost {cost} ({share} of what customers spent); {reached} of new customers came that way."
                )
            said.append(pattern.format(**facts))
            if _few_get_there(result):
                said.append(_("Too many orders needed: most never get there."))
    return " ".join(said)


def about_the_programme(result: LoyaltySimulation) -> list[str]:
    """How many get a reward and after how many orders, whose next order brings one, what is open, and what would pay for it."""
    totals, currency = result.totals, result.currency
    lines = [_who_gets_it(result)]
    if totals["waiting_share"] > 0:
        pattern = _("The next order of {n} customers ({share}) would bring a reward: they are the ones to write to.")
        lines.append(pattern.format(n=number(totals["waiting"]), share=percent(totals["waiting_share"])))
    if totals["open"] > 0 or totals["expired"] > 0:
        pattern = _(
            "Of {earned} earned, {redeemed} were redeemed, {expired} expired and {open} are open: money you owe."
        )
        amounts = {name: money(totals[name], currency, 0) for name in ("redeemed", "expired", "open")}
        earned = money(totals["earned"] - totals["taken_back"], currency, 0)
        lines.append(pattern.format(earned=earned, **amounts))
    if pd.notna(totals["breakage"]) and totals["breakage_n"] >= ENOUGH:
        pattern = _(
            "Of what would have been earned a year or more ago, {share} was never redeemed (between {low} and {high}; {n} customers). If it goes "
            "on like that, {amount} of what is open will be."
        )
        shares = {
            name: percent(totals[key], 0)
            for name, key in (("share", "breakage"), ("low", "breakage_low"), ("high", "breakage_high"))
        }
        amount = money(totals["open_after_breakage"], currency, 0)
        lines.append(pattern.format(n=number(totals["breakage_n"]), amount=amount, **shares))
    return [*lines, *_break_even(result)]


def what_the_replay_leaves_out(result: LoyaltySimulation) -> str:
    """That nobody behaves differently in it, and whose orders it does not know."""
    said = [
        _(
            "This replays what customers did. It assumes that nobody buys more because of the programme: what they have to do differently "
            "is the number of orders that would pay for it. Only a test with a hold-out tells whether they will."
        )
    ]
    if result.totals["left_out"] > 0:
        pattern = _("Orders that are not in it, because nobody known or no member placed them: {n}.")
        said.append(pattern.format(n=number(result.totals["left_out"])))
    return " ".join(said)


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
        "To pay for it, customers would have to place {extra} more orders ({change}) of {aov} each, at a margin of {margin}."
    )
    return [
        pattern.format(
            extra=number(totals["extra_orders"]),
            change=percent_change(totals["extra_share"]),
            aov=money(totals["aov"], result.currency, 0),
            margin=percent(totals["margin"]),
        )
    ]
