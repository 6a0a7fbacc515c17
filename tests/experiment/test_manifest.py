"""An experiment goes into a file and comes back as it was; what is no such file is refused with a sentence."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import retention as rt
from retention.experiment.manifest import Experiment

REFS = ["ada@shop.test", "bo@shop.test", "+36301234567", "c-17"]
TEST = Experiment(
    name="Free shipping",
    assigned_on=date(2026, 1, 1),
    days=60,
    metric="repeat",
    control="control",
    shares={"control": 0.5, "offer": 0.5},
    seed=7,
    units=pd.DataFrame({"customer_ref": REFS, "variant": ["control", "offer", "offer", "control"]}, dtype="str"),
    planned_n=4,
    population={"all": [{"field": "net", "test": "at least", "value": 500}]},
    stratify_by=("segment", "value"),
    cost_per_customer=0.4,
    cost_per_order=4.9,
    learned={"verdict": "better", "effect": 0.021},
)
PARTS = [name for name in Experiment.__dataclass_fields__ if name != "units"]


def back(experiment: Experiment) -> Experiment:
    return rt.read_experiment(rt.experiment_file(experiment))


def changed(**parts: object) -> str:
    return json.dumps(json.loads(rt.experiment_file(TEST)) | parts)


def test_everything_comes_back_from_a_file(tmp_path):
    path = tmp_path / TEST.file_name
    path.write_text(rt.experiment_file(TEST), encoding="utf-8")
    for source in (path, str(path), path.read_bytes(), b"\xef\xbb\xbf" + path.read_bytes(), path.read_text("utf-8")):
        read = rt.read_experiment(source)
        assert {name: getattr(read, name) for name in PARTS} == {name: getattr(TEST, name) for name in PARTS}
        pd.testing.assert_frame_equal(read.units, TEST.units.sort_values("customer_ref", ignore_index=True))


@settings(max_examples=50, deadline=None)
@given(
    name=st.text(min_size=1).filter(str.strip),
    arms=st.lists(st.text(min_size=1).filter(str.strip), min_size=2, max_size=4, unique=True),
    refs=st.lists(st.text(min_size=1).filter(str.strip), unique=True, max_size=8),
    cost=st.floats(0, 1e9),
    seed=st.integers(0, 2**70),
    learned=st.none() | st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False) | st.text()),
)
def test_any_experiment_comes_back_exactly(name, arms, refs, cost, seed, learned):
    variants = [arms[place % len(arms)] for place in range(len(refs))]
    units = pd.DataFrame({"customer_ref": refs, "variant": variants}, dtype="str")
    shares = dict.fromkeys(arms, 1 / len(arms))
    shares[arms[0]] = 1 - sum(list(shares.values())[1:])
    test = replace(
        TEST, name=name, shares=shares, control=arms[-1], units=units, cost_per_order=cost, seed=seed, learned=learned
    )
    read = back(test)
    assert {name: getattr(read, name) for name in PARTS} == {name: getattr(test, name) for name in PARTS}
    pd.testing.assert_frame_equal(read.units, units.sort_values("customer_ref", ignore_index=True))
    assert read.file_name == test.file_name


def test_what_was_learned_may_lack_numbers():
    assert back(replace(TEST, learned={"low": float("nan"), "worth": [{"high": float("inf")}]})).learned == {
        "low": None,
        "worth": [{"high": None}],
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ingyenes szállítás 5 000 Ft felett!", "ingyenes-szallitas-5-000-ft-felett"),
        ("Żółty kupon, część 2", "zolty-kupon-czesc-2"),
        ("İNDİRİM şubat ığ", "indirim-subat-ig"),
        ("Бесплатная доставка", "besplatnaya-dostavka"),
        ("免运费", "test"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 100, "x" * 40),
    ],
)
def test_the_name_of_the_file_is_plain(name, words):
    file_name = replace(TEST, name=name).file_name
    assert file_name.rpartition("-")[0] == words
    assert len(file_name.rpartition("-")[2]) == len("0123456789ab.json")


def test_two_designs_are_told_apart_and_show_no_address():
    others = [
        {"seed": 8}, {"days": 30}, {"assigned_on": date(2026, 1, 2)}, {"cost_per_order": 5.0}, {"planned_n": None},
        {"population": None}, {"shares": {"control": 0.4, "offer": 0.6}}, {"metric": "orders"}, {"control": "offer"},
        {"units": TEST.units.assign(variant=["offer", "control", "offer", "control"])},
    ]  # fmt: skip
    shown = [repr(TEST), *(repr(replace(TEST, **other)) for other in others)]
    assert len(set(shown)) == len(shown)
    assert not [ref for ref in REFS for text in shown if ref in text]
    assert repr(TEST) == f"rt.read_experiment({TEST.file_name!r})"


def test_the_order_of_the_customers_and_what_was_learned_change_no_name():
    assert replace(TEST, units=TEST.units.iloc[::-1]).file_name == TEST.file_name
    assert replace(TEST, learned=None).file_name == TEST.file_name
    assert rt.experiment_file(replace(TEST, units=TEST.units.iloc[::-1])) == rt.experiment_file(TEST)


@pytest.mark.parametrize(
    "text", ["{}", "[1]", '{"kind": "retention-mapping"}', '{"a": NaN}', "{" * 100_000, b"\xff\xfe", b"name;variant"]
)
def test_what_is_no_experiment_is_refused(text):
    with pytest.raises(rt.FileError, match=r"^This is no experiment. Bring the file that was saved"):
        rt.read_experiment(text if not isinstance(text, str) else text.encode())


def test_a_missing_file_and_another_version_are_named():
    with pytest.raises(rt.FileError, match=r"^There is no file nowhere.json. Check the path: .*nowhere.json"):
        rt.read_experiment("some/nowhere.json")
    with pytest.raises(rt.FileError, match=r"has version 2; version 1 can be read here"):
        rt.read_experiment(changed(version=2))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("name", " "), ("assigned_on", "1 May"), ("assigned_on", 5), ("days", 0), ("days", True), ("days", 6.5), ("metric", None),
        ("seed", "x"), ("seed", -1), ("shares", []), ("shares", {"control": "half", "offer": 0.5}), ("planned_n", 0),
        ("population", []), ("stratify_by", "segment"), ("cost_per_customer", -1), ("cost_per_order", "4"),
        ("units", []), ("units", {"control": "ada"}), ("units", {"control": [1]}), ("learned", "much"),
    ],
)  # fmt: skip
def test_a_damaged_part_is_named(part, value):
    with pytest.raises(rt.FileError, match=rf"^The experiment file is damaged: {part} is missing or not as it was"):
        rt.read_experiment(changed(**{part: value}))


@pytest.mark.parametrize("part", [name for name in PARTS if name not in ("kind", "version")])
def test_a_part_that_is_missing_is_named(part):
    plain = json.loads(rt.experiment_file(TEST))
    del plain[part]
    with pytest.raises(rt.FileError, match=rf"damaged: {part} is missing"):
        rt.read_experiment(json.dumps(plain))


def test_a_design_that_cannot_be_is_refused():
    for parts, said in (
        ({"units": {"third": ["ada"]}}, "Variant third has no share"),
        ({"units": {"control": ["ada", "bo"], "offer": ["bo", "ada", "cy"]}}, "more than once: 2"),
        ({"units": {"control": ["ada", "ada"]}}, "more than once: 1"),
        ({"shares": {"control": 0.5, "offer": 0.4}}, "add up to 0.9"),
        ({"shares": {"control": 1.5, "offer": -0.5}}, "The share of control is 1.5"),
        ({"shares": {"control": 1.0}}, "at least two arms; there is 1"),
        ({"control": "nobody"}, "There is no arm nobody"),
        ({"population": {"all": []}}, "A rule without conditions"),
    ):
        with pytest.raises(rt.OptionError, match=said):
            rt.read_experiment(changed(**parts))
