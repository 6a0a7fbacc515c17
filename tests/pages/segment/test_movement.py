"""The page on movement says what segment_movement says."""

import pytest

import retention as rt
from retention.show import sentences

PAGE = "pages/segment/movement.py"


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_headline_counts_who_moved_up_and_who_slipped(page, shop):
    moved = rt.segment_movement(shop, "2025-12-01", "2026-01-01").table
    known = moved[moved["from"] != "new"]
    up, down = (known.loc[known["direction"] == direction, "customers"].sum() for direction in ("up", "down"))
    assert page.headline == (
        f"December 2025: of {known['customers'].sum():,} customers, {up:,} moved up and {down:,} slipped to a lower segment."
    )


def test_the_text_tells_customers_from_cut_offs_and_names_what_the_best_did(page, shop):
    result = rt.segment_movement(shop)
    down = result.table[result.table["direction"] == "down"]
    said = " ".join(page.texts)
    assert f"{down['changed'].sum():,} changed themselves: their last order is longer ago." in said
    assert f"{down['cut_offs'].sum():,} slipped only because the cut-offs moved" in said
    best = result.kept.iloc[0]
    assert f"Of 100 customers in Champions, {best['retention'] * 100:.0f} bought again in this time" in said
    changed = (result.left["why"] == "changed").sum()
    assert (
        f"Customers who left Champions: {len(result.left):,}, of them because they changed themselves: {changed}."
        in said
    )
    assert f"brought €{result.left['monetary'].sum():,.0f} so far." in said
    assert set(result.notes) <= set(page.texts)
    assert len(page.charts) == 2


def test_who_left_stands_in_a_table_to_take_away(page, shop):
    result = rt.segment_movement(shop)
    flows, kept, left = (frame.value for frame in page.test.dataframe)
    assert list(left["Customer"]) == list(result.left["customer_ref"].head(100))
    assert list(kept["Customers now"]) == [f"{n:,}" for n in result.kept["customers_now"]]
    assert len(flows) == (result.table["direction"] != "stayed").sum()
    lines = page.downloads["left_the_best.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(result.left)


def test_another_window_and_other_segments_reach_the_numbers_and_the_notebook(page, shop, execute):
    page.choose("movement_window", "12").choose("movement_scheme", "klaviyo")
    result = rt.segment_movement(shop, "2025-01-01", "2026-01-01", "klaviyo")
    assert page.headline == sentences.who_moved(result)
    assert page.headline.startswith("Jan 1, 2025 to Dec 31, 2025: of")
    printed = execute(page.notebook, "print(movement.table['customers'].sum(), movement.scheme.name)")
    assert printed == f"{result.table['customers'].sum()} klaviyo\n"


def test_a_shop_too_young_to_move_is_told_so(visitor):
    rows = "".join(f"{n},2025-01-0{n},c{n}@example.com,1,10\n" for n in (1, 2, 3))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert "Nobody who can be told apart had bought before 2025-01-01" in visitor.test.info[0].value
    assert not visitor.charts


def test_three_customers_are_too_few_to_tell(visitor):
    rows = "".join(f"{n},2025-0{n}-01,c{n}@example.com,1,10\n" for n in (1, 2, 3))
    text = f"order_id,ordered_at,email,quantity,unit_price\n{rows}"
    visitor.open("pages/start/data.py").drop(("orders.csv", text.encode())).open(PAGE)
    assert visitor.headline == "Customers who had bought before February 2025: 1, too few to tell."
