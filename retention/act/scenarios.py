"""Named changes as a file that brings them back."""

from __future__ import annotations

import json

from retention.act.levers import Changes, check_changes
from retention.errors import FileError

KIND = "retention scenarios"
MOST = 4  # that can be read beside each other
LONGEST = 40  # letters of a name


def scenario_file(scenarios: dict[str, Changes]) -> str:
    """Scenarios, name → changes of `simulate_change`, as JSON text."""
    return json.dumps({"kind": KIND, "scenarios": scenarios}, ensure_ascii=False, indent=1)


def scenarios_in(text: str) -> dict[str, Changes]:
    """The scenarios of such a file; FileError where it is none, OptionError for a lever that is not possible.

    >>> scenarios_in(scenario_file({"More kept": {"retention": 0.05}}))
    {'More kept': {'retention': 0.05}}
    """
    try:
        read = json.loads(text)
        found = read["scenarios"] if read["kind"] == KIND else None
    except (ValueError, KeyError, TypeError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(changes, dict) for changes in found.values()):
        raise FileError("This is no file of scenarios.", "Bring one that was saved on this page.")
    return {str(name)[:LONGEST]: check_changes(changes) for name, changes in list(found.items())[:MOST]}
