"""The editor of rules: conditions in rows, rows in groups, rules to start from, rules to keep and to filter by."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

import retention as rt
from retention.segment import builder
from retention.segment.conditions import Condition
from retention.segment.fields import FIELDS, TESTS
from retention.segment.rules import HOWS, Rule
from retention.show.i18n import _
from retention.show.rules import field_name, how_asked, start_name
from retention.show.ui.screen import download, escape, sentence_of

DRAFT, KEPT = "rule_draft", "rules_kept"


def rule_editor(orders: rt.Orders) -> Rule:
    """The rule as the person has put it together so far; without a complete condition the page ends here, kindly."""
    starts = _starts(orders.fingerprint, str(orders.selection), orders)
    if DRAFT not in st.session_state:
        _open(starts["big_and_silent"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_("Start from:"), width="content")
        for name, start in starts.items():
            label = start_name(name, start, orders.currency)
            st.button(escape(label), on_click=_open, args=(start,), key=f"start_{name}", type="tertiary")
    draft = st.session_state[DRAFT]
    fields = _fields(orders.fingerprint, orders.margin is not None, orders)
    groups = draft["groups"]
    if len(groups) > 1:
        words = {"all": _("All groups have to hold"), "any": _("One group is enough")}
        draft["how"] = _either(words, draft["how"], f"rule_how_{groups[0]['id']}", _("Groups"))
    parts = [_group(group, fields, orders) for group in groups]
    st.button(_("Add a group"), on_click=_add_group, icon=":material/library_add:", type="tertiary")
    if not (complete := [part for part in parts if part]):
        st.info(_("Give a condition its value, and the customers are counted."))
        st.stop()
    return complete[0] if len(complete) == 1 else Rule(draft["how"], tuple(complete))


def known_first(options: dict[str, str], orders: rt.Orders) -> dict[str, str]:
    """Fields and their names, those first of which these customers tell something."""
    known = _fields(orders.fingerprint, orders.margin is not None, orders)
    return dict(sorted(options.items(), key=lambda option: option[0] not in known))


def keep_rule(rule: Rule) -> None:
    """Save the rule under a name, open a saved one, take it away or bring one, filter every screen by it."""
    text, key = rule.as_json(), "rule_as_filter"
    st.session_state[key] = st.session_state.get("segment") == text
    st.toggle(_("Use as a filter on every screen"), key=key, on_change=_turn, args=(key, text))
    with st.expander(_("Keep these conditions, or open others")):
        kept = st.session_state.setdefault(KEPT, {})
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(_("Name"), key="rule_name", width=260)
            st.button(_("Save"), on_click=_keep, args=(name, text), disabled=not name.strip())
        for kept_name, saved in kept.items():
            label = escape(_("Open {name}").format(name=kept_name))
            st.button(label, on_click=_open, args=(rt.rule_of(saved),), key=f"open_{kept_name}")
        st.caption(_("What is saved stays until this window is closed. Take the file along to use it again."))
        download(_("Download the conditions (JSON)"), text, f"{name.strip() or 'segment'}.json", "application/json")
        st.file_uploader(_("Conditions from a file (JSON)"), "json", key="rule_file", on_change=_bring)
        if problem := st.session_state.get("rule_problem"):
            st.error(escape(problem))


def _group(group: dict, fields: list[str], orders: rt.Orders) -> Rule | None:
    with st.container(border=True):
        if len(group["rows"]) > 1:
            words = {"all": _("All of these hold"), "any": _("One of these is enough")}
            group["how"] = _either(words, group["how"], f"rule_{group['id']}_how", _("Conditions"))
        conditions = [_row(group, row, fields, orders) for row in group["rows"]]
        st.button(
            _("Add a condition"), on_click=_add, args=(group,), key=f"rule_{group['id']}_add", icon=":material/add:"
        )
    complete = tuple(condition for condition in conditions if condition)
    return Rule(group["how"], complete) if complete else None


def _row(group: dict, row: dict, fields: list[str], orders: rt.Orders) -> Condition | None:
    """One condition; None while its value is missing or does not fit."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offered = [*fields, *({row["field"]} - set(fields))]
        key = f"rule_{row['id']}"
        field = st.selectbox(
            _("What"), offered, offered.index(row["field"]), format_func=field_name, key=f"{key}_field", width=190
        )
        if field != row["field"]:
            row.update(field=field, test=TESTS[FIELDS[field].kind][0], value=None, days=None)
        kind, tests = FIELDS[field].kind, TESTS[FIELDS[field].kind]
        if len(tests) > 1:
            row["test"] = st.selectbox(
                _("How"), tests, tests.index(row["test"]), format_func=lambda test: how_asked(test, kind),
                key=f"{key}_{field}_test", width=140,
            )  # fmt: skip
        is_between = row["test"] == "between"
        if is_between != isinstance(row["value"], tuple) and kind not in ("word", "words"):
            row["value"] = (row["value"], row["value"]) if is_between else row["value"][0]
        if is_between:
            labels = (_("From"), _("To"))
            row["value"] = tuple(
                _value(kind, value, f"{key}_{field}_{n}", label, row, orders)
                for n, (value, label) in enumerate(zip(row["value"], labels, strict=True))
            )
        else:
            row["value"] = _value(kind, row["value"], f"{key}_{field}", _("Value"), row, orders)
        if FIELDS[field].in_days:
            row["days"] = st.number_input(
                _("In the last … days"), 1, 36_500, row["days"], key=f"{key}_{field}_days", placeholder=_("ever"), width=130
            )  # fmt: skip
        st.button(
            "", on_click=_remove, args=(group, row), key=f"{key}_remove", icon=":material/close:", type="tertiary",
            help=_("Take this condition away"),
        )  # fmt: skip
    if row["value"] is None or row["value"] == () or (is_between and None in row["value"]):
        return None
    try:
        return Condition(field, row["test"], row["value"], row["days"])
    except rt.OptionError as error:
        st.caption(escape(sentence_of(error)))
        return None


