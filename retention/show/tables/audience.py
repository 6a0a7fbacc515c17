"""A list as it leaves, and what was sent so far, as tables."""

from __future__ import annotations

import pandas as pd

from retention.act.audience import Audience
from retention.show.i18n import MISSING, _, date, interval, money, number
from retention.show.sentences.audience import tool_name, who_in_words
from retention.show.sentences.history import verdict_name

SHOWN = 10  # rows of a list that are shown as they leave


def leaving_rows(result: Audience) -> pd.DataFrame:
    """The first rows of the file, as they leave."""
    return result.table.head(SHOWN).fillna(MISSING)


def sent_rows(log: pd.DataFrame) -> pd.DataFrame:
    """A row a list that was sent: whom it went to, what it cost, what it earned as far as that is known."""
    rows = list(log.itertuples())
    return pd.DataFrame(
        {
            _("List"): [row.name for row in rows],
            _("Sent on"): [date(row.sent_on) for row in rows],
            _("Tool"): [tool_name(row.format) for row in rows],
            _("To whom"): [who_in_words(row.who, row.currency) for row in rows],
            _("People"): [number(row.customers) for row in rows],
            _("Held back"): [number(row.held_back) for row in rows],
            _("Cost"): [money(row.cost, row.currency) for row in rows],
            _("Earned"): [money(row.earned, row.currency, 0) for row in rows],
            _("95 % interval"): [_range(row) for row in rows],
            _("What came of it"): [
                verdict_name(row.verdict) if row.test else _("Nobody was held back") for row in rows
            ],
        }
    )


def _range(row: object) -> str:
    if pd.isna(row.earned_low):
        return MISSING
    return interval(row.earned_low, row.earned_high, lambda amount: money(amount, row.currency, 0))
