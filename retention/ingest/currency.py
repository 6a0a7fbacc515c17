"""One currency for all orders: the file's own, the chosen one, or others at a given rate. Two are never added."""

from __future__ import annotations

import duckdb

from retention.errors import OptionError, QuestionError
from retention.ingest import build
from retention.ingest.rows import change
from retention.ingest.typed import Typed
from retention.report import Choice


def choose_currency(
    connection: duckdb.DuckDBPyConnection,
    files: list[Typed],
    currency: str | None,
    rates: dict[str, float],
    choices: list[Choice],
    questions: list[QuestionError],
) -> str:
    """The currency of the orders; those in any other are converted, or set aside once one was chosen."""
    wanted = currency.upper() if currency else ""
    if len(files) > 1 or rates:
        _name_habits(connection, files, rates, choices)
    found = build.currencies(connection)
    for name, rate in ((name.upper(), rate) for name, rate in rates.items()):
        if name in found and name != wanted:
            build.convert(connection, name, rate, wanted)
            choices.append(Choice(f"{name} → {wanted}", f"× {rate:g}", "as you said", "rates"))
    found = build.currencies(connection) if rates else found
    if found and wanted and wanted not in found:
        raise OptionError(
            "currency={value!r} is not in the file.", "Found: {found}.", value=currency, found=", ".join(found)
        )
    if len(found) > 1 and not wanted:
        questions.append(_which(found))
        return next(iter(found))
    if len(found) > 1:
        build.keep_currency(connection, wanted)
    if found:
        return wanted or next(iter(found))
    habit = next((file.reading.layout.currency for file in files if file.reading.layout.currency), "")
    if not wanted:
        why = "the habit of this file" if habit else "the file names none"
        choices.append(Choice("Currency", habit or "not known", why, "currency"))
    if not wanted and not habit:
        questions.append(_none(files))
    return wanted or habit


def _name_habits(
    connection: duckdb.DuckDBPyConnection, files: list[Typed], rates: dict[str, float], choices: list[Choice]
) -> None:
    """Write down the currency that a platform is known for, where it stands beside another one or has a rate."""
    habits = {
        number: file.reading.layout.currency
        for number, file in enumerate(files)
        if "currency" not in file.reading.mapping
    }
    named = {*build.currencies(connection), *filter(None, habits.values())}
    rated = {name.upper() for name in rates}
    for number, habit in habits.items():
        if habit and (len(named) > 1 or habit in rated):
            change(connection, "UPDATE rows SET currency = ? WHERE file = ?", [habit, number])
        elif named and not habit and len(files) > 1:
            why = "the file names none, another one does"
            choices.append(Choice(files[number].text.name, f"taken as {', '.join(sorted(named))}", why, "currency"))


def _which(found: dict[str, int]) -> QuestionError:
    return QuestionError(
        "The orders are in {count} currencies: {found}. Money in different currencies is never added.",
        "Pick one under Currency, or pass currency='{first}'; the other orders are set aside.",
        "Or give rates as well: rates={{'{other}': …}}.",
        option="currency",
        choices=tuple(found),
        assumed=next(iter(found)),
        count=len(found),
        found=", ".join(f"{name} ({rows:,} rows)" for name, rows in found.items()),
        first=next(iter(found)),
        other=list(found)[1],
    )


def _none(files: list[Typed]) -> QuestionError:
    """Nothing depends on the answer but the sign beside the numbers; so it has no choices and stops nobody."""
    return QuestionError(
        "{file} names no currency.",
        "Type it, such as PLN; without it amounts have no sign.",
        option="currency",
        choices=(),
        file=", ".join(file.text.name for file in files),
    )
