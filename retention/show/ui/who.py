"""Who is meant: everybody, one's own segments, the segments of RFM, the opportunities; and the number a draw begins with."""

from __future__ import annotations

import streamlit as st

import retention as rt
from retention.act.opportunities import KEYS
from retention.segment.conditions import Condition
from retention.segment.fields import SEGMENTS
from retention.segment.rules import Rule
from retention.show.i18n import _
from retention.show.measures import group_name
from retention.show.opportunities import opportunity_name
from retention.show.rules import rule_text
from retention.show.ui import assumptions
from retention.show.ui.builder import KEPT as KEPT_RULES

KEPT = {"persist_state": "session"}
WHO = "who"  # where another screen leaves whom it is about: "segment:…" or "opportunity:…"


def who_is_meant(orders: rt.Orders, key: str) -> Rule | str | None:
    """The rule or the word ("opportunity:…") that says who is meant; none for everybody."""
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
    if (given := st.session_state.pop(WHO, "").removeprefix("segment:")) in chosen:
        st.session_state[key] = given
    labels = {word: label for word, (label, _who) in chosen.items()}
    if st.session_state.get(key, "everyone") not in labels:
        st.session_state[key] = next(iter(labels))
    return chosen[st.selectbox(_("Who takes part"), list(chosen), format_func=labels.get, key=key, **KEPT)][1]


def lapse_of(who: Rule | str | None) -> dict[str, int]:
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
