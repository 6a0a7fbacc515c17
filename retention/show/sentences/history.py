"""Experiments that were kept, in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from retention.show.i18n import _, listed, money, number

OUTCOMES = {
    "better": "worked",
    "worse": "hurt",
    "no difference": "nothing",
    "withheld": "unread",
    "too few": "unread",
    "peeking": "open",
}


def what_tests_brought(history: pd.DataFrame) -> str:
    """How many tests there were, what came of them, and what those that worked are worth together: the sum, as far off as independent tests are
    together."""
    counts = history["verdict"].map(OUTCOMES).fillna("open").value_counts()
    words = {
        "worked": _("worked: {n}"),
        "hurt": _("did harm: {n}"),
        "nothing": _("made no difference: {n}"),
        "unread": _("could not be read: {n}"),
        "open": _("not read yet: {n}"),
    }
    parts = [words[kind].format(n=number(counts[kind])) for kind in words if kind in counts]
    said = [_("Tests here: {n}. Of them {parts}.").format(n=number(len(history)), parts=listed(parts))]
    worked = history[history["verdict"] == "better"].dropna(subset=["worth", "worth_low", "worth_high"])
    pattern = _("What worked is worth about {worth} a month, between {low} and {high}, if it is kept.")
    for currency, kept in worked.groupby("currency"):
        worth = kept["worth"].sum()
        low, high = (
            worth + sign * np.hypot.reduce(kept[end] - kept["worth"])
            for sign, end in ((-1, "worth_low"), (1, "worth_high"))
        )
        amounts = {"worth": worth, "low": low, "high": high}
        said.append(pattern.format(**{name: money(amount, currency, 0) for name, amount in amounts.items()}))
    return " ".join(said)


def verdict_name(verdict: str) -> str:
    """A verdict in one or two words.

    >>> verdict_name("withheld")
    'Split is broken'
    """
    names = {
        "withheld": _("Split is broken"),
        "too few": _("Too few to tell"),
        "peeking": _("Not over yet"),
        "better": _("Worked"),
        "worse": _("Did harm"),
        "no difference": _("No difference seen"),
    }
    return names.get(verdict, _("Not read yet"))
