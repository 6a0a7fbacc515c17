"""The page on opportunities says what rank_opportunities says, and leads on to lists and tests."""

import pytest

import retention as rt
from retention.show import sentences
from retention.show.opportunities import opportunity_name

PAGE = "pages/act/opportunities.py"
HEADER = "order_id,ordered_at,email,quantity,unit_price\n"


@pytest.fixture(scope="module")
def found(shop):
    return rt.rank_opportunities(shop)


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def euros(row, name="value"):
    return [f"€{row[f'{name}{end}']:,.0f}" for end in ("", "_low", "_high")]


def test_the_answer_is_whom_to_write_to_and_what_it_is_worth(page, found):
    first = found.ranked.iloc[0]
    assert first["key"] == "replenishment"
    worth, low, high = euros(first)
    assert page.headline == (
        f"This week: write to {first['reachable']} customers who are due to buy a product again; worth about {worth}, between {low} "
        f"and {high}."
    )
    assert len(page.charts) == 1
    said = " ".join(page.texts)
    total, low, high = euros(found.total)
    assert (
        f"All of the {len(found.ranked)} below together: {found.total['reachable']:,.0f} people to write to, worth about {total}, "
        f"between {low} and {high}." in said
    )
    assert "is assumed, not measured" in said
    for row in found.ranked.to_dict("records"):
        worth, low, high = euros(row)
        assert (
            f"About {worth}, between {low} and {high}: of 100 of them {row['chance'] * 100:.{int(row['chance'] < 0.1)}f} buy"
            in said
        )
        assert f"{row['people']:,} people, of whom {row['reachable']:,} may be written to." in said
        stake, low, high = euros(row, "at_stake")
        assert f"spend about {stake} in that time anyway, between {low} and {high}: that is no gain." in said
    facts = found.facts["second_order"]
    assert f"They bought once, between {facts['first']} and {facts['last']} days ago" in said
    assert f"more than {found.facts['lapsed_valuable']['lapse_days']} days" in said
    assert "Zephyr wireless earbuds Pro" in said
    few = found.table[found.table["rank"].isna()]
    for row in few.to_dict("records"):
        assert f"{row['people']} people; too few to tell what it is worth." in said


def test_the_list_of_the_first_stands_below_and_another_one_click_away(page, shop, found):
    people = rt.opportunity_customers(shop, "replenishment")
    table, shown = (frame.value for frame in page.test.dataframe)
    assert table["Opportunity"].tolist() == [opportunity_name(key) for key in found.table["key"]]
    assert shown["Customer"].tolist() == people["customer_ref"].head(100).tolist()
    lines = page.downloads["replenishment.csv"].decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(people)
    assert {"email", "consent", "reachable", "send_on", "product"} <= set(lines[0].split(","))
    page.test.button(key="list_full_price").click()
    page._settle()
    assert len(page.test.dataframe[1].value) == 100
    assert "full_price.csv" in page.downloads


def test_an_assumption_changes_in_place_and_reaches_the_notebook(page, shop, execute):
    page.choose("uplift_slipping_best", 100.0)
    changed = rt.rank_opportunities(shop, uplift={"slipping_best": 1.0})
    assert page.test.dataframe[0].value["Opportunity"][1] == "Best customers slipping away"
    row = changed.table.set_index("key").loc["slipping_best"]
    assert f"About {euros(row)[0]}," in " ".join(page.texts)
    printed = execute(page.notebook, "print(found.table['value'].sum().round(2), len(people))")
    assert printed == f"{changed.table['value'].sum():.2f} {len(rt.opportunity_customers(shop, 'replenishment'))}\n"


def test_a_habit_of_one_channel_is_told_with_its_channel(found):
    habit = found.table.set_index("key", drop=False).loc["one_channel"]
    said = "Every order they placed came through “app”, while most orders of the shop come through “web”;"
    assert said in sentences.who_they_are(habit, found)
    assert sentences.what_to_send(habit).startswith("Remind them on their day, with a link to the channel that they")