def _value(kind: str, value: Any, key: str, label: str, row: dict, orders: rt.Orders) -> Any:
    if kind in ("word", "words"):
        known = _words(orders.fingerprint, row["field"], orders)
        known = [*known, *(word for word in value or () if word not in known)]
        chosen = st.multiselect(label, known, list(value or ()), key=key, placeholder=_("Choose"), width=230)
        return tuple(chosen)
    if kind == "yes/no":
        answers = {True: _("yes"), False: _("no")}
        return st.selectbox(label, list(answers), int(value is False), format_func=answers.get, key=key, width=120)
    if kind == "date":
        day = date.fromisoformat(value) if value else None
        first, last = (end(known for known in (day, orders.observed_from, orders.as_of) if known) for end in (min, max))
        chosen = st.date_input(label, day, first, last, key=key, format="YYYY-MM-DD", width=150)
        return chosen.isoformat() if chosen else None
    percents = 100 if kind == "share" else 1
    unit = {"share": " (%)", "money": f" ({orders.currency})" if orders.currency else ""}.get(kind, "")
    shown = None if value is None else round(float(value * percents), 10)
    low, high = (0.0, 100.0) if kind == "share" else (None, None)
    given = st.number_input(f"{label}{unit}", low, high, shown, 1.0, "%.10g", key=key, width=150)
    return None if given is None else _plain(given / percents)


def _plain(number: float) -> float | int:
    return int(number) if float(number).is_integer() else number


def _either(words: dict[str, str], how: str, key: str, label: str) -> str:
    return st.radio(
        label, HOWS, HOWS.index(how), format_func=words.get, key=key, horizontal=True, label_visibility="collapsed"
    )


def _open(rule: Rule) -> None:
    """Make a rule the one that is edited. Every part gets a new number, so that no control keeps an old value."""
    inside = [part if isinstance(part, Rule) else Rule("all", (part,)) for part in rule.parts]
    flat = all(isinstance(part, Condition) for part in rule.parts)
    groups = [rule] if flat else inside
    st.session_state[DRAFT] = {
        "how": "all" if flat else rule.how,
        "groups": [
            {"id": _number(), "how": group.how, "rows": [vars(part) | {"id": _number()} for part in group.parts]}
            for group in groups
        ],
    }
    st.session_state.pop("rule_problem", None)


def _number() -> int:
    st.session_state["rule_parts"] = st.session_state.get("rule_parts", 0) + 1
    return st.session_state["rule_parts"]


def _new_row() -> dict:
    return {"id": _number(), "field": "orders", "test": "at least", "value": None, "days": None}


def _add(group: dict) -> None:
    group["rows"].append(_new_row())


def _add_group() -> None:
    st.session_state[DRAFT]["groups"].append({"id": _number(), "how": "all", "rows": [_new_row()]})


def _remove(group: dict, row: dict) -> None:
    group["rows"].remove(row)
    groups = st.session_state[DRAFT]["groups"]
    if not group["rows"] and len(groups) > 1:
        groups.remove(group)


def _turn(key: str, text: str) -> None:
    st.session_state["segment"] = text if st.session_state[key] else None


def _keep(name: str, text: str) -> None:
    st.session_state[KEPT][name.strip()] = text


def _bring() -> None:
    if (file := st.session_state.get("rule_file")) is None:
        return
    try:
        _open(rt.rule_of(file.getvalue().decode("utf-8-sig")))
    except UnicodeDecodeError:
        st.session_state["rule_problem"] = _("This file is no text.")
    except rt.OptionError as error:
        st.session_state["rule_problem"] = sentence_of(error)


@st.cache_data(max_entries=100, show_spinner=False)
def _starts(fingerprint: str, selection: str, _orders: rt.Orders) -> dict[str, Rule]:
    return builder.starting_rules(_orders)


@st.cache_data(max_entries=100, show_spinner=False)
def _fields(fingerprint: str, has_margin: bool, _orders: rt.Orders) -> list[str]:
    return builder.known_fields(_orders)


@st.cache_data(max_entries=300, show_spinner=False)
def _words(fingerprint: str, field: str, _orders: rt.Orders) -> list[str]:
    return builder.known_words(_orders, field)
