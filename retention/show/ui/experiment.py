"""Where the outcome of an experiment comes from, how it is kept, and how kept ones are brought back."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

import retention as rt
from retention.experiment.compare import VariantComparison
from retention.experiment.history import bare_experiment, experiments_in, with_outcome
from retention.experiment.manifest import Experiment
from retention.experiment.units import GROUPS
from retention.show import sentences
from retention.show.experiment import arm_name, metric_name
from retention.show.files import csv_bytes
from retention.show.i18n import _, number
from retention.show.i18n import date as written
from retention.show.tables.experiment import history_rows
from retention.show.ui.screen import choice, download, escape, pick, sentence_of, switch
from retention.show.ui.tables import grid

KEPT = {"persist_state": "session"}
EXPERIMENT = "experiment"  # where the session keeps the experiment file that was made or brought last
ARMS = ("A", "B", "C")


def outcome_source(orders: rt.Orders) -> dict[str, Any]:
    """What is to be compared, as options of `compare_variants`; while something lacks the page ends here, kindly."""
    known = _known(orders.fingerprint, orders)
    sources = {
        "data": _("Experiments in my data"),
        "file": _("A file from “Assign a test”"),
        "totals": _("Type the totals"),
    }
    source = choice(_("Where the outcome comes from"), sources, "outcome_source", "data" if known else "totals")
    if source == "totals":
        if not known:
            _how_to_get_one(
                _("There is no experiment in this data yet. You can type the totals of one, or get one like this:")
            )
        return _totals()
    if source == "file":
        return {"experiment": _brought(), **_asked(orders)}
    if not known:
        _how_to_get_one(_("There is no experiment in this data yet. This is how to get one:"))
        st.stop()
    labels = {name: name or _("Without a name") for name in known}
    name = pick(_("Experiment"), labels, "outcome_experiment")
    options = {"experiment": name, **_asked(orders)}
    if known[name] is None:
        day = st.date_input(_("Day of the assignment, which the file does not tell"), None, key="outcome_day", **KEPT)
        options |= {"assigned_on": day} if day else {}
    return options


def arm_shown(outcome: VariantComparison) -> str:
    """The arm that the pictures show: the one the verdict speaks of, unless there are more to choose from."""
    arms = [outcome.arm, *(arm for arm in outcome.arms["arm"] if arm not in (outcome.arm, outcome.control))]
    if len(arms) == 1:
        return arms[0]
    return choice(_("Arm in the pictures"), {arm: arm_name(arm) for arm in arms}, "outcome_arm")


def keep_outcome(orders: rt.Orders, options: dict[str, Any], outcome: VariantComparison) -> None:
    """Take the result away as an experiment file, with what was learned in one's own words."""
    st.subheader(_("Keep this result"))
    st.markdown(
        _(
            "The file holds the verdict, the effect with its interval, what it is worth and your words. Bring it back below, next year too."
        )
    )
    given = options.get("experiment")
    name = ""
    if not outcome.name:
        name = st.text_input(_("Name of the test"), key="outcome_name", max_chars=100, **KEPT)
    note = st.text_area(_("What did you learn?"), key=f"outcome_note {given!r}", max_chars=2000, **KEPT)
    if isinstance(given, Experiment):
        experiment = given
    else:
        begun = options.get("assigned_on") or _known(orders.fingerprint, orders).get(given)
        experiment = bare_experiment(outcome, begun or orders.as_of, name)
    read = with_outcome(experiment, outcome, orders.as_of, note)
    st.session_state.setdefault("tests_read", {})[read.file_name] = read  # for the log of what was sent
    download(
        _("Download the result (JSON)"), lambda: rt.experiment_file(read), experiment.file_name, "application/json"
    )


def earlier_tests() -> None:
    """Bring back results that were kept, and see them together."""
    st.header(_("Earlier tests"))
    files = st.file_uploader(
        _("Results that were kept (JSON), several at once"), "json", accept_multiple_files=True, key="outcome_history"
    )
    read = []
    for file in files or ():
        try:
            read.append(rt.read_experiment(file.getvalue()))
        except rt.RetentionError as error:
            st.error(escape(f"{file.name}: {sentence_of(error)}"))
    if not read:
        return
    history = rt.experiment_history(read)
    st.markdown(f"**{escape(sentences.what_tests_brought(history))}**")
    words = [_("What came of it"), _("Metric"), _("What was learned")]
    grid(history_rows(history), _("earlier tests"), words)
    download(_("Download the table (CSV)"), lambda: csv_bytes(history), "earlier_tests.csv", "text/csv")


