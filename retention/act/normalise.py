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

import numpy as np
import pandas as pd

from retention.ingest.phones import e164
from retention.sample.catalogue import PLAIN_LETTERS

E164 = re.compile(r"\+[1-9]\d{6,14}")
LANGUAGES = ("en", "hu", "pl", "ru", "tr", "de")  # in which a country may be written
OTHER_CODES = {"UK": "GB", "EL": "GR"}
BEYOND_LATIN = "\u024f"
PATRONYMIC = re.compile(r"(?:[оеё]вич|[иь]ич|[оеё]вна|ична|инична)$", re.IGNORECASE)
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
    return lower(text).replace(" ", "")


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
    return re.sub(r"[^0-9]", "", text)


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


def by_rule(values: pd.Series, rule: Callable[[str], str | None]) -> pd.Series:
    """A rule for every cell, asked once a distinct text; what is empty after it is missing."""
    codes, texts = pd.factorize(values)
    answers = np.array([*((rule(text) or None) for text in texts), None], dtype=object)
    return pd.Series(answers[codes], values.index, dtype="str")


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
    plain = numbers.str.replace(r"[\s().\-/\u00a0]", "", regex=True).str.replace(r"^00(?=[1-9])", "+", regex=True)
    is_plain = plain.str.fullmatch(E164.pattern).fillna(False) & ~numbers.str.contains("(0)", regex=False).fillna(False)
    found = plain.where(is_plain)
    rest = pd.DataFrame({"number": numbers, "country": countries})[~is_plain & numbers.notna()]
    pairs = rest.drop_duplicates()
    known = {pair: e164(*pair) for pair in pairs.fillna("").itertuples(index=False, name=None)}
    told = [known[pair] for pair in rest.fillna("").itertuples(index=False, name=None)]
    found.loc[rest.index] = [number if number and E164.fullmatch(number) else None for number in told]
    return found


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
