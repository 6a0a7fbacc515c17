"""Files on their way in: what was dropped, what the person said about it, what still stands in the way."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import streamlit as st

import retention as rt
from retention.ingest.answers import ANSWERS, MARK
from retention.show.notebook import Load
from retention.show.ui import memory, session
from retention.show.ui.looks import inspected, is_sure, looked_at

BY_FILE = ("date_order", "decimal", "shops")


@dataclass(frozen=True)
class Pending:
    """Dropped files with what is known about them.

    fields: header → field → column, as somebody chose. answers: options of read_orders; date_order and decimal by file.
    remembered: file → the day its columns were chosen. is_ready: nothing is asked any more, they can be read.
    adds: they join the orders on the screen; candidate: what comes out then.
    """

    paths: tuple[Path, ...]
    fields: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    remembered: dict[str, str] = field(default_factory=dict)
    is_ready: bool = False
    adds: bool = False
    error: rt.RetentionError | None = None
    candidate: session.Data | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What read_orders is called with, and the notebook as well."""
        answers = {name: value for name, value in self.answers.items() if value}
        if len(self.paths) == 1:
            name = self.paths[0].name
            fields = next(iter(self.fields.values()), {})
            single = {option: self.answer(option, name) for option in answers if option != "shops"}
            return ({"mapping": fields} if fields else {}) | {
                option: value for option, value in single.items() if value
            }
        saved = [{"kind": MARK, "header": header, "fields": fields} for header, fields in self.fields.items() if fields]
        return ({"mapping": saved} if saved else {}) | answers

    @property
    def load(self) -> Load:
        """How a notebook reads the same files."""
        return Load(files=tuple(path.name for path in self.paths), options=self.options)

    def answer(self, option: str, file: str = "") -> Any:
        """What was answered for a file, or for all."""
        given = self.answers.get(option) or ""
        return given.get(file, "") if option in BY_FILE and isinstance(given, dict) else given

    def answered(self, option: str, file: str, value: Any) -> Pending:
        """The same with one answer more; an empty one is taken back."""
        given = self.answers.get(option)
        if file and option in BY_FILE:
            value = {**(given if isinstance(given, dict) else {}), file: value}
            value = {name: said for name, said in value.items() if said}
        return replace(self, answers=self.answers | {option: value}, error=None)


def pending() -> Pending | None:
    """The files that are being taken in, if any."""
    return st.session_state.get("pending")


def put(files: Pending | None) -> None:
    """Go on with these files; None: nothing is being taken in any more."""
    st.session_state["pending"] = files


def source() -> Pending | None:
    """The files of the orders on the screen; None for a sample."""
    found = st.session_state.get("source")
    data = session.data()
    return found if found and data and data.load == found.load else None


def accept(files: Pending, orders: session.Data) -> None:
    """These orders are the ones on the screen from here on."""
    session.keep(orders)
    st.session_state["source"] = replace(files, is_ready=True, adds=False, error=None, candidate=None)
    put(None)


def dropped(uploads: list, mappings: dict[str, dict], adds: bool) -> Pending:
    """Copy dropped files to the session's folder and recall what was said about files with their headers."""
    before = source() if adds else None
    place = session.folder() / f"drop_{st.session_state['drops']}"
    place.mkdir(exist_ok=True)
    paths = list(before.paths) if before else []
    new = []
    for upload in uploads:
        name = Path(upload.name).name or "file"
        taken = {path.name for path in paths}
        copies = (f"{Path(name).stem}_{number}{Path(name).suffix}" for number in range(2, len(taken) + 3))
        path = place / (name if name not in taken else next(copy for copy in copies if copy not in taken))
        with path.open("wb") as copy:
            shutil.copyfileobj(upload, copy, 1 << 20)
        paths.append(path)
        new.append(path)
    files = replace(before, paths=tuple(paths), adds=True, is_ready=False) if before else Pending(tuple(paths))
    for path in new:
        if found := inspected(path):
            files = _recalled(files, found, mappings.get(found.header) or memory.recall(found.header))
    return replace(files, is_ready=not unsure(files))


def forsake(files: Pending) -> None:
    """Drop the files again; those of the orders on the screen stay."""
    kept = source().paths if source() else ()
    for path in files.paths:
        if path not in kept:
            path.unlink(missing_ok=True)
    put(None)


def order_files(files: Pending) -> list[rt.Inspection]:
    """Those of the files that hold orders, or do because somebody said so."""
    looks = [looked_at(path) for path in files.paths]
    return [found for found, is_other in looks if found and (found.header in files.fields or not is_other)]


def unsure(files: Pending) -> list[rt.Inspection]:
    """The files whose columns somebody should look at before they are read."""
    return [found for found in order_files(files) if found.header not in files.fields and not is_sure(found)]


def saved_choices(files: Pending, found: rt.Inspection, fields: dict[str, str]) -> dict:
    """What was said about a file, as the mapping file that is kept or taken away."""
    own = "currency" not in found.mapping
    said = {name: files.answer(name, found.name) for name in ANSWERS if name != "currency" or own}
    return rt.mapping_file(found.columns, fields, **said) | {"header": found.header}


def _recalled(files: Pending, found: rt.Inspection, saved: dict | None) -> Pending:
    """The files with what was once said about this header; a choice that no longer fits is left."""
    if not saved or not set(saved["fields"].values()) <= {"", *found.columns}:
        return files
    for option in ANSWERS:
        if _is_usable(option, saved.get(option)) and not files.answer(option, found.name):
            files = files.answered(option, found.name, saved[option])
    remembered = {found.name: saved["saved_on"]} if "saved_on" in saved else {}
    return replace(
        files, fields=files.fields | {found.header: saved["fields"]}, remembered=files.remembered | remembered
    )


def _is_usable(option: str, value: object) -> bool:
    """Whether an answer from a file, which anybody may have written, is one that can be given."""
    if option == "statuses":
        return isinstance(value, dict) and all(isinstance(meaning, str) for meaning in value.values())
    known = {"date_order": ("ymd", "dmy", "mdy"), "decimal": (".", ","), "timezone": available_timezones()}
    return isinstance(value, str) and value != "" and value in known.get(option, (value,))
