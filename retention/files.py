"""Tables as files that are safe to open in a spreadsheet."""

from __future__ import annotations

import re

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
PHONE = re.compile(r"\+[1-9]\d{6,14}")  # as E.164 has it; nothing in it can be run


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A frame as CSV in UTF-8 with a byte order mark, so that spreadsheet programs read every letter.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.

    >>> csv_bytes(pd.DataFrame({"name": ["=1+1", "Anna"], "net": [-5.0, 2.5]})).decode("utf-8-sig")
    "name,net\\n'=1+1,-5.0\\nAnna,2.5\\n"
    """
    safe = table.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]) and not pd.api.types.is_datetime64_any_dtype(safe[column]):
            safe[column] = safe[column].map(neutral)
    safe.columns = [neutral(column) for column in safe.columns]
    return safe.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def neutral(value: object) -> object:
    """The same value, with an apostrophe where a spreadsheet would run it.

    >>> neutral("@SUM(A1)"), neutral("A1"), neutral(-5), neutral("+48600700800")
    ("'@SUM(A1)", 'A1', -5, '+48600700800')
    """
    if not isinstance(value, str) or not value.startswith(FORMULA_STARTS) or PHONE.fullmatch(value):
        return value
    return f"'{value}"
