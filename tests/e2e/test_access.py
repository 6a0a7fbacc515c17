"""Everybody gets through: screen readers, the keyboard alone, dark screens, phones."""

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

PAGES = (
    "Overview", "Data", "Data quality", "Key figures", "Why revenue moved", "Cohorts", "Time to next order", "Channels",
    "Discounts and codes", "Guests and accounts", "Feedback", "Definitions compared", "Segments",
    "Who moved", "Behaviour groups", "Age, gender, place", "Segment builder", "One customer",
    "Lifetime value", "Risk", "Next orders", "Forecast", "Plan a test", "Assign a test", "Results of a test",
    "Opportunities", "What-if", "Loyalty programme", "Audiences",
)  # fmt: skip

# What axe finds in Streamlit's own markup, which an app cannot change: rule, the part of the page, and why.
STREAMLIT_S_OWN = (
    ("list", "[data-testid=stSidebarNavItems]", "the navigation puts its section headings into its list as div"),
    ("listitem", "[data-testid=stSidebarNavItems]", "and so its items are not children of the list"),
    (
        "svg-img-alt",
        "[data-testid=stMetric]",
        "the sparkline of a metric has parts without a title; the card has words",
    ),
    (
        "presentation-role-conflict",
        "[data-testid=stFileUploaderDropzone]",
        "it carries a label, its button is what is used",
    ),
    (
        "color-contrast",
        "[data-testid=stSliderThumbValue]",
        "a slider writes its value in the colour of buttons: none reads well both under white words and on the dark page",
    ),
)

# What the scheme of the screen can change; the other rules read the parts of a page, which are the same by day and by night.
COLOURS = ("color-contrast", "link-in-text-block")

INSIDE = (
    "([target, part]) => { const found = document.querySelector(target); return !!found && !!found.closest(part); }"
)


def violations(page, *rules):
    """What axe finds, by all its rules or by these, without what Streamlit brings."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = []
    only = {"runOnly": rules} if rules else {}
    answer = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"]} | only)
    for violation in answer["violations"]:
        own = [part for rule, part, _why in STREAMLIT_S_OWN if rule == violation["id"]]
        for node in violation["nodes"]:
            if not any(page.evaluate(INSIDE, [node["target"][-1], part]) for part in own):
                found.append(f"{violation['id']} at {node['target']}: {node['html'][:200]} {node['failureSummary']}")
    return found


def test_axe_finds_nothing_of_our_making_by_day_and_by_night(visit, sample_data):
    visitor = visit(color_scheme="light").open()
    found = by_day_and_by_night(visitor, "start")
    visitor.press("Open the sample shop")
    for title in PAGES:
        visitor.go(title).drawn().unfold()
        found += by_day_and_by_night(visitor, title)
    visitor.go("Data").drop(("nothing.csv", b"")).settled()
    found += by_day_and_by_night(visitor, "an error")
    visitor.drop(sample_data / "orders_polish.csv")
    found += by_day_and_by_night(visitor, "columns")
    assert found == []


def by_day_and_by_night(visitor, place):
    """What axe finds in the scheme of the screen, and of its colours in the other one, with which the next place begins."""
    is_dark = visitor.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = []
    for scheme, rules in zip(("dark", "light") if is_dark else ("light", "dark"), ((), COLOURS), strict=True):
        visitor.page.emulate_media(color_scheme=scheme)
        expect(visitor.page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
        visitor.drawn().still()
        found += [f"{place}, {scheme}: {text}" for text in violations(visitor.page, *rules)]
    return found


def test_axe_would_find_a_button_without_a_name_and_words_too_faint_to_read(visitor):
    faint = '<button></button><p style="color: #777; background: #888">Faint</p>'
    visitor.open().page.get_by_test_id("stMain").evaluate(
        "(main, faint) => main.insertAdjacentHTML('beforeend', faint)", faint
    )
    assert {text.split()[0] for text in violations(visitor.page)} >= {"button-name", "color-contrast"}
    assert {text.split()[0] for text in violations(visitor.page, *COLOURS)} == {"color-contrast"}


def focused(page):
    """The last line of what has the focus: above it may stand the name of an icon."""
    words = page.evaluate(
        "(document.activeElement.closest('label') || document.activeElement).innerText"
        " || document.activeElement.ariaLabel || ''"
    )
    return words.strip().rpartition("\n")[2]


def tab_to(page, words):
    seen = []
    for _press in range(60):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1] == words:
            return
    pytest.fail(f"{words!r} cannot be reached with Tab; reached {seen}")


def test_the_keyboard_alone_opens_the_sample_and_gets_to_a_chart(visitor):
    visitor.open()
    tab_to(visitor.page, "Open the sample shop")
    visitor.page.keyboard.press("Enter")
    expect(visitor.headline).to_contain_text("customers brought")
    visitor.settled()
    tab_to(visitor.page, "Cohorts")
    visitor.page.keyboard.press("Enter")
    expect(visitor.headline).to_contain_text("Of 100 new customers")
    visitor.settled().drawn()
    tab_to(visitor.page, "Month")
    visitor.page.keyboard.press("ArrowRight")
    expect(visitor.headline).to_contain_text("in the next quarter")


def test_on_a_phone_nothing_scrolls_sideways_and_every_chart_is_an_image_with_words(visit):
    visitor = visit(viewport={"width": 390, "height": 844}).sample()
    for title in PAGES:
        if title != PAGES[0]:
            visitor.go(title)
        visitor.drawn()
        wide = visitor.page.evaluate(
            "[document.scrollingElement, document.querySelector('[data-testid=stMain]')]"
            ".filter(part => part.scrollWidth > part.clientWidth).map(part => part.scrollWidth)"
        )
        assert wide == [], title
        pictures = visitor.page.get_by_test_id("stVegaLiteChart")
        words = pictures.evaluate_all("all => all.map(one => one.querySelector('[aria-label]')?.ariaLabel ?? '')")
        assert all(len(text) > 20 for text in words), (title, words)
        assert words or title == "Data", title
