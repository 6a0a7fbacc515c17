"""The first rows of a file as they would be read: dates and numbers in the reader's writing, and what is wrong with a row."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import retention as rt
from retention.ingest.mapping import fingerprint
from retention.show.files import neutral
from retention.show.i18n import _, date, language, number
from retention.show.ui.screen import escape, sentence_of

ROWS = 8


def preview(found: rt.Inspection, names: list[str], mapping: dict[str, str], formats: dict[str, str]) -> None:
    """Show the first rows under their fields.

    A date, a quantity or a price is written as it is understood; a cell that only the whole file can settle stays as it is.
    """
    st.markdown(_("**The first rows, read this way**"))
    rows = found.preview.head(ROWS)
    seen = pd.DataFrame({name: rows[mapping[name]] for name in names}).map(neutral)
    is_whole = found.header == fingerprint(found.columns)  # items that stood in a cell cannot be read by themselves
    read, problem = _as_read(rows, found.name, mapping, formats, language()) if is_whole and len(rows) else (None, "")
    if read is not None:
        for name in (name for name in read if name in seen):
            seen[name] = read[name].reindex(seen.index).fillna(seen[name])
    st.dataframe(
        seen.rename(columns={name: _(rt.schema.FIELDS[name]) for name in names}),
        hide_index=True,
        alt=_("The first rows of the file, read this way"),
        height="content",
    )
    if problem:
        st.warning(escape(problem))


@st.cache_data(show_spinner=False, max_entries=50)
def _as_read(
    rows: pd.DataFrame, name: str, mapping: dict[str, str], formats: dict[str, str], language: str
) -> tuple[pd.DataFrame | None, str]:
    """Row → its date and numbers as they were understood, written in `language`, and what is wrong with the rows if anything is."""
    try:
        orders = rt.read_orders(rows, name=name, mapping=mapping, **formats)
    except (rt.QuestionError, rt.ColumnError):  # asked, or said, elsewhere on the screen
        return None, ""
    except rt.RetentionError as error:
        return None, sentence_of(error)
    lines = orders.frame(orders.lines.join(orders.orders, "order_id")).set_index("line_id")
    read = pd.DataFrame(
        {
            "ordered_at": lines["ordered_at"].map(date),
            "quantity": lines["quantity"].map(lambda pieces: number(pieces, 0 if pieces == int(pieces) else 2)),
            "unit_price": lines["unit_price"].map(lambda price: number(price, 2)),
        }
    )
    read.index = rows.index[read.index - 1]
    aside = len(orders.set_aside())
    return read, _("Rows of these that would be set aside: {n}").format(n=number(aside)) if aside else ""
