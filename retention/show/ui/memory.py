"""What was said about files with a header, kept on this machine: names of columns and answers, never a row."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from datetime import date
from pathlib import Path

from retention.errors import FileError
from retention.ingest.answers import parse_mapping


def folder() -> Path:
    """Where this machine keeps it; the environment's RETENTION_HOME comes first."""
    if home := os.environ.get("RETENTION_HOME"):
        return Path(home) / "columns"
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "retention" / "columns"


def recall(header: str) -> dict | None:
    """The column choices for a header, with `saved_on`, the day they were made; None when there are none."""
    path = folder() / f"{header}.json"
    try:
        choices = parse_mapping(path.read_text(encoding="utf-8"), path.name)
        date.fromisoformat(choices["saved_on"])
    except (OSError, ValueError, TypeError, KeyError, FileError):
        return None
    return choices


def remember(choices: dict) -> None:
    """Keep the choices for their header; the same ones keep their day. A machine that cannot keep them goes without."""
    old = recall(choices["header"]) or {}
    if {name: value for name, value in old.items() if name != "saved_on"} == choices:
        return
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        text = json.dumps(choices | {"saved_on": date.today().isoformat()}, ensure_ascii=False, indent=1)
        (folder() / f"{choices['header']}.json").write_text(text, encoding="utf-8")


def forget(header: str) -> None:
    """The next file with this header is recognised anew."""
    with contextlib.suppress(OSError):
        (folder() / f"{header}.json").unlink(missing_ok=True)
