"""The playbook's arithmetic by hand, and the lists behind it."""

import pandas as pd
import pytest

import retention as rt
from retention.segment.playbook import PLAYS, play_names
from retention.segment.schemes import SCHEMES, codes
from tests.measure.shops import bought, read


def forty(**changes):
    """Forty customers of one order for 10 each, ten of them without consent, five without an address."""
    rows = pd.DataFrame({"order_id": [f"n{n}" for n in range(40)], "ordered_at": "2025-01-01"})
    rows["email"] = [f"c{n}@example.com" if n >= 5 else "" for n in range(40)]
    rows["customer_id"] = [f"k{n}" for n in range(40)]
    rows["consent"] = ["no" if n >= 30 else "yes" for n in range(40)]
    return rt.read_orders(rows.assign(name="=1+1", quantity="1", unit_price="10", **changes).astype(str))


def test_worth_is_people_times_extra_share_times_order_value_times_margin():
    (row,) = rt.segment_playbook(forty(), extra_share=0.1).table.to_dict("records")
    assert (row["segment"], row["customers"], row["people"]) == ("New Customers", 40, 25)
    assert row["worth"] == pytest.approx(25 * 0.1 * 10)
    assert (row["worth_low"], row["worth_high"]) == pytest.approx((25, 25))  # everybody spent the same
    assert pd.isna(row["margin"])
    assert not rt.segment_playbook(forty()).has_margin
    playbook = rt.segment_playbook(forty().with_margin(0.3), extra_share=0.1)
    assert playbook.table["worth"].tolist() == pytest.approx([25 * 0.1 * 10 * 0.3])
    assert playbook.table["margin"].tolist() == pytest.approx([0.3])
    assert playbook.has_margin


def test_the_assumption_is_two_of_a_hundred_and_stands_beside_the_worth():
    playbook = rt.segment_playbook(forty())
    assert playbook.extra_share == 0.02
    assert playbook.table["extra_share"].tolist() == [0.02]
    assert playbook.table["worth"].tolist() == pytest.approx([5])
    assert rt.segment_playbook(forty(), extra_share=0).table["worth"].tolist() == [0]


@pytest.mark.parametrize("share", [-0.1, 2, "some", None])
def test_a_share_is_from_0_to_1(share):
    with pytest.raises(rt.OptionError, match="no share of people"):
        rt.segment_playbook(forty(), extra_share=share)


def test_worth_is_missing_where_there_are_few_or_they_are_best_left_alone(shop):
    table = rt.segment_playbook(shop).table.set_index("segment")
    assert table.loc["Lost", "enough"]
    assert pd.isna(table.loc["Lost", "worth"])
    assert not table.loc["Seasonal", "enough"]
    assert pd.isna(table.loc["Seasonal", "worth"])
    summary = rt.rfm_segments(shop).summary.set_index("segment")
    risk = table.loc["At Risk"]
    assert risk["worth"] == pytest.approx(risk["people"] * 0.02 * summary.loc["At Risk", "aov"])
    assert risk["worth_low"] < risk["worth"] < risk["worth_high"]


def test_without_addresses_everybody_counts_and_a_note_says_so():
    playbook = rt.segment_playbook(bought(*((f"c{n}", "2025-01-01") for n in range(40))))
    assert playbook.table["people"].tolist() == [40]
    assert any("no e-mail address" in note for note in playbook.notes)
    assert not any("no e-mail address" in note for note in rt.segment_playbook(forty()).notes)


def test_refunds_beyond_the_purchases_are_worth_nothing():
    bought_and_returned = [f"{n},2025-01-01,paid,c{n % 40},web,phone,{1 if n < 40 else -2},10,," for n in range(80)]
    orders = read("\n".join(bought_and_returned))
    table = rt.segment_playbook(orders).table
    assert table["aov"].tolist() == [-10]
    assert table[["worth", "worth_low", "margin"]].isna().all().all()
    assert rt.segment_playbook(orders.with_margin(0.3)).table[["worth", "margin"]].isna().all().all()


def test_every_segment_has_its_advice():
    for scheme in SCHEMES.values():
        assert set(play_names(scheme)) == {*scheme.names, "Seasonal"}
        assert set(play_names(scheme).values()) <= set(PLAYS)
    assert play_names(SCHEMES["klaviyo"])["Loyal"] == "Loyal Customers"


def test_a_segment_of_ones_own_gets_the_advice_of_the_one_it_is_most_like():
    renamed = {code: name.upper() for code, name in SCHEMES["quintile"].segments.items()}
    plays = play_names(rt.RfmScheme("own", 5, segments=renamed))
    assert {plays[name.upper()] for name in ("At Risk",)} == {"At Risk"}
    assert all(plays[name.upper()] == name for name in SCHEMES["quintile"].names)
    halves = play_names(rt.RfmScheme("own", 2, segments={code: f"s{code}" for code in codes(2)}))
    assert (halves["s222"], halves["s111"], halves["s122"]) == ("Champions", "Lost", "Cannot Lose Them")


def test_lists_partition_the_customers_and_say_who_may_be_written_to(shop):
    summary = rt.rfm_segments(shop).summary
    lists = {name: rt.segment_customers(shop, name) for name in summary["segment"]}
    assert [len(people) for people in lists.values()] == summary["customers"].tolist()
    everybody = pd.concat(lists.values())
    assert everybody["customer_ref"].is_unique
    assert everybody["monetary"].sum() == pytest.approx(summary["net"].sum())
    assert all(people["monetary"].is_monotonic_decreasing for people in lists.values())
    risk = lists["At Risk"]
    people = risk["contactable"] & (risk["consent"] != False)  # noqa: E712
    table = rt.segment_playbook(shop).table.set_index("segment")
    assert table.loc["At Risk", "people"] == people.sum()


def test_a_list_of_nobody_is_empty_and_of_an_unknown_segment_is_refused():
    assert rt.segment_customers(forty(), "Champions").empty
    with pytest.raises(rt.OptionError, match="segment='VIP' is not possible"):
        rt.segment_customers(forty(), "VIP")
