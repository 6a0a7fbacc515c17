"""How a column writes numbers and dates, decided once for the column and never row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from retention.errors import ColumnError, QuestionError

CURRENCY_MARKS = r"€|\$|£|¥|₺|₽|₴|zł|zl|ft|huf|pln|eur|usd|gbp|try|rub|tl|czk|kč|ron|lei|uah|chf|aud|cad|руб\.?|р\."
BLANKS = "[\\s\u00a0\u202f\u2009'’]"
NUMBER_NOISE = f"(?i){CURRENCY_MARKS}|{BLANKS}"
DOT_NUMBER = r"[0-9]+(\.[0-9]*)?|\.[0-9]+|[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]*)?"
COMMA_NUMBER = r"[0-9]+(,[0-9]*)?|,[0-9]+|[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?"
CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p", "%H:%M:%S %p")
YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y.%m.%d.", "%Y. %m. %d.", "%Y%m%d")
NAMED_MONTH = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y", "%b-%d-%y", "%b-%d-%Y")
OFFSET = r"(:\d\d(?:\.\d+)?)\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$"
DAY_AND_MONTH = re.compile(r"^\s*(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})\b")
SERIAL = re.compile(r"^\d{5}([.,]\d+)?$")


@dataclass(frozen=True)
class DateReading:
    """The formats a date column uses; `order` is ymd, dmy, mdy, name or serial."""

    formats: tuple[str, ...]
    order: str
    why: str
    has_offset: bool = False


def decimal_mark(cells: list[str]) -> str:
    """'.' or ',' when the values prove it, '' when they hold no mark at all, '?' when both readings are possible.

    >>> decimal_mark(["1 299,00 zł", "5,00"]), decimal_mark(["1,299.00"]), decimal_mark(["1.234"]), decimal_mark(["12"])
    (',', '.', '?', '')
    """
    dots = commas = unclear = 0
    for cell in cells:
        bare = re.sub(NUMBER_NOISE, "", cell).strip("()+-−")
        marks = re.findall(r"[.,]", bare)
        if not marks:
            continue
        last, tail = marks[-1], len(bare) - max(bare.rfind("."), bare.rfind(",")) - 1
        if len(set(marks)) == 1 and (len(marks) > 1 or tail == 3):
            if len(marks) > 1:
                dots, commas = dots + (last == ","), commas + (last == ".")
            else:
                unclear += 1
        else:
            dots, commas = dots + (last == "."), commas + (last == ",")
    if dots or commas:
        return "." if dots >= commas else ","
    return "?" if unclear else ""


def number_sql(column: str, mark: str) -> str:
    """A number in a text column, as DECIMAL(18, 4); NULL where it is not one.

    Currency signs, spaces and apostrophes go; (50), 50- and −50 are negative. Letters or a second mark make it NULL.
    """
    bare = f"regexp_replace({column}, '{NUMBER_NOISE.replace(chr(39), chr(39) * 2)}', '', 'g')"
    digits = f"regexp_replace({bare}, '[()+−-]', '', 'g')"
    sign = f"CASE WHEN regexp_matches({bare}, '^[(−-]|[−-]$') THEN -1 ELSE 1 END"
    if mark == ",":
        shape, value = COMMA_NUMBER, f"replace(replace({digits}, '.', ''), ',', '.')"
    else:
        shape, value = DOT_NUMBER, f"replace({digits}, ',', '')"
    whole = rf"regexp_full_match({bare}, '[(+−-]?({shape})[)−-]?')"
    general = f"CASE WHEN {whole} THEN {sign} * TRY_CAST({value} AS DECIMAL(17, 4)) END"
    quick = f"CASE WHEN NOT contains({column}, 'e') AND NOT contains({column}, 'E') THEN TRY_CAST({column} AS DECIMAL(17, 4)) END"
    return f"coalesce({quick}, {general})" if mark != "," else general


def cents_sql(column: str, mark: str) -> str:
    """A money column as an integer number of hundredths."""
    return f"CAST({number_sql(column, mark)} * 100 AS BIGINT)"


def read_dates(
    cells: list[str], bounds: tuple[int, int] | None, habit: str, sorted_as: str, column: str, file: str
) -> DateReading:
    """How a date column is written.

    `bounds` are the largest first and second number of the whole column where it looks like 03/04/2025; `habit` is what
    the platform is known to write; `sorted_as` is the order under which the rows run through time, if only one does.
    """
    cells = [cell.strip() for cell in cells if cell.strip()]
    if not cells:
        raise ColumnError(
            "Column {column} of {file} is empty where a date was expected.",
            "Pick the date under Columns.",
            column=column,
            file=file,
        )
    has_offset = any(re.search(OFFSET, cell) for cell in cells)
    if all(SERIAL.match(cell) for cell in cells):
        return DateReading((), "serial", "spreadsheet day numbers")
    if any(DAY_AND_MONTH.match(cell) for cell in cells):
        order, why = _day_or_month_first(cells, bounds, habit, sorted_as, column, file)
        return DateReading(_day_month_formats(cells, order), order, why, has_offset)
    named = [cell for cell in cells if re.search(r"[A-Za-z]{3}", re.sub(r"[AP]M$|T(?=\d)|UTC|GMT", "", cell))]
    order = "name" if len(named) * 2 > len(cells) else "ymd"
    dates = (*NAMED_MONTH, *YEAR_FIRST) if named else YEAR_FIRST
    return DateReading(_with_clocks(dates), order, "month by name" if order == "name" else "year first", has_offset)


def _day_or_month_first(
    cells: list[str], bounds: tuple[int, int] | None, habit: str, sorted_as: str, column: str, file: str
) -> tuple[str, str]:
    first, second = bounds or (0, 0)
    if habit == "asked-dmy" or habit == "asked-mdy":
        return habit[-3:], "as you said"
    if first > 12 and second > 12:
        raise ColumnError(
            "Column {column} of {file} has dates with the day first and dates with the month first.",
            "A spreadsheet converted part of them. Export the file again and do not open it before dropping it here.",
            column=column,
            file=file,
        )
    if first > 12:
        return "dmy", "a first number is above 12"
    if second > 12:
        return "mdy", "a second number is above 12"
    if habit in ("dmy", "mdy"):
        return habit, "the habit of this platform"
    if all(DAY_AND_MONTH.match(cell) and DAY_AND_MONTH.match(cell)[2] == "." for cell in cells):
        return "dmy", "dates with dots have the day first"
    if sorted_as:
        return sorted_as, "only so the rows run through time"
    raise QuestionError(
        "The dates in column {column} of {file}, such as {example}, can be read with the day or the month first.",
        "Say which under Dates, or pass date_order='dmy' or 'mdy'.",
        option="date_order",
        choices=("dmy", "mdy"),
        column=column,
        file=file,
        example=cells[0],
    )


def _day_month_formats(cells: list[str], order: str) -> tuple[str, ...]:
    dates = []
    for cell in cells:
        if found := DAY_AND_MONTH.match(cell):
            year = "%Y" if len(found[4]) == 4 else "%y"
            parts = ("%d", "%m") if order == "dmy" else ("%m", "%d")
            date_format = found[2].join((*parts, year))
            if date_format not in dates:
                dates.append(date_format)
    return _with_clocks((*dates, *YEAR_FIRST))


def _with_clocks(dates: tuple[str, ...]) -> tuple[str, ...]:
    clocked = [
        f"{date}{space}{clock}"
        for date in dates
        for space in (" ", "T", ", ")
        for clock in CLOCKS
        if space == " " or "p" not in clock
    ]
    return (*clocked, *dates)


def frequent_first(reading: DateReading, matched: list[str | None]) -> DateReading:
    """The same reading with the formats that a sample used most often tried first."""
    formats = sorted(reading.formats, key=lambda form: -matched.count(form))
    return replace(reading, formats=tuple(formats))


def timestamp_sql(column: str, reading: DateReading, timezone: str | None) -> str:
    """A date column as a timestamp in the shop's own time; NULL where it cannot be one.

    With a time zone, moments with an offset are moved to that zone; without one the clock in the file is the shop's.
    """
    if reading.order == "serial":
        number = f"TRY_CAST(replace({column}, ',', '.') AS DOUBLE)"
        return f"TIMESTAMP '1899-12-30' + to_seconds(round({number} * 86400))"
    formats = ", ".join("'" + form.replace("'", "''") + "'" for form in reading.formats)
    if not reading.has_offset:
        return f"try_strptime({column}, [{formats}])"
    clock = rf"try_strptime(regexp_replace({column}, '{OFFSET}', '\1'), [{formats}])"
    if timezone is None:
        return clock
    suffix = rf"nullif(regexp_extract({column}, '([+-])(\d\d):?(\d\d)$', 0), '')"
    minutes = (
        f"coalesce((CASE WHEN left({suffix}, 1) = '-' THEN -1 ELSE 1 END) * (60 * TRY_CAST(substr({suffix}, 2, 2) AS INTEGER)"
        f" + TRY_CAST(right({suffix}, 2) AS INTEGER)), 0)"
    )
    moved = f"timezone('{timezone}', timezone('UTC', {clock} - to_minutes({minutes})))"
    return f"CASE WHEN regexp_matches({column}, '{OFFSET}') THEN {moved} ELSE {clock} END"
