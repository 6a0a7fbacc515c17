"""Rules: what they say, what they refuse, and who meets them, worked out by hand."""

from __future__ import annotations

import operator
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import retention as rt
from retention.orders import whole_history
from retention.periods import day_number
from retention.segment.conditions import Condition
from retention.segment.fields import FIELDS, TESTS
from retention.segment.rules import Rule, rule_of
from retention.segment.scores import standings, with_segments

ORDERS = """order_id,ordered_at,status,email,phone,country,city,consent,is_guest,channel,product,category,quantity,unit_price,discount,discount_code,refunded
1,2025-01-10,paid,ann@example.com,,PL,Gdynia,yes,no,web,Lamp,Light,2,100,,,
2,2025-06-20,paid,ann@example.com,,PL,Gdynia,yes,no,app,Bulb,Light,5,10,5,sun ,
2,2025-06-20,paid,ann@example.com,,PL,Gdynia,yes,no,app,Desk,Furniture,-1,10,,sun ,
3,2025-03-01,paid,bob@example.com,,HU,,no,yes,web,Desk,Furniture,1,300,60,,
4,2025-06-29,paid,cyd@example.com,,PL,Gdansk,yes,no,store,Bulb,,1,10,,,10
5,2025-06-30,paid,,+48600700800,,,,,,Lamp,Light,1,100,,SUN,
5,2025-06-30,paid,,+48600700800,,,,,,Bulb,Furniture,1,0,,SUN,
6,2025-06-30,paid,,,HU,,,,web,Lamp,Light,1,100,,,
7,2025-05-01,cancelled,bob@example.com,,HU,,no,yes,web,Bulb,Light,9,10,,,
8,2025-05-02,paid,bob@example.com,,HU,,no,yes,web,Desk,Furniture,-1,10,,,
9,2025-05-03,cancelled,eve@example.com,,HU,,no,yes,web,Desk,Furniture,1,300,,,
"""
PEOPLE = """email,first name,gender,birth date,tags,accepts marketing
ann@example.com,Ann,female,1990-05-05,"VIP, gift",yes
bob@example.com,Bob,male,1980-01-01,,no
"""
RATINGS = """email,score,date,comment
ann@example.com,2,2025-01-20,bad
ann@example.com,5,2025-06-25,good
bob@example.com,3,2025-03-09,so
cyd@example.com,1,2026-01-01,too late
"""
ANN, BOB, CYD, TEL = EVERYBODY = ("ann@example.com", "bob@example.com", "cyd@example.com", "+48600700800")
# What is known of each, worked out by hand; the observation ends on 2025-07-01. Bob
# sent something of 10 back on its own, Ann a desk from elsewhere with her second order, and the phone got a bulb as a gift.
KNOWN = {
    "net": {ANN: 235.0, BOB: 230.0, CYD: 0.0, TEL: 100.0},
    "profit": {ANN: 117.5, BOB: 115.0, CYD: 0.0, TEL: 50.0},
    "orders": {ANN: 2, BOB: 1, CYD: 1, TEL: 1},
    "aov": {ANN: 117.5, BOB: 230.0, CYD: 0.0, TEL: 100.0},
    "days_since_order": {ANN: 11, BOB: 122, CYD: 2, TEL: 1},
    "first_order": {ANN: "2025-01-10", BOB: "2025-03-01", CYD: "2025-06-29", TEL: "2025-06-30"},
    "last_order": {ANN: "2025-06-20", BOB: "2025-03-01", CYD: "2025-06-29", TEL: "2025-06-30"},
    "products": {ANN: {"Lamp", "Bulb"}, BOB: {"Desk"}, CYD: {"Bulb"}, TEL: {"Lamp"}},
    "categories": {ANN: {"Light"}, BOB: {"Furniture"}, TEL: {"Light"}},
    "channels": {ANN: {"web", "app"}, BOB: {"web"}, CYD: {"store"}},
    "discount_codes": {ANN: {"SUN"}, BOB: set(), CYD: set(), TEL: {"SUN"}},
    "discount_share": {ANN: 0.02, BOB: 0.2, CYD: 0.0, TEL: 0.0},
    "full_price": {ANN: True, BOB: False, CYD: True, TEL: False},
    "country": {ANN: "PL", BOB: "HU", CYD: "PL"},
    "city": {ANN: "Gdynia", CYD: "Gdansk"},
    "gender": {ANN: "female", BOB: "male"},
    "age": {ANN: 35, BOB: 45},
    "tags": {ANN: {"VIP", "gift"}, BOB: set()},
    "consent": {ANN: True, BOB: False, CYD: True},
    "contactable": {ANN: True, BOB: True, CYD: True, TEL: False},
    "guest": {ANN: False, BOB: True, CYD: False},
    "score": {ANN: 5, BOB: 3},
}
LATELY = {
    ("net", 30): {ANN: 35.0, BOB: 0.0, CYD: 0.0, TEL: 100.0},
    ("orders", 30): {ANN: 1, BOB: 0, CYD: 1, TEL: 1},
    ("orders", 11): {ANN: 1, BOB: 0, CYD: 1, TEL: 1},
    ("orders", 10): {ANN: 0, BOB: 0, CYD: 1, TEL: 1},
    ("products", 100): {ANN: {"Bulb"}, BOB: set(), CYD: {"Bulb"}, TEL: {"Lamp"}},
    ("categories", 100): {ANN: {"Light"}, BOB: set(), TEL: {"Light"}},
    ("channels", 100): {ANN: {"app"}, BOB: set(), CYD: {"store"}},
    ("discount_codes", 5): {ANN: set(), BOB: set(), CYD: set(), TEL: {"SUN"}},
}
COMPARED = {
    "at least": operator.ge, "on or after": operator.ge, "more than": operator.gt, "at most": operator.le,
    "less than": operator.lt, "before": operator.lt, "is": operator.eq,
    "between": lambda value, ends: ends[0] <= value <= ends[1],
}  # fmt: skip
OPPOSITE = {"at least": "less than", "at most": "more than", "on or after": "before", "any of": "none of"}
OPPOSITE |= {after: before for before, after in OPPOSITE.items()}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    files = {"orders": ORDERS, "customers": PEOPLE, "ratings": RATINGS}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return rt.read_orders([folder / f"{name}.csv" for name in files]).with_margin(0.5)


