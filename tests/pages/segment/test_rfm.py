"""The segments page says what rfm_segments, segment_playbook and segment_customers say."""

import json
from dataclasses import replace
from datetime import date
from math import inf

import pytest

import retention as rt
from retention.segment.schemes import read_scheme
from retention.show.files import csv_bytes
from retention.show.sentences import money_slipping_away, worth

PAGE = "pages/segment/rfm.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def inputs(page):
    """Label → field of the scheme's own cut-points and names."""
    return {field.label: field for field in (*page.test.main.number_input, *page.test.main.text_input)}


def fill(page, label, value):
    inputs(page)[label].set_value(value)
    page.test.run()
    assert not page.test.exception
    return page


def test_the_headline_names_the_group_that_brings_most(page, shop):
    summary = rt.rfm_segments(shop).summary
    first = summary.loc[summary["net"].idxmax()]
    assert page.headline == (
        f"{first['customers']} of {summary['customers'].sum():,} customers, the group “{first['segment']}”, brought "
        f"{first['share_of_net']:.0%} of the net revenue."
    )
    slipping = summary[summary["segment"].isin(["About to Sleep", "At Risk", "Cannot Lose Them"])]
    assert page.texts[1] == (
        f"€{slipping['net'].sum():,.0f} of the net revenue so far, {slipping['share_of_net'].sum():.0%}, came from "
        f"{slipping['customers'].sum():,} customers who are slipping away (About to Sleep, At Risk, Cannot Lose Them)."
    )
    assert len(page.charts) == 1


def test_the_tables_and_the_cards_say_it_again(page, shop):
    result, playbook = rt.rfm_segments(shop), rt.segment_playbook(shop)
    segments, cuts, plays, people = (frame.value for frame in page.test.dataframe)
    assert list(segments["Customers"]) == [f"{n:,}" for n in result.summary["customers"]]
    assert segments.loc[11, "Average order value"].endswith("(too few to tell)")
    assert cuts.loc[0, "Days since the last order"] == f"up to {result.scheme.recency[0]:.0f}"
    assert list(plays["Group"]) == list(playbook.table["segment"])
    assert len(people) == 100
    texts = page.texts
    for _number, row in playbook.table.iterrows():
        assert f"**{row['segment']}** · customers: {row['customers']}" in texts
        assert row["meaning"] in texts
        assert worth(row, playbook) in [*texts, ""]


def test_another_scheme_gives_other_groups(page, shop):
    page.choose("segments_by", "klaviyo")
    result = rt.rfm_segments(shop, "klaviyo")
    assert list(page.test.dataframe[0].value["Group"]) == list(result.summary["segment"])
    assert money_slipping_away(result) in page.texts


def test_profit_can_be_chosen_once_there_is_a_margin(page, shop):
    assert "segments_money" not in page.test.session_state
    page.choose("margin_from", "one").choose("margin", 30.0).choose("segments_money", "profit")
    result = rt.rfm_segments(shop.with_margin(0.3), monetary="profit")
    assert list(page.test.dataframe[0].value["Customers"]) == [f"{n:,}" for n in result.summary["customers"]]
    assert any(text.endswith("× 30.0% margin.") for text in page.texts)
    page.choose("segments_by", "own")
    assert inputs(page)["Amount, score 5: at least"].value == result.scheme.monetary[-1]
    assert list(page.test.dataframe[0].value["Customers"]) == [f"{n:,}" for n in result.summary["customers"]]


def test_the_assumption_can_be_changed(page, shop):
    page.choose("extra_share", 5.0)
    playbook = rt.segment_playbook(shop, extra_share=0.05)
    assert worth(playbook.table.iloc[0], playbook) in page.texts
    assert "× 5.0% ×" in worth(playbook.table.iloc[0], playbook)


def test_the_button_of_a_card_chooses_the_list(page, shop):
    page.press("List: At Risk")
    people = rt.segment_customers(shop, "At Risk")
    assert page.downloads["segment_customers.csv"] == csv_bytes(people)
    assert {"email", "contactable", "consent"} <= set(people)
    assert list(page.test.dataframe[3].value["Customer"]) == people["customer_ref"].head(100).tolist()


def test_cut_points_and_names_of_ones_own_work_at_once(page, shop):
    page.choose("segments_by", "own")
    usual = rt.rfm_segments(shop)
    assert page.headline.startswith(f"{usual.summary['customers'].iloc[0]} of 4,000 customers, the group “Champions”")
    fill(page, "Champions", "VIP")
    fill(page, "Days since the last order, score 5: at most", 10.0)
    saved = read_scheme(page.downloads["rfm_scheme.json"].decode())
    assert saved.recency == (10, *usual.scheme.recency[1:])
    result = rt.rfm_segments(shop, saved)
    assert list(result.summary["segment"])[:2] == ["VIP", "Loyal Customers"]
    assert page.headline.startswith(f"{result.summary['customers'].iloc[0]} of 4,000 customers, the group “VIP”")
    assert result.summary["customers"].iloc[0] < usual.summary["customers"].iloc[0]
    fill(page, "Lost", "Hibernating")
    assert list(page.test.dataframe[0].value["Group"]).count("Hibernating") == 1
    fill(page, "Days since the last order, score 4: at most", 5.0)
    assert page.errors == [
        "The cut-points 10, 5, "
        + ", ".join(f"{cut:g}" for cut in usual.scheme.recency[2:])
        + " of recency do not fit. Give 4 numbers, none smaller than the one before."
    ]
    fill(page, "Days since the last order, score 4: at most", 50.0)
    assert not page.errors


