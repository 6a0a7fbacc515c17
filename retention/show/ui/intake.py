"""From a dropped file to orders on the screen: recognise, ask, correct, account for every row."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

import retention as rt
from retention.ingest.mapping import OWN
from retention.schema import FIELDS
from retention.show.files import csv_bytes, neutral
from retention.show.i18n import _, money, number
from retention.show.notebook import Load
from retention.show.ui import session
from retention.show.ui.screen import download, escape, say, sentence_of
from retention.show.ui.tables import grid

FIRST_FIELDS = (
    "order_id", "ordered_at", "email", "customer_id", "phone", "product", "category", "quantity", "unit_price",
    "line_total", "discount", "order_discount", "refunded", "status", "channel", "country",
)  # fmt: skip
OTHER_FIELDS = tuple(name for name in FIELDS if name not in FIRST_FIELDS)


@dataclass(frozen=True)
class Pending:
    """Files that were dropped, what the person said about them, and what still stands in the way."""

    paths: tuple[Path, ...]
    options: dict[str, Any] = field(default_factory=dict)
    error: rt.RetentionError | None = None


def upload() -> None:
    """The place to drop files, and the samples beside it."""
    st.session_state.setdefault("drops", 0)
    dropped = st.file_uploader(
        _("Order export of your shop: CSV, TSV, TXT or XLSX, also packed as .gz; one file or several"),
        accept_multiple_files=True,
        key=f"drop_{st.session_state['drops']}",
    )
    if dropped:
        _read(Pending(_save(dropped)))
        st.session_state["drops"] += 1
        st.rerun()
    st.caption(
        _(
            "Up to 1 GB. The file stays on the machine this app runs on, nothing is sent anywhere, and it is gone "
            "when you close the page, so keep your own copy."
        )
    )


def settle() -> None:
    """What stands in the way of a dropped file: a question with its possible answers, or columns to pick."""
    pending = _pending()
    if pending is None or pending.error is None:
        return
    if isinstance(pending.error, rt.QuestionError):
        st.warning(escape(_(pending.error.problem).format(**pending.error.facts)))
    else:
        st.error(escape(sentence_of(pending.error)))
    if session.data() is not None:
        st.caption(_("The orders from before are still loaded."))
    if isinstance(pending.error, rt.QuestionError):
        _question(pending, pending.error)
    elif isinstance(pending.error, rt.ColumnError | rt.EmptyError):
        columns_form()


def columns_form() -> None:
    """Every field with the column it is read from, a live preview, and the formats; applied with one button."""
    pending = _pending()
    found = _inspected(pending)
    if found is None:
        return
    known = _("{file}: recognised as {layout}. Pick another column where the guess is wrong.")
    own = _("{file}: the columns were recognised by their names. Pick another one where the guess is wrong.")
    pattern = own if found.layout == OWN else known
    st.markdown(pattern.format(file=f"**{escape(found.name)}**", layout=escape(_(found.layout))))
    st.markdown(_("**Columns**"))
    mapping = found.mapping | pending.options.get("mapping", {})
    chosen = _selects(found, FIRST_FIELDS, mapping)
    with st.expander(_("More columns")):
        chosen |= _selects(found, OTHER_FIELDS, mapping)
    st.markdown(_("**The first rows, read this way**"))
    seen = {_(FIELDS[name]): found.preview[column] for name, column in chosen.items() if column}
    st.dataframe(
        pd.DataFrame(seen).head(8).map(neutral), hide_index=True, alt=_("The first rows of the file, read this way")
    )
    formats = _formats(pending)
    changed = {name: column for name, column in chosen.items() if column != found.mapping.get(name, "")}
    if st.button(_("Read the file this way"), type="primary"):
        _read(replace(pending, options=({"mapping": changed} if changed else {}) | formats, error=None))
        st.rerun()


def account() -> None:
    """What happened to every row of the data on the screen."""
    data = session.data()
    report = data.orders.report
    used, aside, merged = (report.count(outcome) for outcome in ("used", "set aside", "merged"))
    say(
        _("{rows} rows: {used} used, {aside} set aside, {merged} merged.").format(
            rows=number(report.rows_in_files), used=number(used), aside=number(aside), merged=number(merged)
        )
    )
    st.markdown(escape(_purchases(report)))
    words = {"used": _("used"), "set aside": _("set aside"), "merged": _("merged")}
    shown = pd.DataFrame(
        {
            _("Why"): [_reason(reason) for reason in report.rows["reason"]],
            _("What happened"): report.rows["outcome"].map(words),
            _("Rows"): [number(rows) for rows in report.rows["rows"]],
            _("Amount"): [money(amount, data.orders.currency) for amount in report.rows["amount"]],
        }
    )
    grid(shown, _("What happened to the rows"), words=[_("What happened")])
    if aside:
        rows = data.orders.set_aside()
        with st.expander(_("The rows that were set aside, with line, column and reason"), expanded=True):
            st.dataframe(_aside(rows.head(200)), hide_index=True, alt=_("Rows that were set aside"))
        download(_("Download all rows that were set aside (CSV)"), csv_bytes(rows), "set_aside.csv", "text/csv")
    with st.expander(_("Which orders count as purchases")):
        orders = pd.DataFrame(
            {
                _("Why"): [_(reason) for reason in report.orders["reason"]],
                _("Orders"): [number(count) for count in report.orders["orders"]],
                _("Net"): [money(net, data.orders.currency) for net in report.orders["net"]],
            }
        )
        grid(orders, _("Which orders count as purchases"))
    with st.expander(_("What was recognised in the file")):
        for file in report.files:
            st.markdown(
                _(
                    "{file}: {layout}, letters as {encoding}, header on line {line}, {columns} columns used, {unused} not used."
                ).format(
                    file=f"**{escape(file.name)}**",
                    layout=escape(_(file.layout)),
                    encoding=file.encoding,
                    line=file.header_line,
                    columns=len(file.mapping),
                    unused=len(file.unused_columns),
                )
            )
        if report.choices:
            decided = [(_(choice.about), _(choice.chosen), _(choice.why)) for choice in report.choices]
            names = [_("About"), _("Decided"), _("Because")]
            st.dataframe(
                pd.DataFrame(decided, columns=names), hide_index=True, alt=_("What was decided about the file")
            )
    if _pending() is not None and _pending().error is None:
        with st.expander(_("Correct the columns, dates or numbers")):
            columns_form()


def _pending() -> Pending | None:
    return st.session_state.get("pending")


def _save(dropped: list) -> tuple[Path, ...]:
    """Copy the dropped files to the session's folder; the browser's copy is forgotten with the next run."""
    place = session.folder() / f"drop_{st.session_state['drops']}"
    place.mkdir(exist_ok=True)
    paths = []
    for number_, file in enumerate(dropped):
        path = place / (Path(file.name).name or "file")
        path = path if path not in paths else path.with_stem(f"{path.stem}_{number_ + 1}")
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy, 1 << 20)
        paths.append(path)
    return tuple(paths)


def _read(pending: Pending) -> None:
    """Read the files; on an error the data from before stay and the error waits on the screen."""
    steps = {
        "reading": _("Reading the rows"),
        "orders": _("Putting orders together"),
        "writing": _("Writing the tables"),
        "done": _("Done"),
    }
    bar = st.progress(0.0, text=steps["reading"])
    try:
        orders = rt.read_orders(
            list(pending.paths), **pending.options, progress=lambda share, step: bar.progress(share, text=steps[step])
        )
    except rt.RetentionError as error:
        st.session_state["pending"] = replace(pending, error=error)
    else:
        names = tuple(path.name for path in pending.paths)
        session.keep(session.Data(orders, Load(files=names, options=pending.options)))
        st.session_state["pending"] = replace(pending, error=None)
    finally:
        bar.empty()


def _question(pending: Pending, error: rt.QuestionError) -> None:
    words = {
        "dmy": _("Day before month: 31.12.2025"),
        "mdy": _("Month before day: 12/31/2025"),
        ".": _("A point marks the decimals: 1,234.50"),
        ",": _("A comma marks the decimals: 1.234,50"),
    }
    answer = st.radio(_("How should it be read?"), error.choices, format_func=lambda key: words.get(key, key))
    if st.button(_("Read the file this way"), type="primary"):
        _read(replace(pending, options=pending.options | {error.option: answer}, error=None))
        st.rerun()


def _inspected(pending: Pending) -> rt.Inspection | None:
    key = (pending.paths[0], pending.options.get("encoding"))
    if st.session_state.get("inspected", (None,))[0] != key:
        try:
            st.session_state["inspected"] = (key, rt.inspect_orders(pending.paths[0], encoding=key[1]))
        except rt.RetentionError as error:
            st.error(escape(sentence_of(error)))
            return None
    return st.session_state["inspected"][1]


def _selects(found: rt.Inspection, names: tuple[str, ...], mapping: dict[str, str]) -> dict[str, str]:
    options = ["", *found.columns]
    chosen = {}
    places = st.columns(3)
    for number_, name in enumerate(names):
        at = options.index(mapping.get(name, "")) if mapping.get(name, "") in options else 0
        label = _(FIELDS[name])
        chosen[name] = places[number_ % 3].selectbox(
            label[0].upper() + label[1:],
            options,
            index=at,
            format_func=lambda column: column or _("not in the file"),
            key=f"column_{name}_{st.session_state['drops']}",
        )
    return chosen


def _formats(pending: Pending) -> dict[str, Any]:
    automatic = _("as found")
    orders = {
        "": automatic,
        "dmy": _("Day before month: 31.12.2025"),
        "mdy": _("Month before day: 12/31/2025"),
        "ymd": _("Year first: 2025-12-31"),
    }
    marks = {"": automatic, ".": "1,234.50", ",": "1.234,50"}
    zones = {"": _("the clock in the file")} | {zone: zone for zone in sorted(available_timezones()) if "/" in zone}
    asked = {"date_order": (_("Dates"), orders), "decimal": (_("Numbers"), marks), "timezone": (_("Time zone"), zones)}
    *places, last = st.columns(4)
    given = {}
    for place, (name, (label, words)) in zip(places, asked.items(), strict=True):
        at = list(words).index(pending.options.get(name, ""))
        key = f"format_{name}_{st.session_state['drops']}"
        given[name] = place.selectbox(label, list(words), index=at, format_func=words.get, key=key)
    currency = last.text_input(_("Currency, such as PLN"), value=pending.options.get("currency", ""), max_chars=3)
    given["currency"] = currency.strip().upper()
    kept = {name: value for name, value in pending.options.items() if name not in ("mapping", *given)}
    return kept | {name: value for name, value in given.items() if value}


def _purchases(report: Any) -> str:
    facts = report.facts
    sentence = _("They make {purchases} purchases by {customers} customers.").format(
        purchases=number(facts["purchases"]), customers=number(facts["customers"])
    )
    if facts["purchases_by_nobody"]:
        sentence += " " + _(
            "{orders} purchases name no customer: they count as revenue and never as customers."
        ).format(orders=number(facts["purchases_by_nobody"]))
    return sentence


def _aside(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that were set aside, for reading; nothing in them that a spreadsheet would run when copied out."""
    names = {
        "file": _("File"),
        "line": _("Line"),
        "column": _("Column"),
        "value": _("Found"),
        "reason": _("Why"),
        "text": _("The whole row"),
    }
    shown = rows.assign(reason=rows["reason"].map(_))[list(names)].map(neutral)
    return shown.rename(columns=names)


def _reason(reason: str) -> str:
    """`field: reason` in words; a reason that concerns the whole row stands alone."""
    name, _mark, words = reason.rpartition(": ")
    return f"{_(FIELDS[name])}: {_(words)}" if name in FIELDS else _(words)