def refs(orders, rule):
    return set(rt.select_customers(orders, rule).table["customer_ref"])


def answer(condition, who):
    """Whether a customer meets a condition, by the tables above; None where it is not known."""
    known = KNOWN[condition.field] if condition.days is None else LATELY[condition.field, condition.days]
    if who not in known:
        return None
    value, test, wanted = known[who], condition.test, condition.value
    if FIELDS[condition.field].kind in ("word", "words"):
        held = {value} if isinstance(value, str) else value
        return {
            "any of": bool(held & set(wanted)),
            "none of": not held & set(wanted),
            "all of": set(wanted) <= held,
        }[test]
    return COMPARED[test](value, wanted)


def decided(rule, who):
    """The same for a rule: false beats unknown in "all", true in "any"."""
    if isinstance(rule, Condition):
        return answer(rule, who)
    answers = [decided(part, who) for part in rule.parts]
    winner = rule.how == "any"
    return winner if winner in answers else None if None in answers else not winner


def opposite(rule):
    """The rule that is met where this one fails."""
    if isinstance(rule, Rule):
        return Rule("any" if rule.how == "all" else "all", tuple(map(opposite, rule.parts)))
    field, test, value, days = rule.field, rule.test, rule.value, rule.days
    if test == "is":
        return Condition(field, test, not value)
    if test == "all of":
        return Rule("any", tuple(Condition(field, "none of", word, days) for word in value))
    if test == "between" and FIELDS[field].kind == "date":
        after = (date.fromisoformat(value[1]) + timedelta(days=1)).isoformat()
        return Rule("any", (Condition(field, "before", value[0]), Condition(field, "on or after", after)))
    if test == "between":
        return Rule(
            "any", (Condition(field, "less than", value[0], days), Condition(field, "more than", value[1], days))
        )
    return Condition(field, OPPOSITE[test], value, days)


