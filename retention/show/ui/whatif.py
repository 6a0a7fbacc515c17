"""The levers of a what-if, what can be tried with one click, and scenarios to keep beside each other."""

from __future__ import annotations

from math import isnan

import streamlit as st

import retention as rt
from retention.act.levers import DISCOUNT_TO, LEVERS, Changes
from retention.act.scenarios import LONGEST, MOST, scenario_file, scenarios_in
from retention.act.simulation import ChangeSimulation
from retention.show.i18n import _, money, percent
from retention.show.ui.screen import download, escape, sentence_of
from retention.show.whatif import changes_said, lever_name, preset_name, to_whom

KEPT = {"bind": "query-params", "persist_state": "session"}
SLIDERS = ("second_order", "retention", "frequency", "aov", "new_customers")
LEAST, MOST_UP = -30, 50  # percent that a slider reaches
OFFER = ("discount", "discount_share", "discount_uplift", "free_shipping", "topped_up")
BOOKS = ("returns", "margin", "cac", "cost")
SAVED = "scenarios"


def presets(now: ChangeSimulation) -> None:
    """What can be tried with one click, as a row of choices; what only the reader knows stays. now: the shop as things are."""
    own = now.levers.set_index("lever")["now"]
    told = tuple(key for key in ("margin", "cac") if isnan(own[key]))
    with st.container(horizontal=True):
        for name, changes in now.presets.items():
            st.button(preset_name(name), key=f"try_{name}", on_click=_set, args=(changes, told))
        st.button(_("As now"), key="try_nothing", on_click=_set, args=({}, told), type="tertiary")


def levers(now: ChangeSimulation) -> Changes:
    """What the levers are set to."""
    table = now.levers.set_index("lever")
    for key in SLIDERS:
        is_stuck = not table.loc[key, "possible"]
        st.slider(lever_name(key), LEAST, MOST_UP, 0, 1, "%+d%%", key=_key(key), disabled=is_stuck, **KEPT)
    is_open = any(_is_set(key) for key in (*OFFER, *BOOKS))
    with st.expander(_("Offers, prices and costs"), expanded=is_open):
        _percent("discount")
        st.selectbox(lever_name("discount_to"), DISCOUNT_TO, format_func=to_whom().get, key=_key("discount_to"), **KEPT)
        _percent("discount_share", 1.0)
        _percent("discount_uplift")
        if table.loc["free_shipping", "possible"]:
            _amount("free_shipping", _("Free shipping from"), _("as now"))
            _percent("topped_up")
        _percent("returns", table.loc["returns", "now"])
        _percent("margin", now.margin)
        _amount("cac", lever_name("cac"), money(table.loc["cac", "now"], now.currency))
        _amount("cost", _("Other cost in these months"), money(0, now.currency))
    return _given()


def scenarios(now: Changes, currency: str) -> dict[str, Changes]:
    """Keep what the levers say under a name, up to four beside each other; open one, take them along, bring them back."""
    kept = st.session_state.setdefault(SAVED, {})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(_("Name of the scenario"), key="scenario_name", max_chars=LONGEST, width=260).strip()
        is_full = len(kept) >= MOST and name not in kept
        st.button(_("Keep this scenario"), on_click=_keep, args=(name, now), disabled=not name or not now or is_full)
    if is_full:
        st.caption(_("Four scenarios are kept. Take one away first."))
    elif not now:
        st.caption(_("Move a lever first; as now is always beside them."))
    for kept_name, changes in kept.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(escape(f"{kept_name}: {changes_said(changes, currency)}"), width="stretch")
            st.button(_("Open"), key=f"open_scenario_{kept_name}", on_click=_set, args=(changes,), type="tertiary")
            st.button(
                _("Take away"), key=f"drop_scenario_{kept_name}", on_click=kept.pop, args=(kept_name,), type="tertiary"
            )
    if kept:
        download(_("Download the scenarios (JSON)"), scenario_file(kept), "scenarios.json", "application/json")
    with st.expander(_("Bring scenarios back from a file")):
        st.file_uploader(_("Scenarios from a file (JSON)"), "json", key="scenario_file", on_change=_bring)
        if problem := st.session_state.get("scenario_problem"):
            st.error(escape(problem))
    st.caption(_("The address of this page holds the levers: whoever opens it with the same data sees the same."))
    return kept


def _percent(key: str, now: float = 0.0) -> None:
    """A share to type; while nothing is typed it stays what it is now."""
    lever = LEVERS[key]
    st.number_input(
        f"{lever_name(key)}, %", 100 * lever.low, 100 * lever.high, None, 1.0, "%.1f", key=_key(key), placeholder=percent(now),
        **KEPT,
    )  # fmt: skip


def _amount(key: str, label: str, now: str) -> None:
    lever = LEVERS[key]
    st.number_input(label, lever.low, lever.high, None, 1.0, "%.2f", key=_key(key), placeholder=now, **KEPT)


def _key(lever: str) -> str:
    return f"whatif_{lever}"


def _is_set(lever: str) -> bool:
    return st.session_state.get(_key(lever)) is not None or _key(lever) in st.query_params


def _given() -> Changes:
    """What the controls say, as `simulate_change` takes it."""
    changes: Changes = {}
    for key, lever in LEVERS.items():
        value = st.session_state.get(_key(key))
        if value is not None:
            changes[key] = float(value) if lever.unit == "money" else round(value / 100, 6)
    to = st.session_state.get(_key("discount_to"), DISCOUNT_TO[0])
    return {key: value for key, value in changes.items() if value != LEVERS[key].neutral} | (
        {"discount_to": to} if changes.get("discount") and to != DISCOUNT_TO[0] else {}
    )


def _set(changes: Changes, left: tuple[str, ...] = ()) -> None:
    """Put the levers where these changes have them, the others back but for those that are left as they are."""
    for key, lever in LEVERS.items():
        if key in left:
            continue
        value = changes.get(key, 0 if key in SLIDERS else None)
        if value is not None and lever.unit != "money":
            value = round(100 * value) if key in SLIDERS else round(100 * value, 4)
        st.session_state[_key(key)] = value
    st.session_state[_key("discount_to")] = changes.get("discount_to", DISCOUNT_TO[0])


def _keep(name: str, changes: Changes) -> None:
    st.session_state[SAVED][name] = changes
    st.session_state["scenario_name"] = ""


def _bring() -> None:
    file = st.session_state["scenario_file"]
    st.session_state.pop("scenario_problem", None)
    if file is None:
        return
    try:
        st.session_state[SAVED] = scenarios_in(file.getvalue().decode("utf-8-sig", "replace"))
    except rt.RetentionError as error:
        st.session_state["scenario_problem"] = sentence_of(error)
