"""Schemes: every code has one segment, and what is saved comes back the same."""

import json
from dataclasses import replace
from math import inf

import pytest

import retention as rt
from retention.segment.schemes import CUT, SCHEMES, codes, read_scheme, scheme_of

# What the vignette of the R package rfm lists for its segments: recency, and frequency and monetary score.
# Its ranges overlap; a scheme has to choose among them.
PUBLISHED = {
    "Champions": ((4, 5), (4, 5)),
    "Loyal Customers": ((2, 5), (3, 5)),
    "Potential Loyalists": ((3, 5), (1, 3)),
    "New Customers": ((4, 5), (1, 1)),
    "Promising": ((3, 4), (1, 1)),
    "Need Attention": ((2, 3), (2, 3)),
    "About to Sleep": ((2, 3), (1, 2)),
    "At Risk": ((1, 2), (2, 5)),
    "Cannot Lose Them": ((1, 1), (4, 5)),
    "Hibernating": ((1, 2), (1, 2)),
    "Lost": ((1, 2), (1, 2)),
}


def two(**changes):
    segments = dict.fromkeys(codes(2), "awake") | {"111": "asleep"}
    return rt.RfmScheme(**{"name": "own", "levels": 2, "segments": segments} | changes)


@pytest.mark.parametrize(("name", "levels", "size"), [("quintile", 5, 125), ("klaviyo", 3, 27)])
def test_every_code_has_one_segment(name, levels, size):
    segments = SCHEMES[name].segments
    assert len(segments) == size
    assert set(segments) == {
        f"{r}{f}{m}" for r in range(1, levels + 1) for f in range(1, levels + 1) for m in range(1, levels + 1)
    }


def test_klaviyo_s_grid_is_the_published_one():
    assert SCHEMES["klaviyo"].recency == (180, 365)
    found = {name: {code for code, other in SCHEMES["klaviyo"].segments.items() if other == name} for name in
             SCHEMES["klaviyo"].names}  # fmt: skip
    assert found == {
        "Champions": {"333", "332", "323"},
        "Loyal": {"321", "322", "331", "232", "233"},
        "Recent": {"311", "312", "313", "222", "223"},
        "Needs Attention": {"213", "221", "123", "132", "133"},
        "At Risk": {"231", "212", "122", "131", "211"},
        "Inactive": {"111", "112", "113", "121"},
    }


def test_the_usual_segments_lie_within_their_published_ranges():
    for code, name in SCHEMES["quintile"].segments.items():
        r, f, m = map(int, code)
        (r_low, r_high), (low, high) = PUBLISHED[name]
        assert r_low <= r <= r_high, (code, name)
        assert low <= (f + m + 1) // 2 <= high, (code, name)
    assert SCHEMES["quintile"].names == list(PUBLISHED)


@pytest.mark.parametrize(
    ("code", "name"),
    [("555", "Champions"), ("445", "Champions"), ("511", "New Customers"), ("444", "Loyal Customers"), ("155", "Cannot Lose Them"),
     ("255", "At Risk"), ("133", "At Risk"), ("111", "Lost"), ("312", "Need Attention")],
)  # fmt: skip
def test_codes_everybody_knows(code, name):
    assert SCHEMES["quintile"].segments[code] == name


@pytest.mark.parametrize("scheme", [*SCHEMES.values(), two(), two(recency=(30,), monetary=(9.99,))])
def test_what_is_saved_comes_back(scheme):
    assert scheme_of(scheme.as_json()) == scheme
    assert scheme_of(scheme.as_json()).names == scheme.names


def test_a_cut_point_out_of_reach_is_null_in_json_and_comes_back():
    scheme = replace(SCHEMES["quintile"], frequency=(2, 3, inf, inf), monetary=(-5.5, 0, 0, 1e7))
    assert json.loads(scheme.as_json(), parse_constant=pytest.fail)["frequency"] == [2, 3, None, None]
    assert read_scheme(scheme.as_json()) == scheme


@pytest.mark.parametrize(
    "changes",
    [
        {"levels": 1},
        {"levels": 10},
        {"levels": "5"},
        {"recency": (1, 2)},
        {"recency": (float("nan"),)},
        {"levels": 3, "recency": (365, 180)},
        {"segments": {}},
        {"segments": dict.fromkeys(codes(2), " ")},
        {"segments": dict.fromkeys([*codes(2), "333"], "all")},
    ],
)
def test_what_cannot_be_a_scheme_is_refused(changes):
    with pytest.raises(rt.OptionError):
        two(**changes)


def test_a_refusal_names_what_is_wrong():
    with pytest.raises(rt.OptionError, match="The cut-points 365, 180 of recency do not fit"):
        replace(SCHEMES["klaviyo"], recency=(365, 180))
    with pytest.raises(rt.OptionError, match="The codes 112 have no segment"):
        two(segments={code: "all" for code in codes(2) if code != "112"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[1]",
        "null",
        "{}",
        '{"a":' * 50_000,
        '{"name": "x", "levels": 1000000, "segments": {}}',
        '{"name": "x", "levels": 2, "recency": ["soon"], "segments": {}}',
        '{"name": "x", "levels": 2, "segments": ["111"]}',
        '{"name": "x", "levels": 2, "segments": {"a": 111}}',
        two().as_json().replace("112", "111"),
        two().as_json().replace('"name"', '"nom"'),
    ],
)
def test_no_file_ends_in_a_traceback(text):
    with pytest.raises(rt.OptionError):
        read_scheme(text)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(rt.OptionError, match="quintile, klaviyo"):
        scheme_of("septile")


def test_cut_points_are_recency_frequency_and_monetary():
    assert CUT == ("recency", "frequency", "monetary")
