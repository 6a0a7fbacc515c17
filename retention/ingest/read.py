"""`read_orders`: files → Orders; `inspect_orders`: what a file was recognised as, before it is read."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from zoneinfo import available_timezones

import duckdb
import pandas as pd

from retention.engine import Dataset, workshop
from retention.errors import EmptyError, FileError, OptionError, QuestionError, check_option
from retention.ingest import account, build
from retention.ingest.decide import Reading, decide
from retention.ingest.dialect import Dialect, find_dialect
from retention.ingest.encoding import DAMAGED
from retention.ingest.mapping import check_mapping, plain, recognise
from retention.ingest.source import Source, Text, to_text
from retention.ingest.typed import Typed, type_file
from retention.orders import Orders
from retention.report import Choice
from retention.schema import IDENTITY

VERSION = "2"
MOST_STATES = 10


@dataclass(frozen=True)
class Inspection:
    """What a file looks like: layout, encoding, delimiter, header line, columns, mapping and why, first rows."""

    name: str
    layout: str
    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[str, ...]
    mapping: dict[str, str]
    because: dict[str, str]
    preview: pd.DataFrame


def inspect_orders(
    source: Source, *, encoding: str | None = None, delimiter: str | None = None, name: str = ""
) -> Inspection:
    """Recognise a file without reading all of it.

    Returns the layout's name, the mapping field → column with the reason for each ("layout", "name", "values"), and
    the first 20 rows as text. Raises FileError when the file is no table.

    >>> found = inspect_orders(b"Order;Date;E-mail;Qty;Price\\n1;2025-01-31;a@example.com;1;9,90\\n")
    >>> found.mapping["email"], found.delimiter
    ('E-mail', ';')
    """
    with TemporaryDirectory(prefix="retention-") as folder:
        text = to_text(source, Path(folder), 0, encoding, name)
        dialect = find_dialect(text, delimiter)
        match = recognise(dialect.columns, dialect.rows)
        return Inspection(
            name=text.name,
            layout=match.layout.name,
            encoding=text.encoding,
            delimiter=dialect.delimiter,
            header_line=dialect.skip,
            columns=dialect.columns,
            mapping=match.mapping,
            because=match.because,
            preview=pd.DataFrame(dialect.rows[:20], columns=list(dialect.columns)),
        )


def read_orders(
    source: Source | list[Source] | tuple[Source, ...],
    *,
    mapping: dict[str, str] | None = None,
    date_order: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    currency: str | None = None,
    rates: dict[str, float] | None = None,
    timezone: str | None = None,
    statuses: dict[str, str] | None = None,
    drop_duplicates: bool = False,
    folder: str | Path | None = None,
    name: str = "",
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> Orders:
    """Read the order export of a shop: one file, several, bytes, or a frame; CSV, TSV, gzip or XLSX.

    Encoding, delimiter, header row, decimal mark and date order are found in the file; every option overrides what
    would be found. mapping: field → column, on top of what is recognised (fields: `retention.schema.FIELDS`); a field
    mapped to "" is ignored. date_order: "ymd", "dmy" or "mdy". decimal: "." or ",". currency: the one to keep, or the
    file's where it names none. rates: what one unit of another currency is worth in it, as in {"USD": 0.92}. timezone: moments with an offset are moved there. statuses: the shop's own words for a
    state → paid, refunded, pending, cancelled, failed, test or returned. folder: where the Parquet files are kept; without it they go
    with the last use of the result. Of several files of one platform, an order that stands in two is taken from the later one
    in the list, with all its lines.

    An order is a purchase when it was paid, was not cancelled and has a product with a positive quantity and price. A
    customer is an e-mail address, else a phone number, else the shop's customer number. A refund is set against the
    products of its order, never beyond them; where the file only says that an order was refunded, against all of them. Rows that cannot be used are set aside with line, column, value and reason:
    `orders.report` accounts for every row, `orders.set_aside()` lists them.

    Raises FileError (no table), ColumnError (a column is missing or unusable), QuestionError (two readings are possible,
    two currencies) and EmptyError (no row could be used).

    When not to trust it: a file that was opened and saved in a spreadsheet may have lost digits of long order numbers
    and turned some dates around. What shows is refused; what does not show cannot be known.

    >>> orders = read_orders(b"order,date,email,quantity,price\\n7,2025-01-31,a@example.com,2,9.90\\n")
    >>> orders.report.count("used"), orders.currency
    (1, '')
    """
    _check_options(date_order, decimal, timezone, statuses)
    if rates and (not currency or not all(rate > 0 for rate in rates.values())):
        raise OptionError("rates={value!r} cannot be used.", "Give currency= as well, and rates above 0.", value=rates)
    sources = list(source) if isinstance(source, list | tuple) else [source]
    if not sources:
        raise EmptyError("No file was given.", "Name at least one.")
    options = {
        "mapping": mapping,
        "date_order": date_order,
        "decimal": decimal,
        "encoding": encoding,
        "delimiter": delimiter,
        "currency": currency,
        "rates": rates,
        "timezone": timezone,
        "statuses": statuses,
        "drop_duplicates": drop_duplicates,
    }
    place = _place(folder)
    try:
        with workshop(place) as connection:
            found = _build(connection, sources, place, name, options, progress)
    except BaseException as error:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)
        if isinstance(error, duckdb.Error):
            detail = str(error).splitlines()[0][:200]
            raise FileError(
                "The orders cannot be put together: {detail}.", "Please report this sentence.", detail=detail
            ) from error
        raise
    finally:
        for leftover in place.glob("text_*"):
            leftover.unlink()
        shutil.rmtree(place / "spill", ignore_errors=True)
    orders = replace(found, dataset=Dataset(place, temporary=folder is None))
    progress(1.0, "done")
    return orders


def _build(
    connection: duckdb.DuckDBPyConnection,
    sources: list[Source],
    place: Path,
    name: str,
    options: dict,
    progress: Callable[[float, str], None],
) -> Orders:
    """Write the dataset into its folder; return the orders, not yet opened."""
    progress(0.02, "reading")
    files, choices = _read_files(connection, sources, place, name, options, progress)
    _order_ids(connection, files, choices)
    build.keep_platforms_apart(connection, [file.reading.layout.name for file in files])
    build.merge(connection, options["drop_duplicates"])
    currency = _choose_currency(connection, files, options["currency"], options["rates"] or {}, choices)
    account.refuse_empty(connection, files)
    progress(0.6, "orders")
    rows = account.row_account(connection, files)
    duplicates = build.count_duplicates(connection)
    if duplicates:
        choices.append(Choice("Identical rows", f"kept {duplicates:,}", "they can be genuine", "drop_duplicates"))
    if short := [number for number, file in enumerate(files) if file.reading.layout.quantity_after_refund]:
        build.restore_refunded(connection, short)
    statuses = options["statuses"] or {}
    choices += _unknown_states(connection, statuses)
    phones = {pair: _e164(*pair) for pair in build.national_phones(connection)}
    build.build_orders(connection, statuses, phones)
    progress(0.75, "writing")
    build.write(connection, place)
    set_aside = account.write_set_aside(connection, files, place)
    first, last = connection.execute("SELECT min(ordered_at), max(ordered_at) FROM refs").fetchone()
    facts = account.facts(connection, duplicates, set_aside)
    digest = json.dumps([VERSION, [file.text.sha256 for file in files], options], sort_keys=True)
    return Orders(
        dataset=None,
        observed_from=first.date(),
        as_of=last.date() + timedelta(days=1),
        currency=currency,
        timezone=options["timezone"] or "",
        fingerprint=hashlib.sha256(digest.encode()).hexdigest(),
        report=account.make_report(files, rows, build.order_account(connection), choices, facts),
    )


def _check_options(
    date_order: str | None, decimal: str | None, timezone: str | None, statuses: dict[str, str] | None
) -> None:
    check_option("date_order", date_order or "ymd", ("ymd", "dmy", "mdy"))
    check_option("decimal", decimal or ".", (".", ","))
    if timezone is not None and timezone not in available_timezones():
        raise OptionError("timezone={value!r} is not known.", "Write it as 'Europe/Warsaw'.", value=timezone)
    for meaning in (statuses or {}).values():
        check_option("statuses", meaning, tuple(build.REASONS))


def _place(folder: str | Path | None) -> Path:
    """The folder of the dataset; a temporary one carries the process id, so that leftovers of a crash can be told."""
    if folder is None:
        return Path(mkdtemp(prefix=f"retention-{os.getpid()}-")).resolve()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder).resolve()


def _read_files(
    connection: duckdb.DuckDBPyConnection,
    sources: list[Source],
    place: Path,
    name: str,
    options: dict,
    progress: Callable[[float, str], None],
) -> tuple[list[Typed], list[Choice]]:
    files: list[Typed] = []
    choices: list[Choice] = []
    for number, source in enumerate(sources):
        text = to_text(source, place, number, options["encoding"], name if len(sources) == 1 else "")
        copies = sum(file.text.name.partition(" (")[0] == text.name for file in files)
        text = replace(text, name=f"{text.name} ({copies + 1})") if copies else text
        if text.nuls:
            choices.append(Choice("NUL bytes", f"left out {text.nuls:,}", "they are no letters"))
        if text.encoding == DAMAGED:
            choices.append(Choice("Letters", "damaged ones replaced", "most of the file is UTF-8", "encoding"))
        dialect = find_dialect(text, options["delimiter"])

        def settle(dialect: Dialect, text: Text = text) -> tuple[Reading, list[Choice]]:
            return _decide(connection, text, dialect, options)

        file, decided = type_file(connection, text, dialect, settle, number, place)
        files.append(file)
        choices += decided
        progress(0.02 + 0.5 * (number + 1) / len(sources), "reading")
    return files, choices


def _decide(
    connection: duckdb.DuckDBPyConnection, text: Text, dialect: Dialect, options: dict
) -> tuple[Reading, list[Choice]]:
    match = recognise(dialect.columns, dialect.rows)
    asked = options["mapping"] or {}
    kept = {field: column for field, column in match.mapping.items() if column not in asked.values()}
    chosen = {field: column for field, column in (kept | asked).items() if column}
    check_mapping(chosen, dialect.columns, match.layout, text.name)
    return decide(
        connection, text, dialect, match.layout, chosen, options["date_order"], options["decimal"], options["timezone"]
    )


def _unknown_states(connection: duckdb.DuckDBPyConnection, statuses: dict[str, str]) -> list[Choice]:
    named = {plain(word) for word in statuses}
    unknown = [state for state in build.unknown_states(connection) if plain(state) not in named]
    choices = [Choice(f"State “{state}”", "paid", "not a known word", "statuses") for state in unknown[:MOST_STATES]]
    if len(unknown) > MOST_STATES:
        more = f"{len(unknown) - MOST_STATES:,} more states"
        choices.append(Choice(more, "paid", "not known words", "statuses"))
    return choices


def _order_ids(connection: duckdb.DuckDBPyConnection, files: list[Typed], choices: list[Choice]) -> None:
    """Give the rows of a file without order numbers one: every row, or a customer's purchases at one moment."""
    for number, file in enumerate(files):
        reading = file.reading
        if "order_id" in reading.mapping:
            continue
        if reading.layout.row_is_order:
            key = f"'{number}-' || lpad(CAST(rowid AS VARCHAR), 9, '0')"
        else:
            who = "coalesce(" + ", ".join(f"lower({name})" for name in IDENTITY) + ", CAST(rowid AS VARCHAR))"
            key = f"{who} || ' ' || strftime(ordered_at, '%Y-%m-%d %H:%M:%S')"
            choices.append(Choice("Order number", "customer and moment", "the file has no order number", "mapping"))
        connection.execute(f"UPDATE rows SET order_id = {key} WHERE file = {number} AND problem IS NULL")


