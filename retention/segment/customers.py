"""Customers found by what is known of them: a name, an address, a number."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import ibis
import pandas as pd

from retention.orders import Orders

FOUND = 20
LEAST = 3  # characters from which on a text may stand in the middle of a name or address
DIGITS = 4  # digits from which on a text may be part of a phone number
TAIL = 8  # digits that a phone number keeps whether it is written with the country or without
NOT_DECOMPOSED = {"ł": "l", "ø": "o", "đ": "d", "ı": "i"}
LETTERS = (*range(0x41, 0x250), *range(0x370, 0x530), *range(0x1E00, 0x1F00))  # Latin, Greek, Cyrillic


def find_customers(orders: Orders, text: str = "") -> pd.DataFrame:
    """Customers by a piece of their name, e-mail address, phone number or customer number, or by the number of an order.

    Capitals and accents do not matter: "orsi" finds Őrsike. Several words may stand in any order, and each has to be found. Exact
    matches come first, then those where a name or address begins with the text, then those where it stands further
    inside, each by net revenue. One and two characters are looked for at the beginning only. Order numbers have to match
    whole, with or without #; of a phone number the last eight digits are enough. Without a text, the customers who brought
    most.

    With filters, the customers with an order that passes them.

    Returns at most 20 rows: customer_id, customer_ref (what identifies the customer), name, email, phone, city, country,
    purchases, net (currency units), last_order; the last three over the whole history. No row where nobody is found.

    When not to trust it: one person with two addresses is two customers, and two people with one name are told apart by their
    address only.

    >>> import retention as rt
    >>> rt.find_customers(rt.load_sample(), "#101506")["name"].tolist()
    ['Őry Őrsike']
    """
    customers = orders.customers
    table = customers.mutate(rank=ibis.literal(0))
    if text := " ".join("".join(letter if letter.isprintable() else " " for letter in text).split()):
        ref = customers.customer_ref
        address = ibis.ifelse(ref.contains("@"), "", customers.email.fill_null(""))  # else it is the reference
        known = customers.name.fill_null("") + "\n" + ref + "\n" + address  # read line by line
        numbers = _of_order(orders, text) + ([int(text)] if text.isdecimal() and len(text) < 10 else [])
        is_numbered = customers.customer_id.isin(numbers) if numbers else ibis.literal(False)
        start = "(?m)^" if len(text) < LEAST else ""
        is_found = ibis.and_(*(known.re_search(start + _pattern(word)) for word in text.split())) | is_numbered
        if digits := _digits(text):
            is_found |= customers.phone.fill_null("").contains(digits)
        is_whole = known.re_search(f"(?m)^{_pattern(text)}$") | is_numbered
        begins = known.re_search(rf"(?m)(^|[\s-]){_pattern(text)}")
        table = customers.filter(is_found).mutate(rank=ibis.cases((is_whole, 0), (begins, 1), else_=2))
    table = table.order_by("rank", table.net.desc(), "customer_id").limit(FOUND)
    columns = ("customer_id", "customer_ref", "name", "email", "phone", "city", "country", "purchases", "net")
    found = orders.frame(table.select(*columns, "last_order", "rank"))
    found = found.sort_values(["rank", "net", "customer_id"], ascending=[True, False, True], ignore_index=True)
    return found.drop(columns="rank").assign(net=found["net"] / 100)


def _of_order(orders: Orders, text: str) -> list[int]:
    """Whose order has this number."""
    table, bare = orders.orders, text.removeprefix("#")
    written = [mark + number for mark in ("", "#") for number in {bare, bare.lower(), bare.upper()}]
    numbered = table.filter(table.customer_id.notnull(), table.order_ref.isin(sorted(written)))
    found = orders.frame(numbered.select("customer_id").distinct().order_by("customer_id").limit(FOUND))
    return [int(customer) for customer in found["customer_id"]]


def _digits(text: str) -> str:
    """The part of a text that a phone number in international form would hold; empty where it is no phone number."""
    digits = re.sub(r"[\s+()/.-]", "", text)
    if not digits.isdecimal() or len(digits) < DIGITS:
        return ""
    return digits if text.startswith("+") or len(digits) <= TAIL else digits[-TAIL:]


def _pattern(text: str) -> str:
    """A regular expression that finds a text whatever its capitals and accents."""
    parts = re.split("ß|ẞ|[sS][sS]", unicodedata.normalize("NFC", text))
    return f"(?:[ßẞ]|{_letter_pattern('s') * 2})".join("".join(map(_letter_pattern, part)) for part in parts)


@lru_cache(maxsize=1024)
def _letter_pattern(letter: str) -> str:
    alike = _alike().get(_plain(letter), "")
    return rf"[{alike}]\p{{M}}*" if alike else re.escape(letter)


@lru_cache
def _alike() -> dict[str, str]:
    """A plain letter → all letters that are it with some accent, small and capital."""
    found: dict[str, str] = {}
    for letter in map(chr, LETTERS):
        if letter.isalpha():
            found[_plain(letter)] = found.get(_plain(letter), "") + letter
    return found


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()[0]
    return NOT_DECOMPOSED.get(base, base)
