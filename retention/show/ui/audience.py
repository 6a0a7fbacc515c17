"""Setting up a list, the files to take along, and the log of what was sent."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

import retention as rt
from retention.act.audience import Audience
from retention.act.layout import FORMATS, layout_of
from retention.show import sentences
from retention.show.i18n import _, month_and_year, number, percent
from retention.show.tables.audience import leaving_rows, sent_rows
from retention.show.ui.screen import choice, download, escape, sentence_of, switch
from retention.show.ui.tables import grid
from retention.show.ui.who import draw_begins_with, lapse_of, who_is_meant

KEPT = {"persist_state": "session"}
SHARES = (10, 20, 50, 0)
LOG = "actions"  # where the session keeps the log, as its file
READ = "tests_read"  # experiments whose outcome was read in this session
MIMES = {
    "csv": "text/csv",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def set_up_list(orders: rt.Orders) -> dict[str, Any]:
    """The options of `build_audience` as the person has set them."""
    options: dict[str, Any] = {"who": who_is_meant(orders, "audience_who")}
    options |= lapse_of(options["who"])
    tools = {format: sentences.tool_name(format) for format in FORMATS}
    options["format"] = choice(_("Tool"), tools, key="audience_format")
    held = choice(
        _("Held back"), {str(share): percent(share / 100, 0) for share in SHARES}, key="audience_held", default="10"
    )
    options["holdout"] = int(held) / 100
    with st.container(horizontal=True, vertical_alignment="bottom"):
        options["name"] = st.text_input(
            _("Name of the list"),
            _("List of {month}").format(month=month_and_year(orders.as_of)),
            key="audience_name",
            **KEPT,
        )
        unit = f" ({orders.currency})" if orders.currency else ""
        cost = st.number_input(
            _("Cost for everyone who gets it{unit}").format(unit=unit), 0.0, None, 0.0, key="audience_cost", **KEPT
        )
    options |= {"cost_per_customer": cost} if cost else {}
    if _is_partly_known(orders.fingerprint, orders) and switch(
        _("Also people of whom no file says that they agreed"), "audience_not_asked"
    ):
        options["only_consented"] = False
    options["seed"] = draw_begins_with(orders, "audience_seed")
    return options


def take_list(result: Audience) -> None:
    """The first rows as they leave, the file, and the experiment that tells later what it earned."""
    if len(shown := leaving_rows(result)):
        st.caption(escape(sentences.how_it_leaves(result.format)))
        grid(shown, _("the first people of the file, as they leave"), list(shown))
    kinds = layout_of(result.format).kinds
    labels = {"csv": _("The file for {tool} (CSV)"), "xlsx": _("The file for {tool} (Excel)")}
    for kind in kinds:
        name = result.file_name(kind)
        label = labels[kind] if not name.endswith(".zip") else _("The files for {tool} (ZIP)")
        download(
            label.format(tool=sentences.tool_name(result.format)),
            lambda kind=kind: rt.audience_file(result, kind),
            name,
            MIMES[name.rpartition(".")[2]],
        )
    if (test := result.experiment) is not None:
        st.markdown(
            _(
                "Keep the experiment file, too: bring it back under “Results of a test” with the orders of {days} days later, and you see "
                "what the list earned. It holds the addresses of your customers, so keep it as safe as your order files."
            ).format(days=number(test.days))
        )
        download(_("Experiment file (JSON)"), lambda: rt.experiment_file(test), test.file_name, "application/json")


def what_was_sent(result: Audience) -> None:
    """The log of lists: add this one, save it, bring it back, and what each earned as far as it was read."""
    st.button(_("Note that I send this list"), on_click=_note, args=(result,), icon=":material/add:")
    log = rt.action_log([st.session_state.get(LOG) or rt.action_log_file(rt.action_log([])), *_read().values()])
    st.markdown(escape(sentences.what_was_sent(log)))
    if len(log):
        words = [_("Tool"), _("To whom"), _("Sent on"), _("What came of it")]
        grid(sent_rows(log), _("what was sent"), words)
        download(_("What was sent (JSON)"), lambda: rt.action_log_file(log), "what_was_sent.json", "application/json")
    st.file_uploader(
        _("Bring back what was sent, and results that “Results of a test” saved (JSON)"),
        "json",
        accept_multiple_files=True,
        key="actions_files",
        on_change=_bring,
    )
    for problem in st.session_state.get("actions_problems", ()):
        st.error(escape(problem))


def _read() -> dict[str, Any]:
    return st.session_state.setdefault(READ, {})


def _note(result: Audience) -> None:
    st.session_state[LOG] = rt.action_log_file(_with(result))


def _with(*entries: Any) -> pd.DataFrame:
    """The log as it is kept, and these."""
    kept = st.session_state.get(LOG)
    return rt.action_log([*([kept] if kept else []), *entries])


def _bring() -> None:
    problems = []
    for file in st.session_state.get("actions_files") or ():
        content = file.getvalue()
        try:
            if b'"retention-experiment"' in content:
                test = rt.read_experiment(content)
                _read()[test.file_name] = test
            else:
                st.session_state[LOG] = rt.action_log_file(_with(content))
        except rt.RetentionError as error:
            problems.append(f"{file.name}: {sentence_of(error)}")
    st.session_state["actions_problems"] = problems


@st.cache_data(max_entries=100, show_spinner=False)
def _is_partly_known(fingerprint: str, _orders: rt.Orders) -> bool:
    """Whether files say of some customers whether they agreed, and of others not."""
    customers = _orders.dataset.frame(_consents())
    return bool(0 < customers.loc[0, "told"] < customers.loc[0, "all"])


def _consents() -> Any:
    from retention.schema import CUSTOMERS

    return CUSTOMERS.aggregate(told=CUSTOMERS.consent.count(), all=CUSTOMERS.count())
