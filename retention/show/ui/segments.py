"""What the segments screen has of its own: a scheme to edit, the cards of the playbook."""

from __future__ import annotations

import json
from math import inf
from zlib import crc32

import streamlit as st

import retention as rt
from retention.segment.playbook import SegmentPlaybook
from retention.segment.schemes import CUT, read_scheme
from retention.show import sentences
from retention.show.i18n import _, number
from retention.show.ui import assumptions, session
from retention.show.ui.screen import download, escape, or_sentence, pick, sentence_of

KEPT = {"persist_state": "session"}


def own_scheme(monetary: str) -> str:
    """The scheme that somebody sets here, as JSON: its cut-points and the names of its segments, to change, save and load."""
    with st.expander(_("My own cut-points and names"), expanded=True):
        starts = {"quintile": _("Fifths of my customers"), "klaviyo": _("As in Klaviyo"), "file": _("A saved file")}
        start = pick(_("Start from"), starts, key="own_start")
        loaded = _loaded() if start == "file" else ""
        begin = read_scheme(loaded or _first_cuts("klaviyo" if start == "klaviyo" else "quintile", monetary))
        place = crc32(begin.as_json().encode())
        cuts = {part: _cuts(part, begin, f"own_{place}_{part}") for part in CUT}
        st.caption(_("An empty field is out of everybody’s reach. Two groups of one name become one group."))
        names = {}
        for column, (number_, name) in zip(_columns(3, len(begin.names)), enumerate(begin.names), strict=True):
            given = column.text_input(_(name), _(name), key=f"own_{place}_name_{number_}", **KEPT)
            names[name] = name if given == _(name) else given
        segments: dict[str, list[str]] = {}
        for code, name in begin.segments.items():
            segments.setdefault(names[name].strip(), []).append(code)
        listed = {name: " ".join(together) for name, together in segments.items()}
        text = json.dumps({"name": "own", "levels": begin.levels, **cuts, "segments": listed}, ensure_ascii=False)
        download(_("Save these cut-points and names (JSON)"), text, "rfm_scheme.json", "application/json")
    return text


def extra_share() -> float:
    """How many of those written to order who would not have: an assumption, from 0 to 1."""
    label = _("Assumed: so many of 100 people order once who would not have without a message")
    return round(st.number_input(label, 0.0, 100.0, 2.0, 0.5, "%.1f", key="extra_share", **KEPT) / 100, 6)


def plays(playbook: SegmentPlaybook, key: str) -> None:
    """A card a segment; its button chooses the segment in the select of this key."""
    table = playbook.table
    for place, (column, (_row, row)) in enumerate(zip(_columns(2, len(table)), table.iterrows(), strict=True)):
        with column.container(border=True):
            people = _("customers: {n}").format(n=number(row["customers"]))
            st.markdown(f"**{escape(_(row['segment']))}** · {people}")
            st.markdown(escape(_(row["meaning"])))
            st.markdown(f"**{_('What usually works')}:** {escape(_(row['works']))}")
            if words := sentences.worth(row, playbook):
                st.caption(escape(words))
            st.button(
                escape(_("List: {segment}").format(segment=_(row["segment"]))),
                key=f"play_{place}",
                on_click=_choose,
                args=(key, row["segment"]),
                type="tertiary",
                icon=":material/groups:",
            )


def _columns(wide: int, count: int) -> list:
    """A place for each of so many things, so many beside each other, row by row."""
    places = []
    while len(places) < count:
        places += st.columns(wide)
    return places[:count]


def _choose(key: str, segment: str) -> None:
    st.session_state[key] = segment
    st.toast(escape(_("The list below now shows this group: {segment}").format(segment=_(segment))))


def _cuts(part: str, begin: rt.RfmScheme, key: str) -> list[float | None]:
    what = {"recency": _("Days since the last order"), "frequency": _("Orders"), "monetary": _("Amount")}[part]
    best_first = part == "recency"
    label = _("{what}, score {score}: at most") if best_first else _("{what}, score {score}: at least")
    given = []
    for place, (column, cut) in enumerate(zip(st.columns(begin.levels - 1), getattr(begin, part), strict=True)):
        field = f"{key}_{place}"
        st.session_state.setdefault(field, None if cut == inf else cut)  # a default of its own could not be emptied
        given.append(
            column.number_input(
                label.format(what=what, score=begin.levels - place if best_first else place + 2),
                value=None,
                step=1.0,
                format="%.2f" if part == "monetary" else "%.0f",
                placeholder=_("nobody"),
                key=field,
                **KEPT,
            )
        )
    return given


def _loaded() -> str:
    """The scheme of the file that was loaded last, as JSON; empty before there is one."""
    file = st.file_uploader(_("A file saved here before (JSON)"), type="json", key="own_file")
    if file is not None:
        try:
            st.session_state["own_loaded"] = read_scheme(file.getvalue().decode("utf-8-sig", "replace")).as_json()
        except rt.RetentionError as error:
            st.error(escape(sentence_of(error)))
    return st.session_state.get("own_loaded", "")


def _first_cuts(name: str, monetary: str) -> str:
    orders = assumptions.apply(session.data().orders)
    return or_sentence(_used, orders.fingerprint, str(orders.margin), name, monetary, orders)


@st.cache_data(max_entries=100, show_spinner=False)
def _used(fingerprint: str, margin: str, name: str, monetary: str, _orders: rt.Orders) -> str:
    """A scheme with the cut-points that it takes in this shop, filters apart, so that a filter leaves them as they are."""
    return rt.rfm_segments(_orders, name, monetary).scheme.as_json()
