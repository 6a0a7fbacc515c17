"""Every text a person can read, gathered for the translators: python -m retention.show.messages

Most stand in the code as _("…"). Errors, decisions, reasons and definitions are written in floors that know no language and
are translated where they are shown; they are gathered here from where they stand.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import retention as rt
from retention import schema
from retention.ingest import build, mapping, typed
from retention.ingest.account import CUT_REASONS
from retention.show.sentences import explained

ROOT = Path(__file__).parents[2]
EXPLAINED = (rt.kpi_table, rt.kpi_summary, rt.retention_table)
DECIDED = ("Choice", "say_why")


def messages() -> list[str]:
    """All texts, each once, in the order of the files."""
    found: dict[str, None] = {}
    for path in sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py"), *(ROOT / "retention").rglob("*.py")]):
        found |= dict.fromkeys(_in_code(ast.parse(path.read_text(encoding="utf-8"))))
    tables = (schema.FIELDS, build.REASONS, CUT_REASONS, typed.PROBLEMS)
    found |= dict.fromkeys(text for table in tables for text in table.values())
    found |= dict.fromkeys(layout.name for layout in mapping.layouts())
    found |= dict.fromkeys(text for function in EXPLAINED for text in explained(function))
    return list(found)


def _in_code(tree: ast.AST) -> Iterator[str]:
    """The texts in _("…"), and those an error, a decision or a note is made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in ("_", "ngettext", *DECIDED) or (name.endswith("Error") and name[0].isupper()):
                yield from (
                    text.value
                    for text in node.args
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and text.value
                )
