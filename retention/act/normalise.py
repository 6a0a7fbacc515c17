"""Contact data as tools expect them, and their hashes.

What has to come out is written by Meta (customer information parameters) and Google (Customer Match); see formats/. Rules take
the text of one cell and give the text that leaves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from retention.ingest.phones import e164
from retention.sample.catalogue import PLAIN_LETTERS

E164 = re.compile(r"\+[1-9]\d{6,14}")
LANGUAGES = ("en", "hu", "pl", "ru", "tr", "de")  # in which a country may be written
OTHER_CODES = {"UK": "GB", "EL": "GR"}
BEYOND_LATIN = "\u024f"
PATRONYMIC = re.compile(r"(?:[оеё]вич|[иь]ич|[оеё]вна|ична|инична)$", re.IGNORECASE)
BETWEEN = r"[\s().\-/\x{a0}]"  # what stands between digits
BLANK = r"[\pZ\x09-\x0d\x1c-\x1f\x{85}]"  # what Python takes for one; Arrow knows fewer
BEGINNING = 5  # digits of a national number that tell how its prefix is written
ZIP_AND_FOUR = re.compile(r"(\d{5})-\d{4}")


def lower(text: str) -> str:
    """Small letters, each of them one: Python makes two of İ, and no platform has a second one in its own.

    >>> len("İ".lower()), lower(" İBRAHİM "), lower("I\\u0307pek")
    (2, 'ibrahim', 'ipek')
    """
    return " ".join(unicodedata.normalize("NFC", text).replace("İ", "i").lower().split())


def email(text: str) -> str:
    """An e-mail address without spaces, in small letters.

    >>> email(" John_Smith@gmail.com ")
    'john_smith@gmail.com'
    """
    is_written_so = text.isascii() and text.islower() and text.isprintable() and " " not in text
    return text if is_written_so else lower(text).replace(" ", "")


def bare(text: str) -> str:
    """A name in small letters without punctuation; accents stay.

    >>> bare("O’Neill"), bare("Őry-Nagy"), bare("Żółciński")
    ('oneill', 'őrynagy', 'żółciński')
    """
    small = lower(text)
    if small.replace(" ", "").isalpha():
        return small
    return " ".join("".join(sign for sign in small if unicodedata.category(sign)[0] not in "PS").split())


def letters(text: str) -> str:
    """A place in the letters a to z; one written in other letters keeps those.

    >>> letters("Łódź"), letters("San José"), letters("İstanbul"), letters("Нижний Новгород")
    ('lodz', 'sanjose', 'istanbul', 'нижнийновгород')
    """
    small = lower(text)
    if any(sign > BEYOND_LATIN and sign.isalpha() for sign in small):
        return "".join(filter(str.isalpha, small))
    plain = unicodedata.normalize("NFKD", small.translate(PLAIN_LETTERS).replace("ı", "i"))
    return "".join(sign for sign in plain if "a" <= sign <= "z")


def joined(text: str) -> str:
    """A postal code in small letters without spaces and dashes, of a United States one the first five digits.

    >>> joined("00-950"), joined("94107-1234"), joined("SW1A 1AA")
    ('00950', '94107', 'sw1a1aa')
    """
    code = trimmed(text)
    if found := ZIP_AND_FOUR.fullmatch(code):
        return found[1]
    return re.sub(r"[\s-]", "", code.lower())


def trimmed(text: str) -> str:
    """The same without spaces around it, and without the apostrophe with which some exports keep zeros.

    >>> trimmed(" '02134 ")
    '02134'
    """
    return text.strip().lstrip("'").strip()


def digits(text: str) -> str:
    """Only the digits.

    >>> digits("+36 20 680-1668"), digits("1990-05-17")
    ('36206801668', '19900517')
    """
    rest = text.removeprefix("+")
    return rest if rest.isdecimal() and rest.isascii() else re.sub(r"[^0-9]", "", text)


def initial(text: str) -> str:
    """f or m, nothing for anything else.

    >>> initial("female"), initial("diverse")
    ('f', '')
    """
    return {"female": "f", "male": "m"}.get(text, "")


def subscribed(text: str) -> str:
    """What Klaviyo calls who agreed.

    >>> subscribed("yes"), subscribed("no")
    ('SUBSCRIBED', '')
    """
    return "SUBSCRIBED" if text == "yes" else ""


RULES: dict[str, Callable[[str], str]] = {
    rule.__name__: rule for rule in (lower, email, bare, letters, joined, trimmed, digits, initial, subscribed)
}


def texts(column: pd.Series) -> pa.Array:
    """A column as Arrow has it, in one piece."""
    cells = pa.array(column, pa.string(), from_pandas=True)
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells


def by_rule(values: pd.Series, *rules: Callable[[str], str | None]) -> pd.Series:
    """Rules for every cell, one after the other, asked once a distinct text; what is empty after one of them is missing.

    >>> by_rule(pd.Series([" A ", None, "-"]), bare, hashed).str[:6].tolist()
    ['ca9781', nan, nan]
    """
    encoded = texts(values).dictionary_encode()
    answers = encoded.dictionary.to_pylist()
    for rule in rules:
        answers = [(rule(text) or None) if text else None for text in answers]
    cells = pa.array(answers, pa.string())
    if len(cells) < len(values):  # else every cell is a text of its own, in this order
        cells = cells.take(encoded.indices)
    return pd.Series(cells, values.index, dtype="str")


def hashed(text: str) -> str:
    """SHA-256 as 64 hexadecimal digits.

    >>> hashed(email("John_Smith@gmail.com"))[:16], hashed(digits("+1 650 555 1212"))[:16]
    ('62a14e44f765419d', 'e323ec626319ca94')
    """
    return sha256(text.encode()).hexdigest()


def cut(text: str, bytes: int) -> str:
    """As much of a text as fits, cut between letters.

    >>> cut("żółw", 5), cut("żółw", 4)
    ('żó', 'żó')
    """
    encoded = text.encode()
    return text if len(encoded) <= bytes else encoded[:bytes].decode(errors="ignore")


def phones(numbers: pd.Series, countries: pd.Series) -> pd.Series:
    """Phone numbers in E.164, by the customer's country where they lack its prefix; missing where that cannot be told.

    >>> phones(pd.Series(["+36 20 680-1668", "0036206801668", "20 680 1668", "5"]), pd.Series(["PL", "", "HU", "HU"])).tolist()
    ['+36206801668', '+36206801668', '+36206801668', nan]
    """
    plain = _without(numbers, BETWEEN)
    plain = pc.replace_substring_regex(plain, "^00([1-9])", r"+\1")
    is_plain = pc.and_not(
        pc.match_substring_regex(plain, f"^{E164.pattern}$"), pc.match_substring(texts(numbers), "(0)")
    )
    found = pd.Series(pc.if_else(pc.fill_null(is_plain, False), plain, None), numbers.index, dtype="str")
    is_plain = found.notna()
    rest = pd.DataFrame({"number": numbers, "country": countries})[~is_plain & numbers.notna()]
    found.loc[rest.index] = _national(rest)
    return found


def _national(rest: pd.DataFrame) -> pd.Series:
    """The numbers of people of one country that begin alike and are as long lose the same digits: one of them is looked up.

    rest: number, country. It takes a twentieth of a second to look up a thousand, and there may be half a million.
    """
    written = pd.Series(_without(rest["number"], r"\(0\)|" + BETWEEN), rest.index, dtype="str")
    is_plain = written.str.fullmatch(r"[0-9]{5,15}").fillna(False)
    kind = written.str.slice(0, BEGINNING).where(is_plain, written)
    keys = pd.DataFrame({"country": rest["country"].fillna(""), "kind": kind, "length": written.str.len()}, rest.index)
    first = ~keys.duplicated()
    shown = pd.DataFrame({"written": written[first], "country": keys.loc[first, "country"]})
    known = [e164(number, country) for number, country in shown.itertuples(index=False)]
    known = [number if number and E164.fullmatch(number) else None for number in known]
    same = [_shared_end(number, given) for number, given in zip(known, shown["written"], strict=True)]
    looked_up = keys[first].assign(
        before=[number and number[: len(number) - kept] for number, kept in zip(known, same, strict=True)], kept=same
    )
    each = keys.merge(looked_up, on=["country", "kind", "length"], how="left")
    pairs = zip(written.tolist(), each["before"].tolist(), each["kept"].tolist(), strict=True)
    told = [before + text[len(text) - kept :] if isinstance(before, str) else None for text, before, kept in pairs]
    return pd.Series(told, rest.index, dtype="str")


def _without(numbers: pd.Series, what: str) -> pa.Array:
    return pc.replace_substring_regex(texts(numbers), what, "")


def _shared_end(number: str | None, given: str) -> int:
    """How many digits at the end are the same in both."""
    end = 0
    while number and end < min(len(number) - 1, len(given)) and number[-1 - end] == given[-1 - end]:
        end += 1
    return end


def country_code(country: str) -> str | None:
    """The two letters of ISO 3166 for a country, however it is written; nothing where that cannot be told.

    >>> country_code("hu"), country_code("Magyarország"), country_code("Türkiye"), country_code("UK"), country_code("Atlantis")
    ('HU', 'HU', 'TR', 'GB', None)
    """
    given = country.strip()
    if len(given) == 2 and given.isascii() and given.isalpha():
        return OTHER_CODES.get(given.upper(), given.upper())
    return _countries().get(lower(given))


@lru_cache
def _countries() -> dict[str, str]:
    from babel import Locale

    named = [(name, code) for language in LANGUAGES for code, name in Locale(language).territories.items()]
    return {lower(name): code for name, code in named if len(code) == 2 and code.isalpha()}


def split_name(name: str, family_first: bool) -> tuple[str | None, str | None]:
    """First and last name. The last word is the last name, in Hungary the first one; a word alone is a first name.

    >>> split_name("Jan Maria Żółciński", False), split_name("Nagy László", True), split_name("Иванов Пётр Ильич", False)
    (('Jan Maria', 'Żółciński'), ('László', 'Nagy'), ('Пётр', 'Иванов'))
    """
    words = name.split()
    if len(words) < 2:
        return (words[0] if words else None), None
    if len(words) == 3 and PATRONYMIC.search(words[2]):
        return words[1], words[0]
    if family_first:
        return " ".join(words[1:]), words[0]
    return " ".join(words[:-1]), words[-1]


def split_names(names: pd.Series, family_first: pd.Series) -> pd.DataFrame:
    """First and last names; those of two words, which are most, all at once.

    >>> split_names(pd.Series(["Anna Nowak", "Nagy Ági", " Cher", None]), pd.Series([False, True, False, False])).to_numpy().tolist()
    [['Anna', 'Nowak'], ['Ági', 'Nagy'], ['Cher', nan], [nan, nan]]
    """
    words = pc.utf8_split_whitespace(pc.replace_substring_regex(pc.fill_null(texts(names), ""), BLANK, " "))
    is_pair = pc.equal(pc.list_value_length(words), 2).to_numpy(zero_copy_only=False)
    pairs = words.filter(pa.array(is_pair))
    one, two = (pd.Series(pc.list_element(pairs, place), names.index[is_pair], dtype="str") for place in (0, 1))
    swaps = family_first[is_pair]
    split = pd.DataFrame({"first": one.mask(swaps, two), "last": two.mask(swaps, one)}).reindex(names.index)
    others = ~is_pair & names.notna() | (split == "").any(axis=1)
    rest = [split_name(*pair) for pair in zip(names[others], family_first[others], strict=True)]
    split.loc[others] = pd.DataFrame(rest, split.index[others], split.columns, dtype="str")
    return split
