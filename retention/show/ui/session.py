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
from retention.show.i18n import languages, use_language
from retention.show.notebook import Load


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
    for name in ("from", "to", "channel", "country", "category"):
        st.session_state.pop(name, None)


def open_sample(name: str) -> None:
    """Load a sample."""
    keep(Data(rt.load_sample(name), Load(sample=name)))
    st.session_state.pop("pending", None)


def choose_language() -> None:
    """The language select of the sidebar; at first the browser's language."""
    known = languages()
    wished = (st.context.locale or "en").split("-")[0]
    codes = list(known)
    first = codes.index(wished) if wished in codes else 0
    # The label is the same in every language: whoever looks for it may not read the present one.
    code = st.sidebar.selectbox(
        "Language · Język · Dil · Язык · Nyelv",
        codes,
        index=first,
        format_func=known.get,
        key="lang",
        bind="query-params",
        persist_state="session",
    )
    use_language(code)


def sweep() -> None:
    """Remove what crashed processes left behind."""
    for leftover in Path(tempfile.gettempdir()).glob("retention-*-*"):
        process = leftover.name.split("-")[1]
        if process.isdigit() and not _alive(int(process)):
            shutil.rmtree(leftover, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