def one_of_every_kind():
    """Conditions on every field with every test it has, around the values that occur."""
    for name, field in FIELDS.items():
        if name == "segment":
            continue
        for days, known in [
            (None, KNOWN[name]),
            *((days, values) for (of, days), values in LATELY.items() if of == name),
        ]:
            flat = [word for value in known.values() for word in (value if isinstance(value, set) else [value])]
            values = sorted(set(flat))
            for test in TESTS[field.kind]:
                wanted = (
                    (values[0], values[-1])
                    if test == "between" or field.kind in ("word", "words")
                    else values[len(values) // 2]
                )
                yield Condition(name, test, wanted, days)


@pytest.mark.parametrize("name", [name for name in FIELDS if name != "segment"])
def test_every_field_by_hand(shop, name):
    """Every test of a field at once: each condition by itself, and of how many customers it is not known."""
    conditions = [condition for condition in one_of_every_kind() if condition.field == name]
    found = rt.select_customers(shop, Rule("any", tuple(conditions))).conditions
    answers = [[answer(condition, who) for who in EVERYBODY] for condition in conditions]
    assert found["customers"].tolist()[:-1] == [row.count(True) for row in answers]
    assert found["missing"].tolist()[:-1] == [row.count(None) for row in answers]
    assert {True, False} <= {value for row in answers for value in row}


CONDITIONS = st.sampled_from(list(one_of_every_kind()))
GROUPS = st.builds(Rule, st.sampled_from(["all", "any"]), st.lists(CONDITIONS, min_size=1, max_size=3))
RULES = st.builds(Rule, st.sampled_from(["all", "any"]), st.lists(CONDITIONS | GROUPS, min_size=1, max_size=3))
few = settings(max_examples=8, deadline=None, phases=[Phase.reuse, Phase.generate])


@few
@given(rule=RULES)
def test_a_rule_its_opposite_and_what_cannot_be_told_part_the_customers(shop, rule):
    simple = all(condition.test not in ("between", "all of") for condition in rule.conditions)
    answers = {who: decided(rule, who) for who in EVERYBODY}
    chosen = rt.select_customers(shop, rule)
    assert set(chosen.table["customer_ref"]) == {who for who in EVERYBODY if answers[who]}
    assert chosen.untold == list(answers.values()).count(None)
    assert rule_of(rule.as_json()) == rule == eval(repr(rule), {"rt": rt})
    if simple:
        assert refs(shop, opposite(rule)) == {who for who in EVERYBODY if answers[who] is False}


@settings(few, max_examples=4)
@given(parts=st.lists(CONDITIONS, min_size=1, max_size=4))
def test_all_is_inside_every_part_and_every_part_inside_any(shop, parts):
    every, some = (refs(shop, Rule(how, tuple(parts))) for how in ("all", "any"))
    one = refs(shop, Rule("all", (parts[0],)))
    assert every <= one <= some


@pytest.mark.parametrize("condition", [c for c in one_of_every_kind() if c.test in ("between", "all of")][::9])
def test_the_opposite_of_what_is_between(shop, condition):
    met, failed = refs(shop, Rule("all", (condition,))), refs(shop, Rule("any", (opposite(condition),)))
    assert met == {who for who in EVERYBODY if answer(condition, who)}
    assert failed == {who for who in EVERYBODY if answer(condition, who) is False}


def test_the_order_of_the_rows_is_irrelevant():
    header, *rows = ORDERS.splitlines()
    backwards = rt.read_orders("\n".join([header, *reversed(rows)]).encode())
    forwards = rt.read_orders(ORDERS.encode())
    rule = Rule("any", (Condition("products", "all of", ("Lamp", "Bulb")), Condition("net", "between", (50, 230))))
    one, other = (rt.select_customers(orders, rule) for orders in (forwards, backwards))
    assert one.table.equals(other.table)
    assert one.table["customer_ref"].tolist() == [ANN, BOB, TEL]


@pytest.mark.parametrize("sample", ["cdnow", "shop", "small"])
def test_segments_are_those_of_rfm_segments(sample, shop):
    """A rule works the segments out where the data are; both have to agree for every customer."""
    orders = shop if sample == "small" else rt.load_sample(sample)
    history = whole_history(orders)
    found = orders.frame(with_segments(standings(history), history, day_number(orders.as_of) - 1))
    table = rt.rfm_segments(orders).table
    expected = dict(zip(table["customer_id"], table["segment"].astype(str), strict=True))
    assert dict(zip(found["customer_id"], found["segment"], strict=True)) == expected


def test_a_rule_of_segments_takes_their_customers(shop):
    table = rt.rfm_segments(shop).table
    name = table["segment"].iloc[0]
    chosen = rt.select_customers(shop, Rule("all", (Condition("segment", "any of", name),)))
    assert set(chosen.table["customer_id"]) == set(table.loc[table["segment"] == name, "customer_id"])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Net > 500", "This is no rule"),
        ("[1, 2]", "This is no rule"),
        ('{"all": 3}', "This is no rule"),
        ('{"all": ["net"]}', "This is no rule"),
        ('{"all": [], "any": []}', "This is no rule"),
        ("[" * 100_000, "This is no rule"),
        ('{"all": [{"field": "net", "test": "at least"}]}', "This is no rule"),
        ('{"all": [{"field": ["net"], "test": "at least", "value": 1}]}', "This is no rule"),
        ('{"all": [{"field": "net", "test": "at least", "value": 1, "sql": "1"}]}', "This is no rule"),
        (
            '{"none": [{"field": "net", "test": "at least", "value": 1}]}',
            "how='none' is not possible. Use one of: all, any",
        ),
        ('{"all": []}', "A rule without conditions chooses nobody"),
        ('{"all": [{"any": [{"all": [{"field": "net", "test": "at least", "value": 1}]}]}]}', "nested too deep"),
        ('{"all": [{"field": "shoe size", "test": "at least", "value": 1}]}', "field='shoe size' is not possible"),
        ('{"all": [{"field": "net", "test": "is like", "value": 1}]}', "test='is like' is not possible"),
        (
            '{"all": [{"field": "net", "test": "at least", "value": "500"}]}',
            "'500' does not go with net. Expected: an amount",
        ),
        ('{"all": [{"field": "net", "test": "at least", "value": true}]}', "True does not go with net"),
        ('{"all": [{"field": "net", "test": "at least", "value": NaN}]}', "nan does not go with net"),
        ('{"all": [{"field": "net", "test": "at least", "value": 1e400}]}', "inf does not go with net"),
        ('{"all": [{"field": "net", "test": "at least", "value": 1' + "0" * 400 + "}]}", "does not go with net"),
        ('{"all": [{"field": "net", "test": "between", "value": 5}]}', "two of these, the smaller first"),
        ('{"all": [{"field": "net", "test": "between", "value": [5, 1]}]}', "two of these, the smaller first"),
        ('{"all": [{"field": "discount_share", "test": "at least", "value": 20}]}', "a share from 0 to 1"),
        ('{"all": [{"field": "last_order", "test": "before", "value": "soon"}]}', "a date like 2025-12-31"),
        ('{"all": [{"field": "city", "test": "any of", "value": []}]}', "a word or a list of words"),
        ('{"all": [{"field": "city", "test": "any of", "value": [1]}]}', "a word or a list of words"),
        ('{"all": [{"field": "discount_codes", "test": "any of", "value": " "}]}', "a word or a list of words"),
        ('{"all": [{"field": "consent", "test": "is", "value": "yes"}]}', "true or false"),
        ('{"all": [{"field": "segment", "test": "any of", "value": "Best"}]}', "segment='Best' is not possible"),
        ('{"all": [{"field": "city", "test": "any of", "value": "Ur", "days": 30}]}', "days=30 does not go with city"),
        ('{"all": [{"field": "orders", "test": "at least", "value": 1, "days": 0}]}', "days=0 does not go with orders"),
    ],
)
def test_what_is_no_rule_is_refused_with_a_remedy(text, problem):
    with pytest.raises(rt.OptionError) as caught:
        rule_of(text)
    assert problem in str(caught.value)
    assert caught.value.remedy


def test_words_are_compared_and_never_run(shop):
    nasty = "x' OR 1=1; DROP TABLE orders; --"
    for field in ("city", "products", "tags", "segment"):
        if field != "segment":
            assert refs(shop, Rule("all", (Condition(field, "any of", nasty),))) == set()
    assert len(refs(shop, Rule("all", (Condition("orders", "at least", 1),)))) == 4


def test_a_discount_code_is_the_same_however_it_is_written(shop):
    rule = Rule("all", (Condition("discount_codes", "any of", ("sun", " SUN ")),))
    assert rule.conditions[0].value == ("SUN",)
    assert refs(shop, rule) == {ANN, TEL}


def test_profit_needs_a_margin():
    orders = rt.read_orders(ORDERS.encode())
    rule = Rule("all", (Condition("profit", "at least", 1),))
    with pytest.raises(
        rt.OptionError, match=r"Profit needs the gross margin of the shop\. .* Such as orders\.with_margin"
    ):
        rt.select_customers(orders, rule)
    with pytest.raises(rt.OptionError, match="Profit needs the gross margin"):
        orders.filter(customers=rule)
    assert refs(orders.with_margin(0.5), rule) == {ANN, BOB, TEL}
