"""`read_orders`: files → Orders."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import available_timezones

import duckdb

from retention.engine import Dataset, workshop
from retention.errors import EmptyError, FileError, OptionError, QuestionError, check_option
from retention.ingest import account, build
from retention.ingest.answers import ANSWERS, Mapping, read_answers
from retention.ingest.currency import choose_currency
from retention.ingest.decide import decide
from retention.ingest.dialect import Dialect, find_dialect
from retention.ingest.encoding import DAMAGED, TWICE
from retention.ingest.gather import Part, Side, gather, told_apart
from retention.ingest.layouts import Layout
from retention.ingest.mapping import OWN, by_layout, check_mapping, fingerprint, plain
from retention.ingest.matching import write_tables
from retention.ingest.phones import e164
from retention.ingest.progress import Progress, Steps, watched
from retention.ingest.rows import change
from retention.ingest.source import Source, Text, to_text
from retention.ingest.tables import SideFile, type_table
from retention.ingest.typed import Typed, type_file
from retention.ingest.write import write
from retention.orders import Orders
from retention.report import Choice
from retention.schema import IDENTITY, PRICES

VERSION = "4"
MOST_STATES = 10


def read_orders(
    source: Source | list[Source] | tuple[Source, ...],
    *,
    mapping: Mapping | list[Mapping] | None = None,
    date_order: str | dict[str, str] | None = None,
    decimal: str | dict[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    currency: str | None = None,
    rates: dict[str, float] | None = None,
    timezone: str | None = None,
    statuses: dict[str, str] | None = None,
    shops: str | dict[str, str] | None = None,
    drop_duplicates: bool = False,
    folder: str | Path | None = None,
    name: str = "",
    progress: Progress = lambda share, step: None,
) -> Orders:
    """Read the order export of a shop: one file, several, bytes, or a frame; CSV, TSV, gzip or XLSX.

    Encoding, delimiter, header row, decimal mark and date order are found in the file; every option overrides what
    would be found. mapping: field → column, on top of what is recognised (fields: `retention.schema.FIELDS`; a field
    mapped to "" is ignored), or a saved mapping file, which applies to files with its header; or a list of these.
    date_order: "ymd", "dmy" or "mdy"; decimal: "." or ","; both also file name → value. currency: the one to keep, or the
    file's where it names none. rates: what one unit of another currency is worth in it, as in {"USD": 0.92}.
    timezone: moments with an offset are moved there. statuses: the shop's own words for a state → paid, refunded,
    pending, cancelled, failed, test or returned. drop_duplicates: count identical rows of a file once. folder: where the
    Parquet files are kept; without it they go with the last use of the result. progress: called about ten times a
    second with the share done and the step; whatever it raises stops the reading.

    Several files: halves of one export are joined; customers, events, feedback, tickets, marketing spend, products and
    experiment assignments are recognised and become tables of the result. An order that stands in two files of one shop
    is taken, with all its lines, from the newer one: the one whose last order is the latest. shops: file name → the
    shop it is from, "one" when all are of one shop, or "files" when each is a shop of its own; otherwise each
    platform is one shop.

    An order is a purchase when it was paid, was not cancelled and has a product with a positive quantity and price. A
    customer is an e-mail address, else a phone number, else the shop's customer number. A refund is set against the
    products of its order, never beyond them; where the file only says that an order was refunded, against all of them.
    Rows that cannot be used are set aside with line, column, value and reason: `orders.report` accounts for every row,
    `orders.set_aside()` lists them.

    Raises FileError (no table), ColumnError (a column is missing or unusable), QuestionError (two readings are possible;
    all that are open at once stand in `error.questions`) and EmptyError (no row could be used).

    When not to trust it: a file that was opened and saved in a spreadsheet may have lost digits of long order numbers
    and turned some dates around. What shows is refused; what does not show cannot be known.

    >>> orders = read_orders(b"order,date,email,quantity,price\\n7,2025-01-31,a@example.com,2,9.90\\n")
    >>> orders.report.count("used"), orders.currency
    (1, '')
    """
    fields, saved = read_answers(mapping)
    options = {
        "mapping": fields,
        "saved": saved,
        "date_order": date_order,
        "decimal": decimal,
        "encoding": encoding,
        "delimiter": delimiter,
        "currency": currency,
        "rates": rates or {},
        "timezone": timezone,
        "statuses": statuses,
        "shops": shops,
        "drop_duplicates": drop_duplicates,
    }
    _check_options(options)
    sources = list(source) if isinstance(source, list | tuple) else [source]
    if not sources:
        raise EmptyError("No file was given.", "Name at least one.")
    place = _place(folder)
    try:
        with workshop(place) as connection:
            found = watched(
                lambda steps: _build(connection, sources, place, name, options, steps), connection, progress
            )
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
        for leftover in (*place.glob("text_*"), *place.glob("tmp_*.parquet")):
            leftover.unlink()
        shutil.rmtree(place / "spill", ignore_errors=True)
    orders = replace(found, dataset=Dataset(place, temporary=folder is None))
    progress(1.0, "done")
    return orders


def _check_options(options: dict) -> None:
    for name, allowed in (("date_order", ("ymd", "dmy", "mdy")), ("decimal", (".", ","))):
        given = options[name]
        for value in given.values() if isinstance(given, dict) else [given] if given else []:
            check_option(name, value, allowed)
    if options["timezone"] is not None and options["timezone"] not in available_timezones():
        raise OptionError("timezone={value!r} is not known.", "Write it as 'Europe/Warsaw'.", value=options["timezone"])
    for meaning in (options["statuses"] or {}).values():
        check_option("statuses", meaning, tuple(build.REASONS))
    if isinstance(options["shops"], str):
        check_option("shops", options["shops"], ("one", "files"))
    rates = options["rates"]
    if rates and (not options["currency"] or not all(rate > 0 for rate in rates.values())):
        raise OptionError("rates={value!r} cannot be used.", "Give currency= as well, and rates above 0.", value=rates)


def _place(folder: str | Path | None) -> Path:
    """The folder of the dataset; a temporary one carries the process id, so that leftovers of a crash can be told."""
    if folder is None:
        return Path(mkdtemp(prefix=f"retention-{os.getpid()}-")).resolve()
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder).resolve()


def _build(
    connection: duckdb.DuckDBPyConnection, sources: list[Source], place: Path, name: str, options: dict, steps: Steps
) -> Orders:
    """Write the dataset into its folder; return the orders, not yet opened."""
    choices: list[Choice] = []
    questions: list[QuestionError] = []
    found = _texts(sources, place, name, options, choices, steps)
    options = _with_saved(options, found)
    confirmed = {text.name for text, dialect in found if _picked(options, dialect)}
    parts, sides = gather(found, confirmed)
    files = _type_files(connection, parts, place, options, choices, questions, steps)
    steps.step(0.55, 0.6, "orders")
    shops = _shops(connection, files, options["shops"], questions)
    currency = choose_currency(connection, files, options["currency"], options["rates"], choices, questions)
    typed_sides = [_type_side(connection, side, number, options, questions) for number, side in enumerate(sides)]
    if any(question.choices for question in questions):
        raise _all_at_once(questions)
    renewed = build.merge(connection, options["drop_duplicates"])
    account.refuse_empty(connection, files)
    own = {file.text.name for file in files}
    others = [side for side in typed_sides if side.text.name not in own]  # orders and events at once count as orders
    rows = account.row_account(connection, files, others)
    duplicates = build.count_duplicates(connection)
    if duplicates:
        choices.append(Choice("Identical rows", f"kept {duplicates:,}", "they can be genuine", "drop_duplicates"))
    if short := [number for number, file in enumerate(files) if file.reading.layout.quantity_after_refund]:
        build.restore_refunded(connection, short)
    choices += _unknown_states(connection, options["statuses"] or {})
    layouts = [file.reading.layout for file in files]
    by_line = [number for number, layout in enumerate(layouts) if layout.status_of_line or layout.name == OWN]
    build.know_states(connection, options["statuses"] or {}, by_line)
    build.sum_of_lines(connection, {number: file.reading.layout.of_line for number, file in enumerate(files)})
    steps.step(0.6, 0.85, "orders")
    phones = {pair: e164(*pair) for pair in build.national_phones(connection)}
    held = {"status"}.union(*(file.reading.mapping for file in files))
    build.build_orders(connection, held, shops, phones, place)
    steps.step(0.85, 0.98, "writing")
    write(connection, held, place)
    matches = write_tables(connection, typed_sides, place)
    set_aside = account.write_set_aside(connection, files, others, place)
    first, last = connection.execute("SELECT min(ordered_at), max(ordered_at) FROM judged").fetchone()
    facts = account.facts(connection, duplicates, set_aside, renewed)
    digest = json.dumps([VERSION, [text.sha256 for text, _ in found], options], sort_keys=True)
    return Orders(
        dataset=None,
        observed_from=first.date(),
        as_of=last.date() + timedelta(days=1),
        currency=currency,
        timezone=options["timezone"] or "",
        fingerprint=hashlib.sha256(digest.encode()).hexdigest(),
        report=account.make_report(files, others, rows, build.order_account(connection), choices, facts, matches),
    )


def _texts(
    sources: list[Source], place: Path, name: str, options: dict, choices: list[Choice], steps: Steps
) -> list[tuple[Text, Dialect]]:
    """Every source as clean text, and how it is cut."""
    texts = []
    for number, source in enumerate(sources):
        steps.step(0.1 * number / len(sources), 0.1 * (number + 1) / len(sources), "reading")
        text = to_text(
            source, place, number, options["encoding"], name if len(sources) == 1 else "", progress=steps.advance
        )
        if text.nuls:
            choices.append(Choice("NUL bytes", f"left out {text.nuls:,}", "they are no letters"))
        if text.encoding == DAMAGED:
            choices.append(Choice("Letters", "damaged ones replaced", "most of the file is UTF-8", "encoding"))
        if text.encoding == TWICE:
            choices.append(Choice("Letters", "repaired", "they had been encoded as UTF-8 twice", "encoding"))
        texts.append(text)
    found = [(text, find_dialect(text, options["delimiter"])) for text in told_apart(texts)]
    filled = [(text, dialect) for text, dialect in found if dialect.rows or text.lines > dialect.skip]
    empty = [text.name for text, dialect in found if filled and not (dialect.rows or text.lines > dialect.skip)]
    choices += [Choice(name, "left out", "it has a header and no rows under it") for name in empty]
    return filled or found


def _with_saved(options: dict, found: list[tuple[Text, Dialect]]) -> dict:
    """The options with what a saved mapping says for all files, where nothing else was said."""
    saved = [
        options["saved"][header] for _, dialect in found if (header := fingerprint(dialect.columns)) in options["saved"]
    ]
    general = {name: entry[name] for entry in saved for name in ("currency", "timezone", "statuses") if entry.get(name)}
    return options | {name: value for name, value in general.items() if not options[name]}


def _picked(options: dict, dialect: Dialect) -> dict[str, str]:
    """The columns that somebody picked for a file: those of its saved mapping, then those given for all."""
    saved = options["saved"].get(fingerprint(dialect.columns), {})
    return saved.get("fields", {}) | options["mapping"]


def _type_files(
    connection: duckdb.DuckDBPyConnection,
    parts: list[Part],
    place: Path,
    options: dict,
    choices: list[Choice],
    questions: list[QuestionError],
    steps: Steps,
) -> list[Typed]:
    files: list[Typed] = []
    sizes = [part.text.path.stat().st_size for part in parts]
    for number, part in enumerate(parts):
        done = [0.1 + 0.45 * sum(sizes[:upto]) / max(sum(sizes), 1) for upto in (number, number + 1)]
        steps.step(*done, "reading")
        saved = options["saved"].get(fingerprint(part.dialect.columns), {})
        picked = _picked(options, part.dialect)
        asked = {
            answer: _for_file(options, saved, answer, part.text.name) for answer in ANSWERS if answer != "statuses"
        }
        asked["statuses"] = tuple(options["statuses"] or ())
        asked_before = len(questions)

        def settle(
            dialect: Dialect, part: Part = part, picked: dict = picked, asked: dict = asked, before: int = asked_before
        ):
            del questions[before:]  # a second attempt at the same file asks anew
            layout = part.match.layout
            match = by_layout(layout, dialect.columns, dialect.rows) if layout.is_reshaped else part.match
            # A price that was picked goes before one that was guessed.
            guessed = PRICES if any(picked.get(price) for price in PRICES) else ()
            kept = {field: column for field, column in match.mapping.items() if column not in picked.values()}
            kept = {field: column for field, column in kept.items() if field not in guessed}
            chosen = {field: column for field, column in (kept | picked).items() if column}
            check_mapping(chosen, dialect.columns, layout, part.text.name)
            return decide(connection, part.text, dialect, layout, chosen, asked, questions)

        file, decided = type_file(
            connection, part.text, part.dialect, part.match.layout, part.others, settle, number, place
        )
        files.append(file)
        choices += decided
        _order_ids(connection, file, number, choices)
        known = {join.name for join, _, _ in part.others}
        for join in (join for join in part.match.layout.join if join.without and join.name not in known):
            choices.append(Choice(part.match.layout.name, "read as far as it goes", join.without))
        mapped = set(file.reading.mapping)
        if mapped & {"name", "first_name", "last_name"} and not mapped & set(IDENTITY):
            choices.append(
                Choice("Customers", "not told apart", "by a name alone; it takes an e-mail, phone or number", "mapping")
            )
        if part.match.layout.lacks:
            choices.append(Choice(part.match.layout.name, "read as far as it goes", part.match.layout.lacks))
        if part.match.layout.includes:
            what = " and ".join(part.match.layout.includes)
            choices.append(Choice("Prices", f"contain {what}", "the file does not tell them apart"))
    return account.companions_once(files)


def _for_file(options: dict, saved: dict, answer: str, file: str) -> str | None:
    """What was answered for a file: by its name, for all files, or in its saved mapping."""
    given = options[answer]
    return (given.get(file) if isinstance(given, dict) else given) or saved.get(answer)


def _type_side(
    connection: duckdb.DuckDBPyConnection, side: Side, number: int, options: dict, questions: list[QuestionError]
) -> SideFile:
    asked = {answer: _for_file(options, {}, answer, side.text.name) for answer in ANSWERS if answer != "statuses"}
    try:
        return type_table(connection, side.text, side.dialect, side.kind, side.mapping, asked, number)
    except QuestionError as question:
        questions.append(question)
        question.assumed = question.assumed or question.choices[0]
        return type_table(
            connection,
            side.text,
            side.dialect,
            side.kind,
            side.mapping,
            asked | {question.option: question.assumed},
            number,
        )


def _all_at_once(questions: list[QuestionError]) -> QuestionError:
    """The first question, which knows of all."""
    first = next(question for question in questions if question.choices)
    first.questions = (first, *(question for question in questions if question is not first))
    return first


def _shops(
    connection: duckdb.DuckDBPyConnection,
    files: list[Typed],
    shops: str | dict[str, str] | None,
    questions: list[QuestionError],
) -> list[str]:
    """The shop of every file. Two files of one platform with the same order numbers on other days look like two shops."""
    names = [file.text.name for file in files]
    if shops == "one":
        found = [""] * len(files)
        change(connection, "UPDATE rows SET shop = '' WHERE shop IS NOT NULL")
    elif shops == "files":
        found = names
    else:
        found = [(shops or {}).get(file.text.name, _shop_of(file.reading.layout)) for file in files]
    build.keep_shops_apart(connection, found)
    if shops is None and len(files) > 1:
        both, other_days = build.clashes(connection)
        if other_days > both / 2:
            questions.append(
                QuestionError(
                    "{both} order numbers stand in more than one file, {other} of them with another date or customer: are these files of one shop?",
                    "Say so under Shops.",
                    "In code, pass shops='one' or shops='files', or file name → shop.",
                    option="shops",
                    choices=("files", "one"),
                    assumed="files",
                    both=both,
                    other=other_days,
                )
            )
    return found


def _shop_of(layout: Layout) -> str:
    return "" if layout.name == OWN else layout.shop or layout.name


def _order_ids(connection: duckdb.DuckDBPyConnection, file: Typed, number: int, choices: list[Choice]) -> None:
    """Give the rows of a file without order numbers one: every row, or a customer's purchases at one moment."""
    if "order_id" in file.reading.mapping:
        return
    if file.reading.layout.row_is_order:
        key = f"'{number}-' || lpad(CAST(rowid AS VARCHAR), 9, '0')"
    else:
        who = "coalesce(" + ", ".join(f"lower({name})" for name in IDENTITY) + ", CAST(rowid AS VARCHAR))"
        key = f"{who} || ' ' || strftime(ordered_at, '%Y-%m-%d %H:%M:%S')"
        choices.append(Choice("Order number", "customer and moment", "the file has no order number", "mapping"))
    change(connection, f"UPDATE rows SET order_id = {key} WHERE file = {number} AND problem IS NULL")


def _unknown_states(connection: duckdb.DuckDBPyConnection, statuses: dict[str, str]) -> list[Choice]:
    named = {plain(word) for word in statuses}
    unknown = [state for state in build.unknown_states(connection) if plain(state) not in named]
    choices = [Choice(f"State “{state}”", "paid", "not a known word", "statuses") for state in unknown[:MOST_STATES]]
    if len(unknown) > MOST_STATES:
        more = f"{len(unknown) - MOST_STATES:,} more states"
        choices.append(Choice(more, "paid", "not known words", "statuses"))
    return choices
