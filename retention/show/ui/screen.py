"""The parts of a screen, in the order a page reads them: start, choice, run, say, chart, table, finish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import debug_mode

import retention as rt
from retention.margin import margin_missing
from retention.show import glossary, notebook, sentences
from retention.show.i18n import _, date, number
from retention.show.ui import assumptions, filters, results, session
from retention.show.ui.filters import escape

alt.theme.enable("none")  # Streamlit brings its own

OWN_WORDS = ("meaning", "expected", "reason", "what", "part")


def start(title: str, question: str, everybody: bool = False) -> rt.Orders:
    """Title and question; then the orders as the filters leave them. Without data the page ends here, kindly.

    everybody: a filter by segment is left out, where segments are made.
    """
    st.title(title)
    st.markdown(question)
    st.session_state["steps"] = []
    st.session_state["screen"] = (title, question)
    data = session.data()
    if data is None:
        _welcome()
        st.stop()
    orders = st.session_state["chosen"] = or_sentence(_chosen, data.orders, everybody)
    st.caption(_about(data, orders, everybody))
    return orders


def choice(label: str, options: dict[str, str], key: str, default: str = "") -> str:
    """One of a few words, the first unless another is the default; the choice stands in the address and stays while the session lasts."""
    return st.radio(
        label,
        list(options),
        list(options).index(default) if default else 0,
        format_func=options.get,
        horizontal=True,
        key=key,
        bind="query-params",
        persist_state="session",
    )


def pick(label: str, options: dict[str, str], key: str) -> str:
    """One of many words."""
    return st.selectbox(
        label, list(options), format_func=options.get, key=key, bind="query-params", persist_state="session"
    )


def percentage(label: str, default: float, key: str) -> float:
    """A share that somebody sets in percent."""
    given = st.number_input(
        label, 0.0, 100.0, default, 1.0, "%.1f", key=key, bind="query-params", persist_state="session"
    )
    return round(given / 100, 6)


def switch(label: str, key: str) -> bool:
    """Yes or no; it stands in the address and stays like a choice."""
    return st.toggle(label, key=key, bind="query-params", persist_state="session")


def go_to(page: str) -> None:
    """Open another page. With no word about the address Streamlit refuses while a filter or a choice stands in it."""
    st.switch_page(page, query_params={})


def run(name: str, function: Callable, orders: rt.Orders, /, **options: Any) -> Any:
    """Call a public function once for these orders and options, remember the call for the notebook."""
    result = or_sentence(_counted, function, orders, options)
    st.session_state["steps"].append(notebook.Call(name, function, options, result))
    return result


def say(sentence: str) -> None:
    """The answer, in words, before any picture."""
    st.header(escape(sentence), anchor=False)


def chart(function: Callable, *arguments: Any, **options: Any) -> None:
    """Draw a chart; its description is its text for screen readers."""
    with debug_mode(False):  # checking against the schema of Vega-Lite takes half the time of a picture
        spec = function(*arguments, **options).to_dict(validate=False)
    st.vega_lite_chart(spec, width="stretch")
    st.session_state["steps"].append(notebook.Chart(function, arguments, options))


def download(label: str, content: bytes | str | Callable[[], bytes | str], file_name: str, mime: str) -> None:
    """A file to take away; fetching it does not run the page again. content: or what makes it once it is fetched"""
    st.download_button(label, content, file_name, mime, on_click="ignore", type="tertiary", icon=":material/download:")


def finish(terms: Sequence[str]) -> None:
    """What the words on the screen mean, how the calls define their numbers, and the whole screen as a notebook."""
    steps = st.session_state["steps"]
    calls = {step.function.__name__: step.function for step in steps if isinstance(step, notebook.Call)}
    with st.expander(_("Explain this: what the numbers mean and when not to trust them")):
        st.markdown(
            "\n".join(f"- **{escape(glossary.name(term))}.** {escape(glossary.definition(term))}" for term in terms)
        )
        for function in calls.values():
            st.markdown(f"**rt.{function.__name__}**")
            st.markdown(escape("\n\n".join(_(text) for text in sentences.explained(function))))
    title, question = st.session_state["screen"]
    orders = st.session_state["chosen"]
    book = partial(
        notebook.notebook, title, question, session.data().load, orders.selection, tuple(steps), orders.margin
    )
    download(_("Open as notebook"), book, f"{title.lower().replace(' ', '_')}.ipynb", "application/x-ipynb+json")


def sentence_of(error: rt.RetentionError) -> str:
    """An error in the reader's language, with the facts it names; facts that are our own words are translated too."""
    facts = {name: _(fact) if name in OWN_WORDS else fact for name, fact in error.facts.items()}
    said = [_(part).format(**facts) for part in (error.problem, error.remedy) if part]
    if error.remedy == margin_missing().remedy:
        said.append(_("The sidebar has a place for it: “{part}”.").format(part=_("Margin and lapse")))
    return " ".join(said)


def _chosen(orders: rt.Orders, everybody: bool) -> rt.Orders:
    return filters.apply(assumptions.apply(orders), everybody)


def _counted(function: Callable, orders: rt.Orders, options: dict[str, Any]) -> Any:
    """The result, and until it is there what is going on. A sentence drawn inside the spinner would keep it turning."""
    with st.spinner(_("Counting {orders} orders…").format(orders=number(orders.report.facts["orders"]))):
        return results.result(function, orders, options)


def or_sentence(function: Callable, *arguments: Any) -> Any:
    """What a function returns; where it refuses, the page says why and ends."""
    try:
        return function(*arguments)
    except rt.EmptyError as error:
        st.info(escape(sentence_of(error)))
        if filters.active():
            st.button(_("Clear the filters"), on_click=filters.clear, type="primary")
    except rt.RetentionError as error:
        st.error(escape(sentence_of(error)))
    st.stop()


def _welcome() -> None:
    st.info(
        _("There are no orders here yet. Drop the order export of your shop, or look around in a sample shop first.")
    )
    with st.container(horizontal=True):
        st.button(_("Open the sample shop"), on_click=session.open_sample, args=("shop",), type="primary")
        st.page_link("pages/start/data.py", label=_("Bring my orders"), icon=":material/upload_file:")


def _about(data: session.Data, orders: rt.Orders, everybody: bool) -> str:
    span = _("{first} to {last}").format(first=date(orders.since), last=date(orders.as_of - pd.Timedelta(days=1)))
    if data.is_sample:
        source = _("Sample data, not your shop") if data.load.sample == "shop" else _("Sample data: CDNOW, 1997–98")
    else:
        source = escape(", ".join(data.load.files))
    return " · ".join([source, span, *filters.said(everybody), *assumptions.said(orders)])
