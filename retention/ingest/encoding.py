"""Which encoding a file of unknown origin is written in."""

from __future__ import annotations

import codecs
import re
from itertools import islice
from pathlib import Path

CHUNK = 4 << 20
TELLING_PIECES = 4_000
DAMAGED = "utf-8 with damaged letters"
HOME_LETTERS = {
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóöőúüűÁÉÍÓÖŐÚÜŰčďěňřšťůžýČĎĚŇŘŠŤŮŽÝäßÄ",
    "cp1254": "çğıöşüÇĞİÖŞÜâîû",
    "cp1252": "àâäæçéèêëîïñôœöùûüÿßÀÂÄÇÉÈÊËÎÏÑÔŒÖÙÛÜåøÅØíóáúÍÓÁÚ£€’‘“”–°®",
    "cp1251": "абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ№",
    "iso8859_2": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóöőúüűÁÉÍÓÖŐÚÜŰ",
}


def marked_encoding(head: bytes) -> str | None:
    """The encoding that a byte order mark at the beginning names."""
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def utf16_without_mark(path: Path, nuls: int) -> str | None:
    """Every second byte of Western text in UTF-16 is zero; which one tells the byte order."""
    size = path.stat().st_size
    if size < 4 or nuls < size // 4:
        return None
    with open(path, "rb") as stream:
        head = stream.read(1 << 16)
    odd, even = head[1::2].count(0), head[::2].count(0)
    if max(odd, even) < 4 * min(odd, even) + 1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def guess_encoding(path: Path) -> str:
    """The encoding of a file that is not clean UTF-8, judged by the words with letters beyond ASCII."""
    words = list(islice(_telling_words(path), TELLING_PIECES))
    if words and sum(map(_is_utf8, words)) > 0.9 * len(words):
        return DAMAGED
    return best_encoding(b"\n".join(words))


def best_encoding(sample: bytes) -> str:
    """The old code page in which most of the letters beyond ASCII belong to a language we expect.

    >>> best_encoding("Imię;Nazwisko;Cena\\nŁukasz;Wójcik;12,50 zł".encode("cp1250"))
    'cp1250'
    """

    def score(encoding: str) -> float:
        beyond = [
            letter for letter in sample.decode(encoding, errors="replace") if ord(letter) > 127 and letter != "\xa0"
        ]
        return sum(letter in HOME_LETTERS[encoding] for letter in beyond) / max(len(beyond), 1)

    return max(HOME_LETTERS, key=score)


def _telling_words(path: Path):
    with open(path, "rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK), b""):
            yield from re.findall(rb"[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff]*", chunk)


def _is_utf8(word: bytes) -> bool:
    try:
        word.decode()
    except UnicodeDecodeError:
        return False
    return True
