"""What one browser session holds: its data, its language, its folder. Nothing is shared between sessions."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

import retention as rt
from retention.show.i18n import language, languages, use_language
from retention.show.notebook import Load
from retention.show.ui import assumptions, filters, opportunities, people


@dataclass(frozen=True)
class Data:
    """The orders on the screen and how they came in."""

    orders: rt.Orders
    load: Load

    @property
    def is_sample(self) -> bool:
        """Whether these are the invented or published orders that come with the app."""
        return bool(self.load.sample)


class Folder:
    """A folder for the files of one session; it goes when the session goes."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"retention-{os.getpid()}-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def folder() -> Path:
    """The session's own folder."""
    if "folder" not in st.session_state:
        st.session_state["folder"] = Folder()
    return st.session_state["folder"].path


def data() -> Data | None:
    """The session's data, if it has any."""
    return st.session_state.get("data")


def keep(loaded: Data) -> None:
    """Make these the session's data; the filters of earlier data no longer apply."""
    st.session_state["data"] = loaded
    for name in (*filters.KEYS, *assumptions.KEYS, *people.KEYS, *opportunities.KEYS):
        st.session_state.pop(name, None)


def open_sample(name: str) -> None:
    """Load a sample."""
    keep(Data(_sample(name), Load(sample=name)))
    st.session_state.pop("pending", None)


@st.cache_resource(show_spinner=False)
def _sample(name: str) -> rt.Orders:
    """A sample, read once a process: it holds nothing of anybody."""
    return rt.load_sample(name)


def use_chosen_language() -> None:
    """Speak the chosen language; before a choice that of the address, which holds the language's own name, or the browser's."""
    codes = {name: code for code, name in languages().items()}
    named = codes.get(st.query_params.get("lang", ""))
    use_language(st.session_state.get("lang") or named or st.context.locale or "en")


def choose_language() -> None:
    """The language select of the sidebar."""
    known = languages()
    codes = list(known)
    # The label is the same in every language: whoever looks for it may not read the present one.
    st.sidebar.selectbox(
        "Language · Język · Dil · Язык · Nyelv",
        codes,
        index=codes.index(language()),
        format_func=known.get,
        key="lang",
        bind="query-params",
        persist_state="session",
    )


def sweep() -> None:
    """Remove what crashed processes left behind."""
    for leftover in Path(tempfile.gettempdir()).glob("retention-*-*"):
        process = leftover.name.split("-")[1]
        if process.isdigit() and not _alive(int(process)):
            shutil.rmtree(leftover, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name == "nt":
        return True  # there, asking a process with a signal would end it
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
