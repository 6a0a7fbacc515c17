"""Which encoding a file of unknown origin is written in."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

CHUNK = 4 << 20
TELLING_PIECES = 4_000
DAMAGED = "utf-8 with damaged letters"
TWICE = "utf-8, encoded twice"
LETTERS = {
    "Hungarian": "áéíóöőúüű",
    "Polish": "ąćęłńóśźż",
    "Czech and Slovak": "áäčďéěíĺľňóôŕřšťúůýž",
    "Turkish": "çğıiöşüâîû",  # i is what İ becomes in lower case
    "German and Nordic": "äöüßåæøé",
    "French": "àâæçèéêëîïôùûüœ",
    "Spanish, Portuguese and Italian": "áàâãçéèêíìñóòôõúùü",
    "Russian": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "Ukrainian": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
}
EXPECTED = ("Hungarian", "Polish", "Turkish", "Russian")
TONGUES = {
    "cp1250": ("Hungarian", "Polish", "Czech and Slovak", "German and Nordic"),
    "cp1254": ("Turkish", "German and Nordic", "French"),
    "cp1251": ("Russian", "Ukrainian"),
    "cp1252": ("German and Nordic", "French", "Spanish, Portuguese and Italian"),
    "iso8859_2": ("Hungarian", "Polish", "Czech and Slovak", "German and Nordic"),
    "koi8_r": ("Russian",),
    "cp852": ("Hungarian", "Polish", "Czech and Slovak", "German and Nordic"),
    "cp857": ("Turkish",),
    "cp866": ("Russian",),
}
SIGNS = frozenset("\xa0£€’‘‚“”„–—…°®™©§·×№«»²½±")
RARE_LETTERS = frozenset("фщъэёцхюжшчйґ")  # what common Cyrillic letters turn into under the wrong code page
NEIGHBOURS = re.compile(r"([^\W\d_])(?=([^\W\d_]))")
IMPOSSIBLE = re.compile(
    r"ń[aeiouyó]|[A-Za-z][а-яё]|[а-яё][A-Za-z]|[£®§×²½±](?=[^\W\d_])|(?<=[^\W\d_])([£€]|[‚“„…°™©№«»](?=[^\W\d_]))",
    re.IGNORECASE,
)
MISREAD_AS = ("cp1252", "cp1250", "cp1254", "cp1251", "latin-1")
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def marked_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning names."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def utf16_without_mark(path: Path) -> str | None:
    """In UTF-16 every second byte names an alphabet: 0 and 1 for Latin, 4 for Cyrillic; where it stands tells the order."""
    with open(path, "rb") as stream:
        head = stream.read(1 << 16)
    if len(head) < 4 or 0 not in head:
        return None
    even, odd = (sum(map(part.count, b"\0\1\4")) / len(part) for part in (head[::2], head[1::2]))
    if max(even, odd) < 0.9 or min(even, odd) > 0.1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def guess_encoding(path: Path) -> str:
    """The encoding of a file that is not clean UTF-8, judged by the words with letters beyond ASCII."""
    words: Counter[bytes] = Counter()
    for found in _telling_words(path):
        words.update(found)
        if len(words) >= TELLING_PIECES:
            break
    if sum(count for word, count in words.items() if _is_utf8(word)) > 0.9 * words.total():
        return DAMAGED
    return best_encoding(b"\n".join(words))


def best_encoding(sample: bytes) -> str:
    """The old code page in which the letters beyond ASCII make words of a language we expect.

    Counted are: letters of any language written in that code page, letters of the one that fits best, and words that
    stand in headers.

    >>> best_encoding("Imię;Nazwisko;Cena\\nŁukasz;Wójcik;12,50 zł".encode("cp1250"))
    'cp1250'
    """
    return max(TONGUES, key=lambda encoding: _score(sample.decode(encoding, errors="replace"), TONGUES[encoding]))


def _score(text: str, tongues: tuple[str, ...]) -> float:
    beyond = Counter(letter.lower()[0] for letter in text if letter > "\x7f")
    total = beyond.total() or 1
    weight = {letter: count * (0.5 if letter in RARE_LETTERS else 1) for letter, count in beyond.items()}

    def share(letters: str) -> float:
        return sum(weight.get(letter, 0) for letter in SIGNS.union(letters)) / total

    best = max(share(LETTERS[tongue]) * (1 if tongue in EXPECTED else 0.95) for tongue in tongues)
    words = re.findall(r"[^\W\d_]+", text)
    known = {_folded(word) for word in words if not word.isascii()} & _known_words()
    lone = sum(len(word) == 1 and not word.isascii() for word in words)
    odd = sum(one.islower() and two.isupper() and not (one + two).isascii() for one, two in NEIGHBOURS.findall(text))
    odd += len(IMPOSSIBLE.findall(text))
    return (
        share("".join(LETTERS[tongue] for tongue in tongues)) + best + min(len(known), 3) / 2 - (odd + lone / 2) / total
    )


def _folded(word: str) -> str:
    return word.replace("İ", "i").lower().replace("ı", "i")


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """The words beyond ASCII in the column names and order states that shops write."""
    folder = files("retention.ingest")
    entries = tomllib.loads(folder.joinpath("aliases.toml").read_text(encoding="utf-8"))
    states = tomllib.loads(folder.joinpath("words.toml").read_text(encoding="utf-8"))["status"]
    names = " ".join(name for group in (entries, states) for names in group.values() for name in names)
    return frozenset(_folded(word) for word in re.findall(r"[^\W\d_]+", names) if not word.isascii())


def _telling_words(path: Path) -> Iterator[list[bytes]]:
    with open(path, "rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            if not chunk.isascii():
                yield re.findall(rb"[A-Za-z0-9]*[\x80-\xff][A-Za-z\x80-\xff]*", chunk)


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True


def encoded_twice(path: Path) -> bool:
    """Whether the letters beyond ASCII of a UTF-8 file are UTF-8 that was read as an old code page, and written again."""
    words: Counter[bytes] = Counter()
    for found in _telling_words(path):
        words.update(found)
        if words.total() >= TELLING_PIECES:  # a file that was encoded twice was so from its first letter on
            break
    text = b"\n".join(words).decode("utf-8", "replace")
    runs = BEYOND_ASCII.findall(text)
    return bool(runs) and sum(_once(run) != run for run in runs) > 0.9 * len(runs)


def decode_once_more(text: str) -> str:
    """Undo a second encoding.

    >>> decode_once_more("Å‚Ã³dka, Р—Р°РєР°Р·")
    'łódka, Заказ'
    """
    return BEYOND_ASCII.sub(lambda run: _once(run[0]), text)


@lru_cache(maxsize=10_000)
def _once(run: str) -> str:
    for encoding in MISREAD_AS:
        try:
            return bytes(map(_byte_of(encoding).__getitem__, run)).decode()
        except (KeyError, UnicodeDecodeError):
            continue
    return run


@lru_cache
def _byte_of(encoding: str) -> dict[str, int]:
    """Character → byte; a byte that the code page leaves open stands for the control character of its number."""
    table = {chr(byte): byte for byte in range(128, 256)}
    return table | {bytes([byte]).decode(encoding, "replace"): byte for byte in range(128, 256)}
