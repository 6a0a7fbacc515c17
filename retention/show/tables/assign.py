"""The arms of a test as tables."""

from __future__ import annotations

import pandas as pd

from retention.experiment.assign import Assignment
from retention.show.charts.assign import trait_name, trait_value
from retention.show.experiment import arm_name
from retention.show.i18n import MISSING, _, number
from retention.show.measures import group_name
from retention.show.tables.groups import ROOM


def balance_rows(result: Assignment) -> pd.DataFrame:
    """A row a characteristic: every arm's mean, how far they are apart, and whether that is alike."""
    table = result.balance
    shown = pd.DataFrame(
        {_("What is compared"): [trait_name(row.characteristic, row.group) for row in table.itertuples()]}
    )
    for arm in result.arms["arm"]:
        means = zip(table["characteristic"], table[f"mean_{arm}"], strict=True)
        shown[arm_name(arm)] = [trait_value(trait, mean, result.currency) for trait, mean in means]
    shown[_("Standardised difference")] = [number(value, 3) for value in table["difference"]]
    shown[_("Alike")] = [_("yes") if alike else _("no") for alike in table["alike"]]
    return shown


def assigned_rows(result: Assignment) -> pd.DataFrame:
    """A row a customer, as far as a screen has room."""
    table = result.table.head(ROOM)
    words = {True: _("yes"), False: _("no")}
    return pd.DataFrame(
        {
            _("Customer"): table["customer_ref"],
            _("Name"): table["name"].fillna(MISSING),
            _("Group"): table["variant"].map(arm_name),
            _("Drawn among"): [" · ".join(map(group_name, words.split(" · "))) for words in table["strata"]],
            _("Own e-mail address"): [words.get(known, MISSING) for known in table["contactable"]],
            _("Consent to marketing"): [words.get(known, MISSING) for known in table["consent"]],
        }
    )
