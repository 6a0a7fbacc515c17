"""The page on loyalty programmes says what simulate_loyalty says."""

import json

import pytest

import retention as rt
from retention.show import charts, sentences
from retention.show.charts.loyalty import programme_name
from retention.show.tables.loyalty import month_rows, programme_rows

PAGE = "pages/act/loyalty.py"
CASHBACK = rt.LoyaltyProgramme("cashback", rate=0.02, minimum=0)
GIFT = rt.LoyaltyProgramme("gift", every=5, gift_cost=10)


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


@pytest.fixture(scope="module")
def both(shop):
    return tuple(rt.simulate_loyalty(shop, programme, margin=0.35) for programme in (CASHBACK, GIFT))


def test_the_first_answer_is_cashback_against_a_gift(page, both):
    one, other = (result.totals for result in both)
    assert page.headline == (
        f"2% cashback would have cost €{one['cost']:,.0f} in 12 months ({one['cost_share']:.1%} of what customers spent), and "
        f"{one['reached_share']:.0%} of customers would have used it at least once. A gift of €10 for every 5 orders would have "
        f"cost €{other['cost']:,.0f} in 12 months ({other['cost_share']:.1%} of what customers spent), and "
        f"{other['reached_share']:.0%} of customers would ever have got one. It takes more orders than most of them place."
    )


def test_the_text_says_what_is_assumed_what_is_open_and_what_would_pay_for_it(page, both):
    said = " ".join(page.texts)
    one, other = (result.totals for result in both)
    assert "It assumes that nobody buys more because of the programme" in said
    assert f"because they name nobody who can be told apart: {one['left_out']:.0f}." in said
    for totals in (one, other):
        assert (
            f"place {totals['extra_orders']:,.0f} more orders in that time ({totals['extra_share']:.1%} more), at €106 each and a "
            "margin of 35.0%."
        ) in said
        assert f"{totals['breakage']:.0%} was never redeemed" in said
    assert f"One order away from a reward: {other['waiting']:,.0f} customers ({other['waiting_share']:.1%})." in said
    assert f"€{one['redeemed']:,.0f} were redeemed and €{one['open']:,.0f} are open" in said
    assert len(page.charts) == 2


