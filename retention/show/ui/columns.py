"""How the columns of a file are understood, to be confirmed or corrected with a live preview."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import available_timezones

import pandas as pd
import streamlit as st

import retention as rt
from retention.ingest.mapping import LIKELY, PERHAPS, SURE
from retention.schema import FIELDS
from retention.show.i18n import _
from retention.show.ui.looks import is_sure, lacking
from retention.show.ui.pending import Pending, order_files, put, saved_choices
from retention.show.ui.preview import preview
from retention.show.ui.questions import answers, is_currency, not_a_currency
from retention.show.ui.screen import download, escape, sentence_of

READ_FIRST = (
    "order_id", "ordered_at", "time", "email", "customer_id", "name", "phone", "product", "product_id", "category",
    "quantity", "unit_price", "line_total", "discount", "order_discount", "refunded", "order_total", "currency", "status",
)  # fmt: skip
READING_ORDER = (*READ_FIRST, *(name for name in FIELDS if name not in READ_FIRST))
BESIDE = 3
YOURS = 2.0  # surer than any guess
WORD_JOINER = "\N{WORD JOINER}"


def columns_form(files: Pending, shown: list[rt.Inspection], place: str) -> None:
    """The columns of the files, one tab a file, and below it what holds for all; read with one button."""
    tabs = st.tabs([escape(found.name) for found in shown]) if len(shown) > 1 else [st.container()]
    said, complete = files, True
    for tab, found in zip(tabs, shown, strict=True):
        with tab:
            said, fine = _file(said, found, place)
            complete = complete and fine
    said = _for_all(said, place)
    if (currency := said.answer("currency")) and not is_currency(currency):
        st.warning(not_a_currency())
        complete = False
    words = _("Read the file this way") if len(files.paths) == 1 else _("Read the files this way")
    if st.button(words, type="primary", disabled=not complete, key=f"read_{place}"):
        put(replace(said, is_ready=True, error=None, remembered={}))
        st.rerun()
    st.caption(
        _(
            "The choice is kept on this machine for the next file with the same header: the names of the columns and "
            "your answers, never a row of the data."
        )
    )


def _file(files: Pending, found: rt.Inspection, place: str) -> tuple[Pending, bool]:
    """One file: its columns, its formats, the first rows; returns what is chosen and whether it can be read so."""
    at = f"{place}_{_drop_of(files, found)}"
    own = files.fields.get(found.header, {})
    kept = {name: column for name, column in found.mapping.items() if column not in own.values()}
    guessed = {name: column for name, column in (kept | own).items() if column}
    field_of = {column: name for name, column in guessed.items()}
    sure = {column: YOURS if name in own else found.confidence.get(name, SURE) for column, name in field_of.items()}
    known = sorted(field_of, key=lambda column: (sure[column], READING_ORDER.index(field_of[column])))
    unused = [column for column in found.columns if column not in field_of]
    note = st.container()
    picked = _picks(found, known, field_of, sure, at)
    if unused:
        is_open = len(unused) <= BESIDE or lacking(found, guessed) is not None
        with st.expander(_("Columns that are not used: {count}").format(count=len(unused)), expanded=is_open):
            picked |= _picks(found, unused, field_of, sure, at)
    files = _formats(files, found, at)
    twice = next((name for name in picked.values() if name and list(picked.values()).count(name) > 1), None)
    mapping = {name: column for column, name in picked.items() if name}
    chosen = mapping | {name: "" for name in found.mapping if name not in mapping}
    formats = {option: value for option in ("date_order", "decimal") if (value := files.answer(option, found.name))}
    preview(found, [name for name in READING_ORDER if name in mapping], chosen, formats)
    problem = lacking(found, mapping)
    if twice:
        both = " · ".join(column for column, name in picked.items() if name == twice)
        note.warning(
            escape(
                _("Only one column can be {field}; chosen are {columns}.").format(field=_(FIELDS[twice]), columns=both)
            )
        )
    elif problem:
        note.warning(escape(sentence_of(problem)))
    else:
        files = replace(files, fields=_fields(files, found, chosen))
        choices = json.dumps(saved_choices(files, found, chosen), ensure_ascii=False, indent=1)
        name = f"{Path(found.name).stem}.columns.json"
        download(_("Save these column choices (JSON)"), choices, name, "application/json")
    return files, not twice and problem is None


def _drop_of(files: Pending, found: rt.Inspection) -> str:
    """What tells the widgets of one drop of a file from those of another."""
    path = next(path for path in files.paths if path.name == found.name)
    return f"{path.parent.name}_{found.name}"


def _fields(files: Pending, found: rt.Inspection, chosen: dict[str, str]) -> dict[str, dict[str, str]]:
    """The choices of all files with these: of a file that is understood anyway only what differs."""
    if is_sure(found):
        chosen = {name: column for name, column in chosen.items() if column != found.mapping.get(name, "")}
    others = {header: fields for header, fields in files.fields.items() if header != found.header}
    return others | ({found.header: chosen} if chosen else {})


def _picks(
    found: rt.Inspection, columns: list[str], field_of: dict[str, str], sure: dict[str, float], at: str
) -> dict[str, str]:
    """Column → the field chosen for it; three beside each other, in reading order also on a phone."""
    options = ["", *READING_ORDER]
    picked = {}
    for first in range(0, len(columns), BESIDE):
        for box, column in zip(st.columns(BESIDE), columns[first : first + BESIDE], strict=False):
            mark = f" · {_confidence(sure[column])}" if column in sure else ""
            with box.container(gap="xsmall"):
                picked[column] = st.selectbox(
                    f"**{escape(column)}**{mark}",
                    options,
                    index=options.index(field_of.get(column, "")),
                    format_func=lambda name: _(FIELDS[name]) if name else _("not used"),
                    key=f"column_{at}_{column}",
                )
                st.caption(escape(_examples(found.preview[column])))
    return picked


def _confidence(share: float) -> str:
    """How sure a guess is: a mark and a word, so that colour is not needed."""
    if share >= SURE:
        return _("✓ your choice") if share == YOURS else _("✓ sure")
    if share >= LIKELY:
        return _("≈ likely")
    return _("? perhaps") if share >= PERHAPS else _("! doubtful")


def _examples(cells: pd.Series) -> str:
    """The first values that differ, short."""
    found = list(dict.fromkeys(str(cell).strip()[:24] for cell in cells if str(cell).strip()))[:3]
    text = " · ".join(found) or _("empty in the first rows")
    for mark in ("@", "://", "www."):
        text = text.replace(mark, f"{WORD_JOINER}{mark}")  # or the browser makes a link of it
    return text


def _formats(files: Pending, found: rt.Inspection, at: str) -> Pending:
    """How dates and numbers of a file are written."""
    labels = {"date_order": _("Dates"), "decimal": _("Numbers")}
    for box, (option, label) in zip(st.columns(BESIDE), labels.items(), strict=False):
        words = {"": _("as found")} | answers(option)
        value = files.answer(option, found.name)
        chosen = box.selectbox(
            label, list(words), index=list(words).index(value), format_func=words.get, key=f"{option}_{at}"
        )
        files = files.answered(option, found.name, chosen)
    return files


def _for_all(files: Pending, place: str) -> Pending:
    """What holds for all files together: the shop of each, time zone, currency."""
    orders = order_files(files)
    at = f"{place}_{files.paths[-1].parent.name}"
    for first in range(0, len(orders) if len(orders) > 1 else 0, BESIDE):
        for box, found in zip(st.columns(BESIDE), orders[first : first + BESIDE], strict=False):
            given = files.answers.get("shops")
            name = box.text_input(
                escape(_("Shop of {file}").format(file=found.name)),
                value=given.get(found.name, "") if isinstance(given, dict) else "",
                placeholder=_("as found"),
                key=f"shop_{at}_{found.name}",
            ).strip()
            if name or isinstance(given, dict):
                files = files.answered("shops", found.name, name)
    zones = {"": _("the clock in the file")} | {zone: zone for zone in sorted(available_timezones()) if "/" in zone}
    clock, money, _rest = st.columns(BESIDE)
    zone = clock.selectbox(
        _("Time zone"),
        list(zones),
        index=list(zones).index(files.answer("timezone")),
        format_func=zones.get,
        key=f"timezone_{at}",
    )
    currency = money.text_input(
        _("Currency, such as PLN"), value=files.answer("currency"), max_chars=3, key=f"money_{at}"
    )
    return files.answered("timezone", "", zone).answered("currency", "", currency.strip().upper())
