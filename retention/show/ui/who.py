"""Who is meant: everybody, one's own segments, those of RFM, the opportunities, members of a loyalty programme; and the number a draw begins with."""

from __future__ import annotations

import pandas as pd
import streamlit as st

import retention as rt
from retention.act.opportunities import KEYS
from retention.segment.conditions import Condition
from retention.segment.fields import SEGMENTS
from retention.segment.rules import Rule
from retention.show.charts.loyalty import programme_name
from retention.show.i18n import _
from retention.show.measures import group_name
from retention.show.opportunities import opportunity_name
from retention.show.rules import rule_text
from retention.show.ui import assumptions
from retention.show.ui.builder import KEPT as KEPT_RULES
from retention.show.ui.screen import go_to, run

KEPT = {"persist_state": "session"}
WHO = "who"  # where another screen leaves whom it is about: "segment:…", "opportunity:…" or "loyalty:…"
LOYALTY = "loyalty"  # where the screen of loyalty programmes leaves them, each with the months of its replay


def who_is_meant(orders: rt.Orders, key: str) -> Rule | str | pd.DataFrame | None:
    """The rule, the word ("opportunity:…") or the list that says who is meant; none for everybody."""
    chosen: dict[str, tuple[str, Rule | str | None]] = {}
    if text := st.session_state.get("segment"):
        rule = rt.rule_of(text)
        chosen["filter"] = (_("My segment: {rule}").format(rule=rule_text(rule, orders.currency)), rule)
    chosen["everyone"] = (_("All customers"), None)
    for name, text in st.session_state.get(KEPT_RULES, {}).items():
        chosen[f"kept {name}"] = (_("My segment: {rule}").format(rule=name), rt.rule_of(text))
    for segment in SEGMENTS:
        chosen[segment] = (group_name(segment), Rule("all", (Condition("segment", "any of", segment),)))
    for word in KEYS:
        who = f"opportunity:{word}"
        chosen[who] = (_("Opportunity: {name}").format(name=opportunity_name(word)), who)
    programmes = {f"{LOYALTY}:{side}": given for side, given in st.session_state.get(LOYALTY, {}).items()}
    for who, (programme, _months) in programmes.items():
        label = _("One order away from a reward: {programme}")
        chosen[who] = (label.format(programme=programme_name(programme, orders.currency)), who)
    if (given := st.session_state.pop(WHO, "").removeprefix("segment:")) in chosen:
        st.session_state[key] = given
    labels = {word: label for word, (label, _who) in chosen.items()}
    if st.session_state.get(key, "everyone") not in labels:
        st.session_state[key] = next(iter(labels))
    who = chosen[st.selectbox(_("Who takes part"), list(chosen), format_func=labels.get, key=key, **KEPT)][1]
    if not isinstance(who, str) or who not in programmes:
        return who
    programme, months = programmes[who]
    since, until = rt.last_months(orders, months)
    return run("people", rt.loyalty_customers, orders, programme=programme, since=since, until=until)


def hand_over(who: str, key: str) -> None:
    """The ways on from a list: an audience of these people, a test with some of them held back."""
    ways = {
        "audience": (_("Make the audience"), ":material/send:", "pages/act/audiences.py"),
        "test": (_("Test it with a hold-out"), ":material/call_split:", "pages/experiment/assign.py"),
    }
    for way, (label, icon, page) in ways.items():
        if st.button(label, key=f"{way}_{key}", icon=icon, type="tertiary"):
            st.session_state[WHO] = who
            go_to(page)


def lapse_of(who: Rule | str | pd.DataFrame | None) -> dict[str, int]:
    """The days of silence that somebody set, as an option, where it tells who belongs to an opportunity."""
    days = assumptions.lapse_days() if isinstance(who, str) else None
    return {} if days is None else {"lapse_days": days}


def draw_begins_with(orders: rt.Orders, key: str) -> int:
    """The seed of a draw."""
    with st.expander(_("Draw other people")):
        seed = st.number_input(
            _("Number the draw begins with"), 0, None, int(f"{orders.as_of:%Y%m%d}"), key=key, **KEPT
        )
        st.caption(
            _(
                "The same number draws the same people again. Take another one for another test, so that not always the same people are "
                "held back; do not try numbers until a draw looks good."
            )
        )
    return int(seed)
