"""The action log: what was sent to whom and when, what it cost and what it earned; a file the user keeps."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from retention.act.audience import CONTROL, Audience
from retention.act.layout import FORMATS
from retention.errors import FileError
from retention.experiment.compare import DAYS_A_MONTH, VERDICTS
from retention.experiment.manifest import Experiment

MARK, VERSION = "retention-actions", 1
TEXTS = ("name", "sent_on", "format", "who", "currency", "test", "verdict")
NUMBERS = ("customers", "held_back", "cost", "earned", "earned_low", "earned_high")
COLUMNS = [
    "sent_on", "name", "format", "who", "customers", "held_back", "cost", "verdict", "earned", "earned_low", "earned_high", "currency", "test",
]  # fmt: skip
OUTCOME = ("verdict", "earned", "earned_low", "earned_high")


def action_log(entries: Sequence[Audience | Experiment | str | bytes | Path]) -> pd.DataFrame:
    """What was sent to whom and when, what it cost and what it earned: one row a list, the latest first.

    entries, in any order: audiences of `build_audience`; logs that `action_log_file` wrote (their text, bytes or path); and experiments
    with their outcome, as "Results of a test" saves them (`read_experiment`), which complete the row of their list.

    cost = cost for everyone who gets it × customers; what the offer costs with every order is in the profit of the outcome and
    not in it. earned = the effect per customer on profit (on net revenue where the shop has no margin) in the days of the test × customers
    written to, known once the test is over; earned_low and earned_high are its 95 % interval.

    Returns the columns sent_on, name, format, who (in words: "everybody", "a list", "segment:…", "opportunity:…" or a rule as JSON),
    customers, held_back, cost, verdict (as `compare_variants` has it, "" while no outcome was read), earned, earned_low, earned_high
    (currency units), currency, test (the file of the experiment, "" where nobody was held back). What is not known is missing. The same
    list twice is one row. Raises FileError for a file that is no log or is damaged.

    When not to trust it: it knows what was put into a file, not what was sent. What several lists earned does not add up where they
    went to the same people.

    >>> import retention as rt
    >>> audience = rt.build_audience(rt.load_sample("shop"), "segment:Champions", name="Thank you", seed=1, cost_per_customer=0.5)
    >>> log = rt.action_log([audience])
    >>> log.loc[0, ["name", "format", "who"]].tolist(), bool(log.loc[0, "cost"] == 0.5 * len(audience.table))
    (['Thank you', 'plain', 'segment:Champions'], True)
    >>> rt.action_log([rt.action_log_file(log)]).equals(log)
    True
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    outcomes = [entry for entry in entries if isinstance(entry, Experiment)]
    for entry in entries:
        if isinstance(entry, Experiment):
            continue
        for row in [_row(entry)] if isinstance(entry, Audience) else _read(entry):
            key = (row["test"] or (row["name"], row["sent_on"], row["who"]), row["format"])
            rows[key] = row if row["verdict"] or key not in rows else rows[key]
    for outcome in outcomes:
        for row in rows.values():
            if row["test"] == outcome.file_name and outcome.learned:
                row |= _outcome(outcome, row)
    table = pd.DataFrame(list(rows.values()), columns=COLUMNS)
    table = table.sort_values(["sent_on", "name", "format"], ascending=[False, True, True], ignore_index=True)
    days, numbers = pd.to_datetime(table["sent_on"]), {name: table[name].astype("float64") for name in NUMBERS}
    whole = {name: numbers.pop(name).astype("int64") for name in ("customers", "held_back")}
    return table.astype(dict.fromkeys(TEXTS, "str")).assign(sent_on=days, **numbers, **whole)


def action_log_file(log: pd.DataFrame) -> str:
    """A log of `action_log` as JSON text for a file; nobody's address is in it.

    When not to trust it: whoever changes the file by hand changes the log.

    >>> import retention as rt
    >>> rt.action_log_file(rt.action_log([]))
    '{"kind": "retention-actions", "version": 1, "actions": []}'
    """
    plain = log.assign(sent_on=log["sent_on"].dt.strftime("%Y-%m-%d"))
    actions = [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}
        for row in plain[COLUMNS].to_dict("records")
    ]
    return json.dumps({"kind": MARK, "version": VERSION, "actions": actions}, ensure_ascii=False)


def _row(audience: Audience) -> dict[str, Any]:
    test = audience.experiment
    return {
        "sent_on": audience.sent_on.isoformat(),
        "name": audience.name,
        "format": audience.format,
        "who": audience.who,
        "customers": len(audience.table),
        "held_back": len(audience.kept),
        "cost": audience.cost_per_customer * len(audience.table),
        "currency": audience.currency,
        "test": test.file_name if test else "",
        **dict.fromkeys(OUTCOME, math.nan),
        "verdict": "",
    }


def _outcome(test: Experiment, row: dict[str, Any]) -> dict[str, Any]:
    """What was learned, for those who were written to and the days of the test; learned.worth is for all of them and a month."""
    learned = test.learned
    sent = int((test.units["variant"] != CONTROL).sum())
    share = sent / len(test.units) * test.days / DAYS_A_MONTH if len(test.units) else math.nan
    worth = {"earned": "worth", "earned_low": "worth_low", "earned_high": "worth_high"}
    found = {name: _number(learned.get(part)) * share for name, part in worth.items()}
    return found | {"verdict": learned.get("verdict") if learned.get("verdict") in VERDICTS else row["verdict"]}


def _read(log: str | bytes | Path) -> list[dict[str, Any]]:
    try:
        if isinstance(log, bytes):
            text = log.decode("utf-8-sig")
        else:
            is_text = isinstance(log, str) and log.lstrip("\ufeff \t\r\n").startswith("{")
            text = log.lstrip("\ufeff") if is_text else Path(log).read_text(encoding="utf-8-sig")
        plain = json.loads(text)
    except (OSError, ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict) or plain.get("kind") != MARK or not isinstance(plain.get("actions"), list):
        raise FileError("This is no action log.", "Bring the file that was saved under “What was sent”.")
    if plain.get("version") != VERSION:
        raise FileError(
            "This action log has version {found}; version {known} can be read here.",
            "Open it with the program that saved it, or bring this one up to date.",
            found=plain.get("version"),
            known=VERSION,
        )
    return [_checked(row) for row in plain["actions"]]


def _checked(row: Any) -> dict[str, Any]:
    fits = isinstance(row, dict) and all(isinstance(row.get(name), str) for name in TEXTS)
    fits = fits and _is_day(row["sent_on"]) and row["format"] in FORMATS and row["verdict"] in ("", *VERDICTS)
    if fits and all(_is_count(row.get(name)) for name in ("customers", "held_back")):
        return {name: row[name] for name in TEXTS} | {name: _number(row.get(name)) for name in NUMBERS}
    raise FileError("The action log is damaged.", "Bring the file as it was saved under “What was sent”.")


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else math.nan


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
