"""What a dropped file looks like before it is read, and whether somebody should look at it first."""

from __future__ import annotations

import gzip
from pathlib import Path

import streamlit as st

import retention as rt
from retention.ingest.kinds import recognise_table
from retention.ingest.layouts import Layout, layouts
from retention.ingest.mapping import LIKELY, OWN, SURE, check_mapping
from retention.schema import IDENTITY

HEAD_BYTES = 1 << 21


def inspected(path: Path) -> rt.Inspection | None:
    """What a file looks like; None where it is no table."""
    return looked_at(path)[0]


def looked_at(path: Path) -> tuple[rt.Inspection | None, bool]:
    """A file as it is recognised, and whether it is another table than orders; looked at once."""
    known = st.session_state.setdefault("inspected", {})
    if path not in known:
        try:
            found = rt.inspect_orders(_head(path), name=path.name)
        except rt.RetentionError:
            found = None
        known[path] = found, bool(found) and _is_other(found)
    return known[path]


def _is_other(found: rt.Inspection) -> bool:
    """Whether this is customers, products, feedback and so on; a date, a person and a quantity make it orders."""
    sold = {"ordered_at", "quantity"} <= set(found.mapping) and set(IDENTITY) & set(found.mapping)
    rows = tuple(found.preview.itertuples(index=False, name=None))
    return found.layout == OWN and not sold and recognise_table(found.columns, rows) is not None


def is_sure(found: rt.Inspection) -> bool:
    """Whether a file can be read as it was understood: by a known layout, or every column by its name."""
    least = LIKELY if found.layout == OWN else SURE
    return min(found.confidence.values(), default=0.0) >= least and lacking(found, found.mapping) is None


def lacking(found: rt.Inspection, mapping: dict[str, str]) -> rt.ColumnError | None:
    """What no analysis can do without and no column holds."""
    layout = next((layout for layout in layouts() if layout.name == found.layout), Layout(name=OWN))
    try:
        check_mapping(mapping, found.columns, layout, found.name)
    except rt.ColumnError as error:
        return error
    return None


def _head(path: Path) -> Path | bytes:
    """The beginning of a large text, which is enough to recognise it."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] != b"\x1f\x8b" and (start[:2] == b"PK" or path.stat().st_size <= HEAD_BYTES):
        return path
    try:
        with gzip.open(path) if start[:2] == b"\x1f\x8b" else path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, EOFError):
        return path
    return path if len(head) < HEAD_BYTES else head[: head.rfind(b"\n") + 1] or path
