"""The one place for language: messages through gettext, numbers, money and dates through Babel.

Messages live in `locale/<code>.po` beside this module; English is the text in the source. The language is a
context variable: each thread (each run of a Streamlit session) has its own and starts in English.

    >>> use_language("tr")
    'tr'
    >>> percent(0.123)
    '%12,3'
    >>> use_language("en")
    'en'
"""

import gettext as _gettext
import io
import math
import re
from contextvars import ContextVar
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

import pandas as pd
from babel import Locale, dates, numbers
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

MISSING = "–"
_LOCALE_DIR = Path(__file__).parent / "locale"
_LANGUAGES = {"en": "English", "hu": "Magyar", "pl": "Polski", "tr": "Türkçe", "ru": "Русский"}
_language: ContextVar[str] = ContextVar("language", default="en")

# Babel follows CLDR, which still gives the forint two decimals; no shop has priced in fillér since 1999.
_DIGITS = {"HUF": 0}


def languages():
    """Return the languages on offer as `{code: name in that language}`, English first."""
    return dict(_LANGUAGES)


def use_language(code):
    """Use a language in this thread from here on, and return the code in use.

    A regional code is reduced to its language ("pl-PL" is Polish); one that is not on offer, or None, is
    English.

    >>> use_language("hu-HU"), use_language("xx"), use_language(None)
    ('hu', 'en', 'en')
    """
    short = re.split("[-_]", code or "")[0].lower()
    chosen = short if short in _LANGUAGES else "en"
    _language.set(chosen)
    return chosen


def language():
    """Return the code of the language in use.

    >>> language()
    'en'
    """
    return _language.get()


@lru_cache(maxsize=16)
def _catalog(code):
    path = _LOCALE_DIR / f"{code}.po"
    if not path.is_file():
        return _gettext.NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)


def _(message):
    """Return a message in the language in use, or as it stands when it has no translation.

    >>> _("Customers")
    'Customers'
    """
    return _catalog(language()).gettext(message) if message else ""


def ngettext(singular, plural, n):
    """Return the form of a message that goes with a count; the caller fills the placeholders.

    >>> ngettext("{n} order", "{n} orders", 2).format(n=2)
    '2 orders'
    """
    return _catalog(language()).ngettext(singular, plural, n)


def _missing(x):
    if x is None or bool(pd.isna(x)):
        return True
    return isinstance(x, float) and math.isinf(x)


