"""From a dropped file to orders on the screen: recognise, confirm, ask, read, take over."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

import retention as rt
from retention.ingest.answers import ANSWERS, parse_mapping
from retention.ingest.mapping import OWN
from retention.show.i18n import _
from retention.show.ui import adding, memory, session
from retention.show.ui.columns import columns_form
from retention.show.ui.looks import inspected
from retention.show.ui.pending import (
    Pending,
    accept,
    dropped,
    forsake,
    order_files,
    pending,
    put,
    saved_choices,
    source,
    unsure,
)
from retention.show.ui.questions import ask
from retention.show.ui.screen import escape, sentence_of


def upload() -> None:
    """The place to drop files, and beside it, once there are orders, the place to add to them."""
    st.session_state.setdefault("drops", 0)
    places = st.columns(2) if source() else [st.container()]
    labels = {
        "drop": _("Order export of your shop: CSV, TSV, TXT or XLSX, also packed as .gz; one file or several"),
        "add": _(
            "Add a file to the orders that are loaded: a later export, another shop, customers, products, feedback"
        ),
    }
    for (name, label), place in zip(labels.items(), places, strict=False):
        if name == "drop" and source():
            place.caption(_("Start over with other files instead of those that are loaded"))
        uploads = place.file_uploader(label, accept_multiple_files=True, key=f"{name}_{st.session_state['drops']}")
        if uploads:
            _take(uploads, adds=name == "add")
            st.rerun()
    st.caption(
        _(
            "Up to 1 GB. The file stays on the machine this app runs on, nothing is sent anywhere, and it is gone "
            "when you close the page, so keep your own copy."
        )
    )


def settle() -> None:
    """What stands between dropped files and orders: columns to confirm, questions, reading, what would change."""
    files = pending()
    _say_once()
    if files is None:
        return
    if files.error is not None:
        _explain(files)
    elif files.candidate is not None:
        adding.offer(files)
    elif files.is_ready:
        _read(files)
    else:
        shown = unsure(files)
        st.subheader(_("This is how we understand your columns"), anchor=False)
        _name(shown)
        _still_loaded(files)
        columns_form(files, shown, "confirm")


def _take(uploads: list, adds: bool) -> None:
    """What was dropped: files of a shop, and saved column choices for them."""
    mappings = st.session_state.setdefault("mappings", {})
    try:
        for upload in uploads:
            if _is_mapping(upload):
                choices = parse_mapping(upload.getvalue().decode("utf-8-sig", "replace"), upload.name)
                mappings[choices["header"]] = {name: value for name, value in choices.items() if name != "saved_on"}
                st.session_state["said"] = _(
                    "The column choices of {file} are used for the next file with the same header. Now drop that file."
                ).format(file=upload.name)
        tables = [upload for upload in uploads if not _is_mapping(upload)]
        if tables:
            put(dropped(tables, mappings, adds))
            st.session_state.pop("said", None)
    except rt.RetentionError as error:
        put(Pending((), error=error))
    st.session_state["drops"] += 1


def _is_mapping(upload: object) -> bool:
    return upload.name.lower().endswith(".json")


def _explain(files: Pending) -> None:
    """Why the files could not be read, and what can be done about it here."""
    if isinstance(files.error, rt.QuestionError):
        _still_loaded(files)
        ask(files, files.error)
        return
    st.error(escape(sentence_of(files.error)))
    _still_loaded(files)
    shown = order_files(files) or [found for path in files.paths if (found := inspected(path))]
    shown = [found for found in shown if len(found.preview)]  # a header alone is no matter of columns
    if isinstance(files.error, rt.ColumnError | rt.EmptyError | rt.OptionError) and shown:
        _name(shown)
        columns_form(files, shown, "mend")


def _still_loaded(files: Pending) -> None:
    """Whoever has orders on the screen can leave the new files as they are."""
    if session.data() is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_("The orders from before are still loaded."), width="content")
            st.button(_("Leave it"), on_click=adding.leave, args=(files,))


def _name(shown: list[rt.Inspection]) -> None:
    """What each file was taken for."""
    known = _("{file}: recognised as {layout}. Pick another meaning where the guess is wrong.")
    own = _(
        "{file}: the columns were recognised by their names and values. Pick another meaning where the guess is wrong."
    )
    for found in shown:
        pattern = own if found.layout == OWN else known
        st.markdown(pattern.format(file=f"**{escape(found.name)}**", layout=escape(_(found.layout))))


def _read(files: Pending) -> None:
    """Read the files, with the share that is done and a way out; on an error the data from before stay."""
    steps = {
        "reading": _("Reading the rows"),
        "orders": _("Putting orders together"),
        "writing": _("Writing the tables"),
        "done": _("Done"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        bar = st.progress(0.0, text=steps["reading"])
        st.button(_("Cancel"), on_click=_cancel, args=(files,), key="cancel_reading")
    try:
        orders = rt.read_orders(
            list(files.paths), **files.options, progress=lambda share, step: bar.progress(share, text=steps[step])
        )
    except rt.RetentionError as error:
        put(replace(files, error=error))
    except Exception:
        put(None)  # whatever it is, it would come again with every run
        raise
    else:
        for found in order_files(files):
            choices = saved_choices(files, found, files.fields.get(found.header, {}))
            if choices["fields"] or set(ANSWERS) & set(choices):
                memory.remember(choices)
        read = session.Data(orders, files.load)
        if files.adds and session.data() is not None:
            put(replace(files, candidate=read))
        else:
            accept(files, read)
    st.rerun()


def _cancel(files: Pending) -> None:
    forsake(files)
    st.session_state["said"] = "cancelled"


def _say_once() -> None:
    """What a button did; callbacks run before the language is known and leave a word for it."""
    loaded = session.data() is not None
    words = {
        "left": _("Nothing was changed. The orders from before are still loaded."),
        "forgotten": _("Forgotten. The next file with this header is recognised anew."),
        "cancelled": _("Reading was cancelled. The orders from before are still loaded.")
        if loaded
        else _("Reading was cancelled. No orders are loaded."),
    }
    if said := st.session_state.pop("said", ""):
        st.info(escape(words.get(said, said)))