def test_what_is_done_leaves_the_list_and_comes_back(page, shop, found, execute):
    first, second = found.ranked["key"].head(2)
    page.choose("opportunity", first)
    page.test.button(key=f"done_{first}").click()
    page._settle()
    left = rt.rank_opportunities(shop, leave_out=(first,))
    assert page.headline == sentences.what_to_do(left) != sentences.what_to_do(found)
    assert page.test.dataframe[0].value["Opportunity"].tolist() == [opportunity_name(key) for key in left.table["key"]]
    assert sentences.all_together(left) in page.texts
    assert not [button for button in page.test.main.button if button.key == f"test_{first}"]
    assert f"{second}.csv" in page.downloads  # the list below is that of the next
    assert execute(page.notebook, "print(found.ranked['key'].iloc[0])") == f"{second}\n"
    page.open("pages/start/overview.py")
    assert (
        sentences.in_one_line(left.ranked.iloc[0], left)
        in page.texts[[text.startswith(opportunity_name(second)) for text in page.texts].index(True)]
    )
    assert page.open(PAGE).headline == sentences.what_to_do(left)
    page.press("Show again")
    assert page.headline == sentences.what_to_do(found)
    assert "Show again" not in [button.label for button in page.test.main.button]


def test_when_all_is_done_the_page_says_so_and_another_file_begins_anew(page, found):
    for key in found.ranked["key"]:
        page.test.button(key=f"done_{key}").click()
        page._settle()
    said = "Nothing is left on the list of this week: the rest is done for now, or too few people to tell."
    assert page.headline == said
    assert said in page.open("pages/start/overview.py").texts
    rows = "\n".join(f"{n},2025-0{n}-01,c{n}@example.com,1,10" for n in (1, 2, 3))
    page.open("pages/start/data.py").drop(("orders.csv", (HEADER + rows).encode())).open(PAGE)
    assert page.headline.startswith("Nothing to recommend this week")


def test_a_test_with_a_hold_out_takes_these_people(page, shop):
    page.choose("opportunity", "full_price").choose("channel", ["web", "store"])  # both stand in the address
    page.test.button(key="test_second_order").click()
    page._settle()
    assert page.title == "Assign a test"
    chosen = shop.filter(channels=["web", "store"])
    reachable = int(rt.opportunity_customers(chosen, "second_order")["reachable"].sum())
    assert page.headline.startswith(f"{reachable} customers:")
    code = "\n".join(cell.source for cell in page.notebook.cells)
    assert "people = rt.opportunity_customers(orders, key='second_order')" in code
    assert "customers=people" in code
    page.choose("assign_who", "everyone")
    assert not page.headline.startswith(f"{reachable} customers:")


def test_an_audience_is_told_who_is_meant(page):
    page.test.button(key="audience_full_price").click()
    page._settle()
    assert page.title == "Audiences"
    assert page.test.get_by_key("audience_who").value == "opportunity:full_price"


def test_the_overview_names_the_three_best(at_sample, found):
    texts = at_sample.open("pages/start/overview.py").texts
    (line,) = [text for text in texts if text.startswith("Due for a product they bought")]
    assert line.split("\n- ") == [sentences.in_one_line(row, found) for _place, row in found.ranked.head(3).iterrows()]
    worth, low, high = euros(found.ranked.iloc[1])
    assert f"worth about {worth}, between {low} and {high}." in line


@pytest.mark.parametrize(
    "rows",
    [
        [f"{n},2025-0{n}-01,c{n}@example.com,1,10" for n in (1, 2, 3)],
        [f"{n},2025-0{1 + n % 6}-{1 + n % 28:02d},c{n}@example.com,1,{10 + n}" for n in range(80)],
    ],
    ids=["three customers", "everybody once"],
)
def test_where_there_is_too_little_to_tell_the_page_and_the_overview_say_so(visitor, rows):
    visitor.open("pages/start/data.py").drop(("orders.csv", (HEADER + "\n".join(rows)).encode()))
    visitor.open(PAGE)
    assert visitor.headline.startswith("Nothing to recommend this week: too few people to tell")
    assert any("fewer than 30 customers came back on a later day" in text for text in visitor.texts)
    assert not visitor.errors
    visitor.open("pages/start/overview.py")
    assert "There are too few customers yet to say whom to write to." in visitor.texts
