"""A switch on the quality screen changes every other screen and travels in the address."""

from playwright.sync_api import expect

import retention as rt


def test_a_switch_on_the_quality_screen_changes_the_overview(visitor, visit, shop):
    visitor.sample().go("Data quality")
    expect(visitor.headline).to_contain_text("the largest doubt: 3.2% of revenue names no customer")
    visitor.page.get_by_test_id("stMain").get_by_text("Count cancelled orders").click()
    visitor.settled()
    expect(visitor.page.get_by_test_id("stSidebar").get_by_label("Count cancelled orders")).to_be_checked()
    assert visitor.page.url.endswith("/quality?count_cancelled=true")

    counted = shop.filter(count="cancelled")
    rows = rt.kpi_summary(counted).set_index("kpi")["value"]
    words = (
        f"December 2025: {rows['customers']:,.0f} customers brought €{rows['net']:,.0f} in {rows['orders']:,.0f} orders"
    )
    assert rows["orders"] > rt.kpi_summary(shop).set_index("kpi").loc["orders", "value"]
    visitor.go("Overview")
    expect(visitor.headline).to_contain_text(words)
    expect(visitor.page.get_by_text("cancelled orders counted")).to_be_visible()

    friend = visit().open(visitor.page.url.removeprefix(f"{visitor.url}/")).press("Open the sample shop")
    expect(friend.headline).to_contain_text(words)
    friend.page.get_by_test_id("stSidebar").get_by_role("button", name="Clear the filters").click()
    expect(friend.page.get_by_text("cancelled orders counted")).to_have_count(0)