def test_tables_and_files_hold_the_programmes_and_the_customers_to_write_to(page, both):
    frames = [frame.value for frame in page.test.dataframe]
    assert frames[0].equals(programme_rows(*both))
    assert any(frame.equals(month_rows(both[1])) for frame in frames)
    lines = page.downloads["loyalty_next_b.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + both[1].totals["waiting"]
    assert lines[0].startswith("customer_id,customer_ref,orders,")
    assert (
        page.downloads["loyalty.csv"]
        .decode("utf-8-sig")
        .startswith("figure,2% cashback,A gift of €10 for every 5 orders")
    )


def test_whose_next_order_brings_a_reward_becomes_an_audience_and_a_test(page, shop, execute):
    page.choose("loyalty_b_gift_every", 4).choose("loyalty_window", "all")
    programme = rt.LoyaltyProgramme("gift", every=4, gift_cost=10)
    people = rt.loyalty_customers(shop, programme, shop.since, shop.as_of)
    assert len(people) == rt.simulate_loyalty(shop, programme, shop.since, shop.as_of).totals["waiting"] > 100
    assert len(page.downloads["loyalty_next_b.csv"].decode().splitlines()) == 1 + len(people)
    page.test.button(key="audience_loyalty_b").click()
    page._settle()
    assert page.title == "Audiences"
    counts = rt.build_audience(shop, people, "klaviyo", name="List of January 2026", seed=20260101).counts
    assert counts["chosen"] == len(people)
    assert page.headline.startswith(
        f"{counts['in_file']} people go into the Klaviyo file; {counts['held_back']} are held back"
    )
    printed = execute(page.notebook, "print(len(people), audience.counts['in_file'])")
    assert printed == f"{len(people)} {counts['in_file']}\n"
    page.open(PAGE).test.button(key="test_loyalty_a").click()
    page._settle()
    assert page.title == "Assign a test"
    box = page.test.get_by_key("assign_who")
    assert (box.value, box.options[-1]) == (
        "loyalty:a",
        "One order away from a reward: A gift of €10 for every 4 orders",
    )
    people = rt.loyalty_customers(shop, CASHBACK, shop.since, shop.as_of)
    reachable = people["contactable"] & people["consent"].fillna(True).astype(bool)
    assert page.headline.startswith(f"{reachable.sum():,} customers:")


def test_a_programme_without_a_list_is_not_offered(page):
    page.choose("loyalty_a", "referral").open("pages/act/audiences.py")
    offered = [label for label in page.test.get_by_key("audience_who").options if label.startswith("One order away")]
    assert offered == ["One order away from a reward: A gift of €10 for every 5 orders"]


def test_a_number_that_moves_moves_the_answer_and_the_notebook(page, shop, execute):
    page.choose("loyalty_a_cashback_rate", 3.0).choose("loyalty_b", "tiers").choose("loyalty_window", "all")
    options = {"since": shop.since, "until": shop.as_of, "margin": 0.35}
    one = rt.simulate_loyalty(shop, rt.LoyaltyProgramme("cashback", rate=0.03, minimum=0), **options)
    other = rt.simulate_loyalty(shop, rt.LoyaltyProgramme("tiers", tiers=((200, 0.05), (500, 0.1))), **options)
    assert page.headline == sentences.what_programmes_cost(one, other)
    printed = execute(page.notebook, "print(one.programme, round(other.totals['cost'], 2))")
    assert printed == f"rt.LoyaltyProgramme('cashback', rate=0.03, minimum=0.0) {other.totals['cost']:.2f}\n"


def test_every_kind_can_be_played_with_and_the_margin_of_the_shop_goes_before_an_assumed_one(page, shop):
    page.choose("loyalty_a", "points").choose("loyalty_b", "referral")
    points = rt.LoyaltyProgramme("points", points_per_unit=1, point_value=0.01, minimum=500)
    referral = rt.LoyaltyProgramme("referral", reward=10)
    results = [rt.simulate_loyalty(shop, programme) for programme in (points, referral)]
    assert page.headline == sentences.what_programmes_cost(*results)
    assert "of new customers came that way" in page.headline
    page.choose("loyalty_b_referral_way", "share")
    legend = json.loads(page.charts[0].spec)["encoding"]["color"]["scale"]["domain"]
    assert legend == ["Customers who get so far", "Points worth 1% of an order"]  # nobody knows who was sent
    assert "sent by a friend, as you assume: 102." in " ".join(page.texts)
    page.choose("margin_from", "one").choose("margin", 20.0)
    assert "margin of 20.0%" in " ".join(page.texts)
    assert not [box for box in page.test.main.number_input if box.key == "loyalty_margin"]


def drawn(chart):
    return list(chart.to_dict()["datasets"].values())


def test_charts_draw_who_gets_so_far_and_what_a_month_costs(both):
    bars, *lines = drawn(charts.reward_reach(*both))
    assert [row["share"] for row in bars] == both[0].reach["customer_share"].tolist()
    assert [row["share"] for row in lines[0]] == [*both[0].reach["share"], *both[1].reach["share"]]
    said = charts.reward_reach(*both).description
    assert f"Order number 2: {both[0].reach['customer_share'][1]:.1%} get so far" in said
    assert [row["cost"] for row in drawn(charts.loyalty_cost(both[1]))[0]] == both[1].table["cost"].tolist()
    assert "A gift of €10 for every 5 orders: most in Dec 2025" in charts.loyalty_cost(*both).description


def test_two_programmes_of_one_name_are_told_apart(both):
    legend = json.dumps(charts.loyalty_cost(both[0], both[0]).to_dict())
    assert "2% cashback (1)" in legend
    assert "2% cashback (2)" in legend


def test_programmes_are_named_by_what_matters():
    tiers = rt.LoyaltyProgramme("tiers", tiers=((200, 0.05), (500, 0.1)))
    assert programme_name(tiers, "EUR") == "Tiers, from 5% off after €200 a year"
    points = rt.LoyaltyProgramme("points", points_per_unit=1, point_value=0.015)
    assert programme_name(points, "EUR") == "Points worth 1.5% of an order"


def test_where_nobody_is_known_the_page_says_so(visitor):
    text = "order_id,ordered_at,email,quantity,unit_price\n1,2025-01-01,,1,10\n2,2025-02-01,,1,10\n"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert "Nobody who can be told apart bought from" in " ".join(info.value for info in visitor.test.info)
    assert not visitor.charts


def test_three_customers_are_too_few_to_tell(visitor):
    rows = "".join(f"{n},2025-0{n}-01,c{n}@example.com,1,10\n" for n in (1, 2, 3))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert "of customers would" not in visitor.headline
    assert "too few to tell how many would have got a reward" in " ".join(visitor.texts)