def _asked(orders: rt.Orders) -> dict[str, Any]:
    """What decides, for how long it counts, in which groups; and what the offer cost where there is a margin."""
    metrics = ["repeat", "revenue", "orders", "aov", *(["profit"] if orders.margin is not None else [])]
    groups = {
        "segment": _("Segment"),
        "country": _("Country"),
        "channel": _("Channel of the first order"),
        "orders_before": _("Orders before"),
    }
    with st.container(horizontal=True):
        metric = pick(
            _("What decides"),
            {"": _("As it was planned")} | {name: metric_name(name) for name in metrics},
            "outcome_metric",
        )
        windows = {"": _("As it was planned, else 60 days")} | {
            str(days): _("{days} days").format(days=number(days)) for days in (14, 30, 60, 90)
        }
        days = pick(_("Orders count for"), windows, "outcome_days")
        by = pick(_("In groups"), {"": _("No groups")} | {group: groups[group] for group in GROUPS}, "outcome_by")
    options: dict[str, Any] = {}
    options |= {"metric": metric} if metric else {}
    options |= {"days": int(days)} if days else {}
    options |= {"by": by} if by else {}
    if orders.margin is not None:
        with st.container(horizontal=True):
            labels = {
                "cost_per_customer": _("Cost of the offer for each customer"),
                "cost_per_order": _("Cost of the offer for each order"),
            }
            for name, label in labels.items():
                cost = st.number_input(label, 0.0, value=None, key=f"outcome_{name}", width=260, **KEPT)
                options |= {} if cost is None else {name: cost}
    return options


def _brought() -> Experiment:
    """The experiment file that was made on the page before or is brought here."""
    st.file_uploader(
        _("The file that was saved when the test was assigned (JSON)"), "json", key="outcome_file", on_change=_bring
    )
    if problem := st.session_state.get("outcome_problem"):
        st.error(escape(problem))
    experiment = st.session_state.get(EXPERIMENT)
    if experiment is None:
        _how_to_get_one(_("Bring the file, or make one first:"))
        st.stop()
    st.caption(escape(_("{name}, assigned on {day}").format(name=experiment.name, day=written(experiment.assigned_on))))
    return experiment


def _bring() -> None:
    st.session_state.pop("outcome_problem", None)
    if (file := st.session_state.get("outcome_file")) is None:
        return
    try:
        st.session_state[EXPERIMENT] = rt.read_experiment(file.getvalue())
    except rt.RetentionError as error:
        st.session_state.pop(EXPERIMENT, None)
        st.session_state["outcome_problem"] = sentence_of(error)


def _totals() -> dict[str, Any]:
    """Totals an arm, typed; a third arm on demand."""
    totals: dict[str, dict[str, float]] = {}
    arms = ARMS if switch(_("A third arm"), "totals_third") else ARMS[:2]
    names = []
    for arm in arms:
        with st.container(horizontal=True):
            names.append(
                st.text_input(_("{arm}: name").format(arm=arm), arm, key=f"totals_{arm}", width=165, **KEPT).strip()
            )
            labels = {
                "visitors": _("{arm}: visitors").format(arm=arm),
                "conversions": _("{arm}: conversions").format(arm=arm),
                "revenue": _("{arm}: revenue, if known").format(arm=arm),
            }
            given = {
                name: st.number_input(
                    label, 0, value=None, step=1, key=f"totals_{arm}_{name}", width=165, format="%d", **KEPT
                )
                for name, label in labels.items()
            }
            totals[names[-1] or arm] = {name: value for name, value in given.items() if value is not None}
    days = st.number_input(
        _("Days the test ran, for what it is worth a month"), 1, 3650, None, key="totals_days", width=360, **KEPT
    )
    if len(totals) < len(arms):
        st.info(_("Give every arm a name of its own."))
        st.stop()
    if not all({"visitors", "conversions"} <= set(given) for given in totals.values()):
        st.info(_("Type the visitors and the conversions of every arm. The first arm is the one that got nothing new."))
        st.stop()
    control = names[0] or ARMS[0]
    return {"totals": totals, "control": control} | ({"days": days} if days else {})


def _how_to_get_one(sentence: str) -> None:
    st.info(sentence)
    with st.container(horizontal=True):
        st.page_link("pages/experiment/assign.py", label=_("Assign a test"), icon=":material/call_split:")
        st.page_link(
            "pages/start/data.py", label=_("Add a file that says who was in which arm"), icon=":material/upload_file:"
        )


@st.cache_data(max_entries=100, show_spinner=False)
def _known(fingerprint: str, _orders: rt.Orders) -> dict[str, date | None]:
    return experiments_in(_orders)
