"""How a column writes numbers and dates, decided once for the column and never row by row."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from retention.errors import ColumnError, QuestionError

CURRENCY_MARKS = (
    r"us\$|€|\$|£|¥|₺|₽|₴|zł|zl|ft|huf|pln|eur|usd|gbp|try|rub|tl|czk|kč|ron|lei|uah|chf|aud|cad|руб(?:лей|\.)?|р\."
)
BLANKS = "[\\s\u00a0\u202f\u2009'’]"
NUMBER_NOISE = f"(?i){CURRENCY_MARKS}|{BLANKS}|[.,][-–—]"  # 2990,- is a whole price
DOT_NUMBER = r"[0-9]+(\.[0-9]*)?|\.[0-9]+|[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]*)?"
COMMA_NUMBER = r"[0-9]+(,[0-9]*)?|,[0-9]+|[0-9]{1,3}(\.[0-9]{3})+(,[0-9]*)?"
CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p")
YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y.%m.%d.", "%Y. %m. %d.", "%Y. %m. %d", "%Y%m%d")
NAMED_MONTH = ("%d %b %Y", "%b %d %Y", "%Y %b %d")  # once `MONTHS` has done its work
OFFSET = r"(:\d\d(?:\.\d+)?)\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d)$"
DAY_AND_MONTH = re.compile(r"^\s*(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})\b")
MONTHS = {
    "Jan": "jan|sty|oca|янв", "Feb": "feb|lut|şub|sub|фев", "Mar": "mar|már|мар", "Apr": "apr|ápr|kwi|n[iİ]s|апр",
    "May": "may|maj|máj|май|мая", "Jun": "jun|jún|cze|haz|июн", "Jul": "jul|júl|lip|tem|июл",
    "Aug": "aug|sie|ağu|agu|авг", "Sep": "sep|szep|wrz|eyl|сен", "Oct": "oct|okt|paź|pazd|ek[iİ]|окт",
    "Nov": "nov|lis|kas|ноя", "Dec": "dec|gru|ara|дек",
}  # fmt: skip
MONTH_WORD = rf"(?:^|[^\p{{L}}])((?:{'|'.join(MONTHS.values())})\p{{L}}*)"
LETTERS = re.compile(r"[^\W\d_]{3}")
BLANK_SIGNS = "\u00a0\u202f\u2009"
LATE_HOUR = r"\b(1[3-9]|2[0-3]|00)(:\d\d(?::\d\d)?)\s*[AP]M"
ISO = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")
SERIAL = re.compile(r"^\d{5}([.,]\d+)?$")


@dataclass(frozen=True)
class DateReading:
    """The formats a date column uses; `order` is ymd, dmy, mdy, name or serial.

    `mends` are what has to be made plain before a format fits: odd "blanks", a late "clock" (16:02 PM), "month" names.
    """

    formats: tuple[str, ...]
    order: str
    why: str
    has_offset: bool = False
    mends: tuple[str, ...] = ()


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
    mends = ("blanks",) * any(sign in cell for cell in cells for sign in BLANK_SIGNS)
    mends += ("clock",) * any(re.search(LATE_HOUR, cell, re.IGNORECASE) for cell in cells)
    if any(DAY_AND_MONTH.match(cell) for cell in cells):
        order, why = _day_or_month_first(cells, bounds, habit, sorted_as, column, file)
        return DateReading(_day_month_formats(cells, order), order, why, has_offset, mends)
    named = [cell for cell in cells if LETTERS.search(cell.replace("UTC", "").replace("GMT", ""))]
    if len(named) * 2 > len(cells):
        formats = (*_with_clocks(NAMED_MONTH), *_with_clocks(YEAR_FIRST))
        return DateReading(formats, "name", "month by name", has_offset, (*mends, "month"))
    mends = (*mends, *("month",) * bool(named))
    return DateReading(_with_clocks(YEAR_FIRST), order="ymd", why="year first", has_offset=has_offset, mends=mends)


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
        if space != "T" or "p" not in clock
    ]
    return (*clocked, *dates)


def _plain_blanks(column: str) -> str:
    return f"trim(translate({column}, '{BLANK_SIGNS}', '{' ' * len(BLANK_SIGNS)}'))"


def _plain_clock(column: str) -> str:
    return rf"regexp_replace({column}, '{LATE_HOUR}', '\1\2', 'i')"


def _plain_month(column: str) -> str:
    """`2025. máj. 12. 14:30`, `12 мая 2025 г., 14:30` and `May-12-25` as day, English month and year apart by blanks."""
    word = f"regexp_extract({column}, '{MONTH_WORD}', 1, 'i')"
    plain = f"lower(translate({word}, 'İı', 'ii'))"
    stem = f"regexp_extract({plain}, '^({'|'.join(MONTHS.values())})')"
    names = {stem: name for name, stems in MONTHS.items() for stem in stems.replace("[iİ]", "i").split("|")}
    named = f"replace({column}, {word}, concat(' ', map({list(names)}, {list(names.values())})[{stem}], ' '))"
    clock = r"'\d{1,2}:\d\d.*$'"
    parts = rf"regexp_extract_all(regexp_replace({named}, {clock}, ''), '\b\d+|\b(?:{'|'.join(MONTHS)})\b')"
    day = f"array_to_string({parts}, ' ')"
    for years, century in (("[7-9]", 19), (r"\d", 20)):
        day = rf"regexp_replace({day}, '^(\d\d? [A-Z]\w\w|[A-Z]\w\w \d\d?) ({years}\d)$', '\1 {century}\2')"
    return (
        f"CASE WHEN {word} = '' THEN {column} ELSE trim(concat_ws(' ', {day}, regexp_extract({column}, {clock}))) END"
    )


MENDS = {"blanks": _plain_blanks, "clock": _plain_clock, "month": _plain_month}


def frequent_first(reading: DateReading, matched: list[str | None]) -> DateReading:
    """The same reading with the formats that a sample used most often tried first."""
    formats = sorted(reading.formats, key=lambda form: -matched.count(form))
    return replace(reading, formats=tuple(formats))


def timestamp_sql(column: str, reading: DateReading, timezone: str | None) -> str:
    """A date column as a timestamp in the shop's own time; NULL where it cannot be one.

    With a time zone, moments with an offset are moved to that zone; without one the clock in the file is the shop's.
    """
    for mend in reading.mends:
        column = MENDS[mend](column)
    if reading.order == "serial":
        number = f"TRY_CAST(replace({column}, ',', '.') AS DOUBLE)"
        return f"TIMESTAMP '1899-12-30' + to_seconds(round({number} * 86400))"
    formats = ", ".join("'" + form.replace("'", "''") + "'" for form in reading.formats)
    if not reading.has_offset and reading.formats[0] in ISO:  # what the engine casts much faster than it parses
        quick = f"CASE WHEN length({column}) IN (10, 19) THEN TRY_CAST({column} AS TIMESTAMP) END"
        return f"coalesce({quick}, try_strptime({column}, [{formats}]))"
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
