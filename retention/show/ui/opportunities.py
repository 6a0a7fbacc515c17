"""What the screen of opportunities has of its own: assumptions in place, and the ways on from each of them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from retention.act.opportunities import Opportunities
from retention.act.worth import UPLIFT
from retention.show import sentences
from retention.show.i18n import _
from retention.show.opportunities import opportunity_name
from retention.show.ui import assumptions
from retention.show.ui.screen import escape
from retention.show.ui.who import hand_over

KEPT = {"persist_state": "session"}
LIST = "opportunity"
DONE = "opportunities_done"
KEYS = (DONE,)


def assumed() -> dict[str, Any]:
    """The options of `rank_opportunities` as somebody has set them, as far as they differ from the usual ones."""
    given = {key: round(st.session_state.get(_field(key), share * 100) / 100, 6) for key, share in UPLIFT.items()}
    changed = {key: share for key, share in given.items() if share != UPLIFT[key]}
    options: dict[str, Any] = {"uplift": changed} if changed else {}
    if (lapse_days := assumptions.lapse_days()) is not None:
        options["lapse_days"] = lapse_days
    return options


def done_for_now() -> dict[str, Any]:
    """The kinds that somebody took off the list, as an option of `rank_opportunities`."""
    done = st.session_state.get(DONE, ())
    return {"leave_out": done} if done else {}


def opportunity_blocks(found: Opportunities) -> None:
    """A block an opportunity: who, what to send and when, what it is worth on which assumption, and the ways on; and what is done."""
    for _place, row in found.ranked.iterrows():
        key, name = row["key"], opportunity_name(row["key"])
        with st.container(border=True):
            st.subheader(escape(f"{row['rank']:.0f}. {name}"), anchor=False)
            parts = {
                _("Who"): sentences.who_they_are(row, found),
                _("What to send"): sentences.what_to_send(row),
                _("What it is worth"): sentences.what_it_is_worth(row, found),
            }
            st.markdown("\n".join(f"- **{part}:** {escape(words)}" for part, words in parts.items()))
            st.caption(escape(sentences.what_comes_anyway(row, found)))
            st.number_input(
                _("Assumed: so many more orders for every 100 that come anyway"),
                0.0, 100.0, UPLIFT[key] * 100, 5.0, "%.0f", key=_field(key), width=420, **KEPT,
            )  # fmt: skip
            with st.container(horizontal=True):
                ways_on(key, name)
    if found.left_out:
        st.subheader(_("Done for now"), anchor=False)
    for key in found.left_out:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(escape(opportunity_name(key)), width="content")
            st.button(
                _("Show again"),
                key=f"again_{key}",
                on_click=_again,
                args=(key,),
                icon=":material/undo:",
                type="tertiary",
            )


def ways_on(key: str, name: str) -> None:
    """The list on this screen, an audience of these people, a test with some of them held back; or off the list."""
    st.button(
        _("See the list"), key=f"list_{key}", on_click=_open, args=(key, name), icon=":material/list:", type="tertiary"
    )
    hand_over(f"opportunity:{key}", key)
    st.button(
        _("Done for now"), key=f"done_{key}", on_click=_done, args=(key, name), icon=":material/check:", type="tertiary"
    )


def this_week(found: Opportunities) -> None:
    """The three most valuable in a line each, as the overview shows them."""
    lines = [sentences.in_one_line(row, found) for _place, row in found.ranked.head(3).iterrows()]
    st.markdown("\n".join(f"- {escape(line)}" for line in lines) or sentences.no_opportunity(found))
    st.page_link("pages/act/opportunities.py", label=_("Opportunities"), icon=":material/arrow_forward:")


def _field(key: str) -> str:
    return f"uplift_{key}"


def _done(key: str, name: str) -> None:
    st.session_state[DONE] = (*st.session_state.get(DONE, ()), key)
    st.toast(escape(_("Off the list for this visit: {name}").format(name=name)))


def _again(key: str) -> None:
    st.session_state[DONE] = tuple(other for other in st.session_state[DONE] if other != key)


def _open(key: str, name: str) -> None:
    st.session_state[LIST] = key
    st.toast(escape(_("The list below now shows: {name}").format(name=name)))
