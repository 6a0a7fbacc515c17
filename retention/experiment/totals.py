"""Totals an arm, as somebody types them: visitors, conversions and revenue."""

from __future__ import annotations

from collections.abc import Mapping

from retention.errors import OptionError
from retention.experiment.sums import ArmSums, Metric

KNOWN = ("visitors", "conversions", "revenue")


def sums_of_totals(
    totals: Mapping[str, Mapping[str, float]], order_sd: float | None = None
) -> tuple[dict[str, ArmSums], tuple[Metric, ...]]:
    """The sums of every arm and the metrics that can be told from them: conversion, and revenue a visitor where it is given.

    order_sd: the standard deviation of one order's value; without it nothing can be said about how far revenue is chance.
    """
    checked = {str(arm): _checked(str(arm), given) for arm, given in totals.items()}
    with_revenue = all("revenue" in given for given in checked.values())
    metrics = [Metric("conversion", "share", "conversion", role="primary")]
    if with_revenue and order_sd is not None:
        metrics.append(Metric("revenue", "mean", "revenue"))
    return {arm: _sums(given, order_sd if with_revenue else None) for arm, given in checked.items()}, tuple(metrics)


def _checked(arm: str, given: Mapping[str, float]) -> dict[str, float]:
    """The totals of an arm, or what is wrong with them."""
    known = {name: float(value) for name, value in given.items() if value is not None and value == value}
    for name in given:
        if name not in KNOWN:
            raise OptionError(
                "{arm}: {name} is not one of the totals.", "Give visitors, conversions and revenue.", arm=arm, name=name
            )
    for name in KNOWN[:2]:
        if name not in known:
            raise OptionError("{arm}: {name} are missing.", "Give a whole number for every arm.", arm=arm, name=name)
        if known[name] < 0 or known[name] % 1:
            raise OptionError(
                "{arm}: {value} {name} are not possible.",
                "Give a whole number from 0 on.",
                arm=arm,
                value=f"{known[name]:g}",
                name=name,
            )
    if known["conversions"] > known["visitors"]:
        raise OptionError(
            "{arm}: {conversions} conversions of {visitors} visitors are not possible.",
            "Count a visitor who buys twice once: the unit of the test is the visitor.",
            arm=arm,
            conversions=f"{known['conversions']:,.0f}",
            visitors=f"{known['visitors']:,.0f}",
        )
    return known


def _sums(given: Mapping[str, float], order_sd: float | None) -> ArmSums:
    """n, means and variances; a visitor who converts is taken to order once."""
    n, bought = int(given["visitors"]), int(given["conversions"])
    if n == 0:
        return ArmSums(0, {}, {}, {}, {})
    share = bought / n
    scale = n / (n - 1) if n > 1 else float("nan")
    mean, var = {"conversion": share}, {"conversion": share * (1 - share) * scale}
    events = {"conversion": bought}
    if order_sd is not None:
        order = given["revenue"] / bought if bought else 0.0
        mean["revenue"] = given["revenue"] / n
        var["revenue"] = (share * (order_sd**2 + order**2) - mean["revenue"] ** 2) * scale
        events["revenue"] = bought
    return ArmSums(n, mean, var, {}, events)
