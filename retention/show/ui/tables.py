"""Results written for the reader: cards, and tables with their numbers to take away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from retention.measure.quality import EFFECTS, QualityTable
from retention.show import quality as words
from retention.show import sentences
from retention.show.files import csv_bytes
from retention.show.i18n import _, interval, money, number, percent, percent_change, percent_points, period_label
from retention.show.measures import measure_name, measure_value
from retention.show.ui.screen import download

CARD_WIDTH = 170  # two beside each other on a phone


def cards(summary: pd.DataFrame, months: pd.DataFrame, names: Sequence[str], currency: str) -> None:
    """A card a key figure: its value, its change against the time before, its last thirteen complete months."""
    rows = summary.set_index("kpi")
    trend = months[months["complete"]].tail(13)
    with st.container(horizontal=True):
        for name in names:
            change = sentences.change(rows.loc[name])
            past = trend[name].dropna().tolist()
            st.metric(
                f":small[{measure_name(name)}]",
                measure_value(name, rows.loc[name, "value"], currency, short=True),
                delta=change,
                delta_color="blue",  # the theme's accent: up is not always good
                delta_description=_("than before") if change else None,
                chart_data=past if len(past) > 2 else None,
                width=CARD_WIDTH,
            )


def table(
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
    shown: pd.DataFrame,
    name: str,
    label: str,
    words: Sequence[str] = (),
) -> None:
    """A table to read and its numbers to take away: `frame`, or what makes it, goes into the file, `shown` on the screen.

    The first column of `shown` names the row and stays in sight; words: see `grid`.
    """
    with st.expander(_("Table: {label}").format(label=label)):
        grid(shown, label, words)
        download(_("Download the table (CSV)"), lambda: _file(frame), f"{name}.csv", "text/csv")


def _file(frame: pd.DataFrame | Callable[[], pd.DataFrame]) -> bytes:
    return csv_bytes(frame() if callable(frame) else frame)


def grid(shown: pd.DataFrame, label: str, words: Sequence[str] = ()) -> None:
    """A frame of written values: the first column names the row and stays in sight, the others are numbers but for `words`."""
    left = (shown.columns[0], *words)
    columns = {
        column: st.column_config.TextColumn(
            column, alignment="left" if column in left else "right", pinned=column == shown.columns[0]
        )
        for column in shown.columns
    }
    st.dataframe(shown, hide_index=True, column_config=columns, alt=label, height="content" if len(shown) < 15 else 500)


def kpi_rows(frame: pd.DataFrame, names: Sequence[str], period: str, currency: str) -> pd.DataFrame:
    """Key figures by period, the latest first; a period that is not over is marked."""
    open_mark = _("{period} (not complete)")
    labels = [
        period_label(begin, period) if complete else open_mark.format(period=period_label(begin, period))
        for begin, complete in zip(frame["period"], frame["complete"], strict=True)
    ]
    shown = pd.DataFrame({_("Period"): labels})
    for name in names:
        shown[measure_name(name)] = [measure_value(name, value, currency) for value in frame[name]]
    return shown.iloc[::-1]


def summary_table(summary: pd.DataFrame, currency: str) -> None:
    """Every key figure of a window beside the window before and the year before, with n and interval."""

    def written(row: object, value: float) -> str:
        return measure_value(row.kpi, value, currency)

    rows = list(summary.itertuples())
    too_few = _("too few to tell")
    shown = pd.DataFrame(
        {
            _("Key figure"): [measure_name(row.kpi) for row in rows],
            _("Value"): [written(row, row.value) for row in rows],
            _("95 % interval"): [
                too_few if not row.enough else interval(row.low, row.high, lambda x, row=row: written(row, x))
                for row in rows
            ],
            _("n"): [number(row.n) for row in rows],
            _("Time before"): [written(row, row.previous) for row in rows],
            _("A year before"): [written(row, row.year_before) for row in rows],
        }
    )
    table(summary, shown, "summary", _("every key figure of this window"))


def quality_table(quality: QualityTable) -> None:
    """Every check with what it found and what deciding otherwise would change."""
    rows = list(quality.table.itertuples())
    shown = pd.DataFrame(
        {
            _("Check"): [words.name(row.check) for row in rows],
            _("Found"): [number(row.found) for row in rows],
            _("of"): [number(row.of) for row in rows],
            _("Share"): [percent(row.share) for row in rows],
            _("Amount"): [money(row.amount, quality.currency) for row in rows],
        }
    )
    for effect in EFFECTS:
        measure = effect.removesuffix("_change")
        change = percent_points if measure == "repeat_rate" else percent_change
        shown[measure_name(measure)] = [change(value) for value in quality.table[effect]]
    table(quality.table, shown, "quality", _("every check, and what deciding otherwise would change"))
