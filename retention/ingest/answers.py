"""What a person said about files of one kind, kept as a small JSON: for a colleague, for next month's export."""

from __future__ import annotations

import json
from pathlib import Path

from retention.errors import FileError, OptionError
from retention.ingest.mapping import fingerprint

MARK = "retention-mapping"
ANSWERS = ("date_order", "decimal", "currency", "timezone", "statuses")
Mapping = dict | str | Path


def mapping_file(columns: tuple[str, ...], fields: dict[str, str], **answers: object) -> dict:
    """What a mapping file holds: no row of the data, only the names of the columns and what they mean.

    fields: field → column, "" for a field that is to be ignored. answers: date_order, decimal, currency, timezone and
    statuses, as in `read_orders`. The result goes through json.dumps into a file, and back through
    `read_orders(mapping=…)`; there it applies to files with the same header and to no others.

    >>> saved = mapping_file(("Nr", "Kiedy", "Ile"), {"order_id": "Nr", "ordered_at": "Kiedy"}, date_order="dmy")
    >>> saved["header"], saved["date_order"]
    ('898248d0f54e61c5', 'dmy')
    """
    given = {name: value for name, value in answers.items() if name in ANSWERS and value}
    return {"kind": MARK, "header": fingerprint(columns), "columns": list(columns), "fields": fields} | given


def read_answers(mapping: Mapping | list[Mapping] | None) -> tuple[dict[str, str], dict[str, dict]]:
    """Take apart what was passed as mapping: fields for every file, and header → saved answers.

    Raises FileError when a file cannot be read as a mapping.
    """
    fields: dict[str, str] = {}
    saved: dict[str, dict] = {}
    for entry in mapping if isinstance(mapping, list | tuple) else [mapping] if mapping else []:
        entry = _from_file(Path(entry)) if isinstance(entry, str | Path) else entry
        if not isinstance(entry, dict):
            raise OptionError("mapping={value!r} is not possible.", "Pass a dict or a mapping file.", value=entry)
        if entry.get("kind") == MARK:
            saved[entry["header"]] = entry
        else:
            fields |= entry
    return fields, saved


def parse_mapping(text: str, name: str = "mapping.json") -> dict:
    """The text of a mapping file as a dict; raises FileError when it is none."""
    try:
        entry = json.loads(text)
    except ValueError as error:
        entry = error
    is_mapping = isinstance(entry, dict) and entry.get("kind") == MARK and isinstance(entry.get("header"), str)
    fields = entry.get("fields") if is_mapping else None
    if not isinstance(fields, dict) or not all(isinstance(column, str) for column in fields.values()):
        raise FileError("{file} is not a saved column choice.", "Save it again on the Data screen.", file=name)
    return entry


def _from_file(path: Path) -> dict:
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError):
        raise FileError("There is no file {file}.", "Check the path: {path}.", file=path.name, path=path) from None
