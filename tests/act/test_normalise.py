"""What platforms publish about their own normalising, and letters of the languages shops write in."""

from __future__ import annotations

from hashlib import sha256

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retention.act.normalise import (
    RULES,
    bare,
    by_rule,
    cut,
    digits,
    email,
    hashed,
    letters,
    lower,
    phones,
    split_name,
    split_names,
)
from retention.ingest.phones import e164

# developers.facebook.com, Customer Information Parameters: input, rule, expected SHA-256
PUBLISHED = [
    ("John_Smith@gmail.com", email, "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
    ("+1 (650) 555-1212", digits, "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
    ("Mary", bare, "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
    ("정", bare, "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14"),
    ("Valéry", bare, "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
]
NUMBERS = [
    ("20 680 1668", "HU"), ("06 20/680-1668", "HU"), ("0036 20 680 1668", "PL"), ("+36 20 680 1668", None), ("600 700 800", "PL"),
    ("8 (916) 123-45-67", "RU"), ("8 916 987-65-43", "RU"), ("0532 123 45 67", "TR"), ("(650) 555-1212", "US"), ("+44 (0)20 7946 0018", "GB"),
    ("020 7946 0018", "GB"), ("5", "HU"), ("20 680 1668", None), ("no phone", "HU"), ("", "HU"), (None, "HU"), ("+0123456789", "HU"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "rule", "expected"), PUBLISHED)
def test_hashes_are_those_the_platform_publishes(given, rule, expected):
    assert hashed(rule(given)) == expected


def test_the_turkish_capital_is_one_letter_small():
    assert len("İ".lower()) == 2
    for text in ("İPEK", "I\u0307PEK", " ipek "):
        assert bare(text) == lower(text) == "ipek"
    assert hashed(bare("İpek")) == sha256(b"ipek").hexdigest()
    assert bare("Işıl") == "işıl"  # ı is no i


def test_accents_stay_in_names_and_go_from_places():
    assert [bare(name) for name in ("Őry", "O\u030bry", "Żółciński", "ЁЖ", "d'Arc-Ősz")] == [
        "őry",
        "őry",
        "żółciński",
        "ёж",
        "darcősz",
    ]
    assert [letters(city) for city in ("Győr", "Łódź", "Kadıköy", "Нижний Новгород", "St. Ives")] == [
        "gyor", "lodz", "kadikoy", "нижнийновгород", "stives"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "for_meta", "for_google"),
    [
        ("00-950", "00950", "00-950"),
        ("94107-1234", "94107", "94107-1234"),
        (" 1011 ", "1011", "1011"),
        ("'02134", "02134", "02134"),
    ],
)
def test_postal_codes(code, for_meta, for_google):
    assert (RULES["joined"](code), RULES["trimmed"](code)) == (for_meta, for_google)


def test_phones_all_at_once_are_those_one_by_one():
    numbers, countries = (pd.Series(part, dtype="str") for part in zip(*NUMBERS, strict=True))
    expected = []
    for number, country in NUMBERS:
        found = e164(number, country) if number else None
        expected.append(found if found and len(found) > 7 and found[1] != "0" else None)
    found = phones(numbers, countries)
    assert [None if pd.isna(number) else number for number in found] == expected
    assert (
        found[0] == found[1] == found[2] == "+36206801668"
        and found[5] == "+79161234567"
        and found[9] == "+442079460018"
    )


def test_a_rule_is_asked_once_a_text():
    asked = []
    values = pd.Series(["a", "b", None, "a"], index=[3, 1, 2, 0])
    found = by_rule(values, lambda text: asked.append(text) or ("" if text == "b" else text * 2))
    assert asked == ["a", "b"]
    assert found.index.tolist() == [3, 1, 2, 0] and found.fillna("-").tolist() == ["aa", "-", "-", "aa"]


def test_a_text_is_cut_between_letters():
    name = "Ő" * 200
    assert cut(name, 255) == "Ő" * 127 and cut("Anna", 255) == "Anna"


@pytest.mark.parametrize(
    ("name", "family_first", "parts"),
    [
        ("Nagy László", True, ("László", "Nagy")), ("Jan Maria Żółciński", False, ("Jan Maria", "Żółciński")), ("Cher", True, ("Cher", None)),
        ("Иванова Анна Сергеевна", False, ("Анна", "Иванова")), ("İpek Çağla Öz", False, ("İpek Çağla", "Öz")), ("", False, (None, None)),
    ],
)  # fmt: skip
def test_first_and_last_names(name, family_first, parts):
    assert split_name(name, family_first) == parts


@given(
    st.lists(
        st.tuples(st.none() | st.text(" aŐПÿ\u00a0\u2003\x1f\x85\t-", max_size=9), st.booleans()),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=60, deadline=None)
def test_many_names_are_split_as_each_of_them_is(people):
    names, family_first = (pd.Series(list(part)) for part in zip(*people, strict=True))
    split = split_names(names.astype("str"), family_first.astype(bool))
    each = [split_name(name, first) if name else (None, None) for name, first in people]
    assert split.astype(object).where(split.notna(), None).to_numpy().tolist() == [list(pair) for pair in each]
