"""The page on opportunities says what rank_opportunities says."""

import pytest

import retention as rt

PAGE = "pages/act/opportunities.py"


@pytest.fixture(scope="module")
def found(shop):
    return rt.rank_opportunities(shop)


@pytest.fixture
def page(at_sample):
    return at_sample.open(PAGE)


def test_try(page, found):
    print(page.headline)
    print("\n".join(page.texts))
    print(page.test.dataframe[0].value.T.to_string())
    print(page.downloads.keys())


def test_assign(page, shop, execute):
    page.press("Test it with a hold-out")
    print(page.title, page.headline)
    people = rt.opportunity_customers(shop, "replenishment")
    print(len(people))
    print("\n".join(c.source for c in page.notebook.cells))
    execute(page.notebook)


def test_over(at_sample):
    import time

    at_sample.open("pages/start/overview.py")
    t = time.time()
    at_sample.open("pages/start/overview.py")
    print(time.time() - t)
    print([h.value for h in at_sample.test.subheader])
    print(at_sample.texts[:12])