def _choose_currency(
    connection: duckdb.DuckDBPyConnection,
    files: list[Typed],
    currency: str | None,
    rates: dict[str, float],
    choices: list[Choice],
) -> str:
    found = build.currencies(connection)
    wanted = currency.upper() if currency else ""
    for name, rate in ((name.upper(), rate) for name, rate in rates.items()):
        if name in found and name != wanted:
            build.convert(connection, name, rate, wanted)
            choices.append(Choice(f"{name} → {wanted}", f"× {rate:g}", "as you said", "rates"))
    found = build.currencies(connection)
    if found and wanted and wanted not in found:
        raise OptionError(
            "currency={value!r} is not in the file.", "Found: {found}.", value=currency, found=", ".join(found)
        )
    if len(found) > 1 and not wanted:
        raise QuestionError(
            "The orders are in {count} currencies: {found}. Money in different currencies is never added.",
            "Pick one under Currency, or pass currency='{first}'; the other orders are set aside.",
            "Or give rates as well: rates={{'{other}': …}}.",
            option="currency",
            choices=tuple(found),
            count=len(found),
            found=", ".join(f"{name} ({rows:,} rows)" for name, rows in found.items()),
            first=next(iter(found)),
            other=list(found)[1],
        )
    if len(found) > 1:
        build.keep_currency(connection, wanted)
    if found:
        return wanted or next(iter(found))
    habit = next((file.reading.layout.currency for file in files if file.reading.layout.currency), "")
    if not wanted:
        why = "the habit of this file" if habit else "the file names none"
        choices.append(Choice("Currency", habit or "not known", why, "currency"))
    return wanted or habit


def _e164(phone: str, country: str | None) -> str | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, country.upper() if country and len(country) == 2 else None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