def _decimal(x, digits):
    """Round half up, as people do, and never to minus zero."""
    return Decimal(str(x)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0


def _with_digits(pattern, digits):
    return re.sub(r"0(\.[0#]+)?(?=[^0#.,]*$)", "0" + ("." + "0" * digits if digits else ""), pattern, count=1)


def _spaced(text):
    """Part a currency code from its number: CLDR asks for this space, Babel leaves it out."""
    return re.sub(r"(?<=[A-Z]{3})(?=\d)", "\N{NO-BREAK SPACE}", text)


def number(x, digits=0):
    """Format a number with a fixed count of decimals; missing or infinite is a dash.

    >>> number(1234.5, 1), number(None)
    ('1,234.5', '–')
    """
    if _missing(x):
        return MISSING
    locale = Locale.parse(language())
    pattern = _with_digits(locale.decimal_formats[None].pattern, digits)
    return numbers.format_decimal(_decimal(x, digits), format=pattern, locale=locale)


def number_short(x):
    """Format a count for an axis or a card: whole below ten thousand, then "12.5K", "1.2M".

    >>> number_short(9500), number_short(12500)
    ('9,500', '12.5K')
    """
    if _missing(x):
        return MISSING
    if abs(x) < 10_000:
        return number(x, 0 if float(x).is_integer() else 1)
    return numbers.format_compact_decimal(Decimal(str(x)), locale=language(), fraction_digits=1)


def money(x, currency, digits=None):
    """Format an amount in currency units; decimals as the currency has them unless `digits` says otherwise.

    `currency` is an ISO code; "" (unknown) gives the number alone.

    >>> money(1234.5, "EUR"), money(1234.5, "")
    ('€1,234.50', '1,234.50')
    """
    if _missing(x):
        return MISSING
    if digits is None:
        digits = _DIGITS.get(currency, numbers.get_currency_precision(currency) if currency else 2)
    if not currency:
        return number(x, digits)
    locale = Locale.parse(language())
    pattern = _with_digits(locale.currency_formats["standard"].pattern, digits)
    value = _decimal(x, digits)
    return _spaced(numbers.format_currency(value, currency, pattern, locale=locale, currency_digits=False))


def money_change(x, currency, digits=None):
    """Format a change of an amount with its sign.

    >>> money_change(12.5, "EUR"), money_change(-12.5, "EUR"), money_change(0.2, "EUR", 0)
    ('+€12.50', '-€12.50', '€0')
    """
    written = money(x, currency, digits)
    is_more = not _missing(x) and x > 0 and written != money(0, currency, digits)
    return f"+{written}" if is_more else written


def money_short(x, currency):
    """Format an amount for an axis or a card, where exact cents are noise.

    >>> money_short(1234567, "EUR"), money_short(250, "EUR")
    ('€1.2M', '€250')
    """
    if _missing(x):
        return MISSING
    if abs(x) < 1000:
        return money(x, currency, 0 if abs(x) >= 100 or float(x).is_integer() else None)
    if not currency:
        return numbers.format_compact_decimal(Decimal(str(x)), locale=language(), fraction_digits=1)
    value = Decimal(str(x))
    return _spaced(numbers.format_compact_currency(value, currency, locale=language(), fraction_digits=1))


def percent(share, digits=1):
    """Format a share (0–1) as a percentage.

    >>> percent(0.2365), percent(float("nan"))
    ('23.7%', '–')
    """
    if _missing(share):
        return MISSING
    locale = Locale.parse(language())
    pattern = _with_digits(locale.percent_formats[None].pattern, digits)
    return numbers.format_percent(_decimal(share, digits + 2), format=pattern, locale=locale)


def percent_change(change, digits=1):
    """Format a relative change (0.1 is a tenth more) as a percentage with its sign.

    >>> percent_change(0.057), percent_change(-0.032)
    ('+5.7%', '-3.2%')
    """
    sign = "+" if not _missing(change) and _decimal(change, digits + 2) > 0 else ""
    return sign + percent(change, digits)


def percent_points(difference, digits=1):
    """Format a difference between two shares (0–1) in percentage points, with its sign.

    >>> percent_points(0.012), percent_points(-0.012)
    ('+1.2 pp', '-1.2 pp')
    """
    if _missing(difference):
        return MISSING
    points = _decimal(difference, digits + 2) * 100
    sign = "+" if points > 0 else ""
    return _("{points} pp").format(points=sign + number(points, digits))


def date(d):
    """Format a day.

    >>> date(pd.Timestamp("2024-12-02"))
    'Dec 2, 2024'
    """
    return MISSING if _missing(d) else dates.format_date(pd.Timestamp(d).date(), "medium", locale=language())


def weekday(d):
    """Name the day of the week of a day, as it stands in a sentence.

    >>> weekday(pd.Timestamp("2024-12-02"))
    'Monday'
    """
    return dates.format_date(pd.Timestamp(d).date(), "EEEE", locale=language())


def month_and_year(d):
    """Write a month in full, as it stands in a sentence.

    >>> month_and_year(pd.Timestamp("2025-12-01"))
    'December 2025'
    """
    return dates.format_skeleton("yMMMM", d, locale=language())


def period_label(timestamp, period):
    """Name the day, week, month, quarter or year that starts at a timestamp. Weeks are ISO weeks.

    >>> start = pd.Timestamp("2024-12-02")
    >>> [period_label(start, period) for period in ("week", "month", "quarter", "year")]
    ['W49 2024', 'Dec 2024', 'Q4 2024', '2024']
    """
    if _missing(timestamp):
        return MISSING
    day = pd.Timestamp(timestamp).date()
    if period == "day":
        return date(day)
    if period == "week":
        year, week, _day = day.isocalendar()
        return _("W{week} {year}").format(week=f"{week:02d}", year=year)
    if period == "year":
        return str(day.year)
    skeletons = {"month": "yMMM", "quarter": "yQQQ"}
    if period not in skeletons:
        raise ValueError(f"period={period!r}: expected day, week, month, quarter or year")
    return dates.format_skeleton(skeletons[period], day, locale=language())


def is_month(start, end):
    """Tell whether a window (first day, day after the last) is one calendar month."""
    return start.day == end.day == 1 and (end - start).days < 32


def span(start, end):
    """Write a window (first day, day after the last): a month by its name, anything else by its first and last day.

    >>> span(pd.Timestamp("2025-10-01"), pd.Timestamp("2026-01-01"))
    'Oct 1, 2025 to Dec 31, 2025'
    """
    if is_month(start, end):
        return month_and_year(start)
    return _("{first} to {last}").format(first=date(start), last=date(end - pd.Timedelta(days=1)))


def interval(low, high, fmt):
    """Format an interval with a function for its ends; a dash when either end is missing.

    >>> interval(0.201, 0.253, percent)
    '20.1% – 25.3%'
    """
    if _missing(low) or _missing(high):
        return MISSING
    return f"{fmt(low)} – {fmt(high)}"


def listed(words):
    """Join words as a sentence lists them.

    >>> listed(["one", "two", "three"])
    'one, two, and three'
    """
    return format_list(list(words), locale=language())