def test_a_cut_point_out_of_reach_is_an_empty_field(page, shop):
    scheme = replace(rt.rfm_segments(shop).scheme, frequency=(2, 3, 4, inf)).as_json()
    page.choose("segments_by", "own").choose("own_start", "file")
    page.test.file_uploader[0].set_value([("scheme.json", scheme.encode(), "application/json")])
    page.test.run()
    assert inputs(page)["Orders, score 5: at least"].value is None
    assert json.loads(page.downloads["rfm_scheme.json"])["frequency"] == [2, 3, 4, None]
    assert page.test.dataframe[1].value["Orders"].tolist()[:2] == ["nobody", "from 4"]
    fill(page, "Orders, score 4: at least", None)
    assert json.loads(page.downloads["rfm_scheme.json"])["frequency"] == [2, 3, None, None]


def test_a_saved_scheme_is_loaded_again_and_any_other_file_is_refused(page, shop):
    scheme = rt.rfm_segments(shop, "klaviyo").scheme.as_json().replace("Champions", "Golden")
    page.choose("segments_by", "own").choose("own_start", "file")
    page.test.file_uploader[0].set_value([("scheme.json", b"\xef\xbb\xbf" + scheme.encode(), "application/json")])
    page.test.run()
    assert "Golden" in list(page.test.dataframe[0].value["Group"])
    page.test.file_uploader[0].set_value([("other.json", b'{"a": 1}', "application/json")])
    page.test.run()
    assert page.errors == ["This is no RFM scheme. Give the JSON that was saved from here, unchanged."]


def test_a_filter_leaves_cut_points_of_ones_own_as_they_are(page):
    page.choose("segments_by", "own")
    fill(page, "Days since the last order, score 5: at most", 10.0)
    before = page.downloads["rfm_scheme.json"]
    page.choose("country", ["HU"])
    assert page.downloads["rfm_scheme.json"] == before


def test_three_customers_are_too_few_and_nobody_named_is_a_sentence(visitor):
    lines = "order_id,ordered_at,email,name,quantity,unit_price\n" + "".join(
        f"{n},2025-01-0{n},c{n}@example.com,=cmd(),1,10\n" for n in (1, 2, 3)
    )
    visitor.open("pages/start/data.py").drop(("orders.csv", lines.encode())).open(PAGE)
    assert visitor.headline == "Customers to sort into groups: 3, too few to tell."
    taken = [content for name, content in visitor.downloads.items() if name == "segment_customers.csv"]
    assert b"'=cmd()" in taken[0]
    nobody = "order_id,ordered_at,quantity,unit_price\n1,2025-01-01,1,10\n2,2025-01-02,1,10\n"
    visitor.open("pages/start/data.py").drop(("nobody.csv", nobody.encode())).open(PAGE)
    for way in ("quintile", "own"):
        visitor.choose("segments_by", way)
        assert "No order names a customer who can be told apart." in visitor.test.info[0].value


def test_notebook_gives_the_screen_again(page, execute):
    page.choose("segments_by", "own")
    fill(page, "Champions", "V'I\"P")
    printed = execute(
        page.notebook,
        "from retention.show.sentences import who_brings_the_money as words\n"
        "from retention.show.files import csv_bytes\n"
        "print(words(segments))\nprint(csv_bytes(people).decode('utf-8-sig'), end='')",
    )
    sentence, _newline, table = printed.partition("\n")
    assert sentence == page.headline
    assert table == page.downloads["segment_customers.csv"].decode("utf-8-sig")


def test_a_group_that_is_gone_leaves_the_first_of_those_there_are(page, shop):
    page.choose("segments_by", "own").press("List: At Risk")
    fill(page, "At Risk", "Silent")
    assert page.test.get_by_key("segment_own").value == "Champions"
    page.press("List: Silent").choose("segments_by", "quintile").press("List: Seasonal")
    page.choose("country", ["US"]).choose("from", date(2025, 11, 1))
    assert not page.test.error
    assert page.test.get_by_key("segment_quintile").value != "Seasonal"
    people = rt.segment_customers(shop.filter(start="2025-11-01", countries=["US"]), "Champions")
    assert page.downloads["segment_customers.csv"] == csv_bytes(people)


def test_names_of_ones_own_are_never_markdown_or_formulas(page):
    page.choose("segments_by", "own")
    fill(page, "Champions", "=1+1 **VIP** <b>")
    assert "“=1+1 **VIP** <b>”" in page.headline
    assert b"'=1+1 **VIP** <b>" in page.downloads["segments.csv"]
    assert page.press("List: =1+1 \\*\\*VIP\\*\\* \\<b\\>").test.get_by_key("segment_own").value == "=1+1 **VIP** <b>"
