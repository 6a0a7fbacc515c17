"""The numbers of a loyalty programme, to play with."""

from __future__ import annotations

import streamlit as st

import retention as rt
from retention.act.loyalty import LoyaltySimulation
from retention.show.i18n import _
from retention.show.ui.screen import percentage, pick
from retention.show.ui.who import LOYALTY, hand_over

KEPT = {"bind": "query-params", "persist_state": "session"}
# What a gift of ten euros is, roughly, where prices have other sizes.
TEN = {"HUF": 4000, "PLN": 40, "TRY": 400, "RUB": 1000, "UAH": 400, "CZK": 250, "RON": 50, "JPY": 1500}


def loyalty_programme(side: str, kind: str, orders: rt.Orders) -> rt.LoyaltyProgramme:
    """A programme that somebody sets up here. side: what tells its keys from those of another; kind: the one it starts with"""
    kinds = {
        "cashback": _("Cashback"),
        "gift": _("A gift for so many orders"),
        "points": _("Points"),
        "tiers": _("Discount tiers by yearly spend"),
        "referral": _("Reward for bringing a friend"),
    }
    kinds = {kind: kinds[kind], **kinds}
    kind = pick(_("Kind of programme"), kinds, key=f"loyalty_{side}")
    ten = TEN.get(orders.currency, 10)
    key = f"loyalty_{side}_{kind}"
    with st.container(horizontal=True):
        return _numbers(kind, key, ten, orders)


def loyalty_margin(orders: rt.Orders) -> float | None:
    """The margin that the break-even is reckoned with where the shop's own is not known; else None."""
    if orders.margin is not None:
        return None
    return percentage(_("Gross margin that you assume, %"), 35.0, "loyalty_margin")


def loyalty_list(side: str, result: LoyaltySimulation, months: int | None) -> None:
    """The ways on from those whose next order would bring a reward. months: of the replay, None for the whole history"""
    lists = st.session_state.setdefault(LOYALTY, {})
    if result.waiting.empty:
        lists.pop(side, None)
        return
    lists[side] = (result.programme, months)
    with st.container(horizontal=True):
        hand_over(f"{LOYALTY}:{side}", f"loyalty_{side}")


def _numbers(kind: str, key: str, ten: float, orders: rt.Orders) -> rt.LoyaltyProgramme:
    if kind == "gift":
        every = _whole(_("Orders for a gift"), 1, 100, 5, f"{key}_every")
        cost = _amount(_("What a gift costs you"), ten, f"{key}_cost")
        return rt.LoyaltyProgramme("gift", every=every, gift_cost=cost, expiry_days=_expiry(key))
    if kind == "cashback":
        rate = percentage(_("Cashback, % of the order"), 2.0, f"{key}_rate")
        minimum = _amount(_("Smallest amount that is paid out"), 0, f"{key}_minimum")
        return rt.LoyaltyProgramme("cashback", rate=rate, minimum=minimum, expiry_days=_expiry(key))
    if kind == "points":
        earned = _amount(_("Points for 1 {currency} spent").format(currency=orders.currency), 1, f"{key}_earned", 1000)
        worth = _amount(_("What 100 points are worth"), round(ten / 10), f"{key}_worth")
        minimum = _amount(_("Points needed to redeem"), 500, f"{key}_minimum")
        return rt.LoyaltyProgramme(
            "points",
            points_per_unit=earned,
            point_value=round(worth / 100, 6),
            minimum=minimum,
            expiry_days=_expiry(key),
        )
    if kind == "tiers":
        first = _amount(_("Spend of a year for the first tier"), 20 * ten, f"{key}_first", 100_000_000)
        first_share = percentage(_("Discount of the first tier, %"), 5.0, f"{key}_first_share")
        more = _amount(_("Further spend for the second tier"), 30 * ten, f"{key}_more", 100_000_000, 1)
        more_share = percentage(_("Further discount of the second tier, %"), 5.0, f"{key}_more_share")
        second = (round(first + more, 2), min(1.0, round(first_share + more_share, 6)))
        return rt.LoyaltyProgramme("tiers", tiers=((first, first_share), second))
    reward = _amount(_("What a new customer sent by a friend costs you"), ten, f"{key}_reward")
    ways = {"file": _("those the customers file names"), "share": _("a share that I assume")}
    if not orders.has("people"):
        ways.pop("file")
    share = None
    if pick(_("New customers sent by a friend"), ways, key=f"{key}_way") == "share":
        share = percentage(_("Of 100 new customers, sent by a friend"), 5.0, f"{key}_share")
    return rt.LoyaltyProgramme("referral", reward=reward, referred_share=share)


def _expiry(key: str) -> int | None:
    label = _("Expires after so many days without an order")
    return st.number_input(label, 1, 3650, None, 1, key=f"{key}_expiry", placeholder=_("never"), **KEPT)


def _whole(label: str, low: int, high: int, default: int, key: str) -> int:
    return st.number_input(label, low, high, default, 1, key=key, **KEPT)


def _amount(label: str, default: float, key: str, most: float = 1_000_000, smallest: float = 0) -> float:
    given = st.number_input(label, float(smallest), float(most), float(default), key=key, **KEPT)
    return round(given, 6)
