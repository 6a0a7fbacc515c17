"""What one person brings stays with that person and on this machine."""

from playwright.sync_api import expect

PAGES = (
    "Overview", "Data", "Key figures", "Why revenue moved", "Cohorts", "Time to next order", "Channels",
    "Discounts and codes", "Guests and accounts", "Feedback", "Definitions compared", "Segments",
    "Who moved", "Behaviour groups", "Age, gender, place", "Segment builder", "One customer",
    "Lifetime value", "Risk", "Next orders", "Forecast", "Plan a test", "Assign a test", "Results of a test",
    "Opportunities", "What-if", "Loyalty programme", "Audiences",
)  # fmt: skip

FILTERED = ("Overview", "Key figures", "Cohorts", "Segments", "Risk", "Forecast", "Plan a test")


def file_of(shop, customer, price):
    """An order a day for 90 days, each shop with its own product, channel, country and prices."""
    head = "Order,Date,E-mail,Name,Product,Category,Quantity,Price,Channel,Country\n"
    rows = [
        f"{n},2025-{n // 28 + 3:02d}-{n % 28 + 1:02d},{customer}{n % 9}@example.com,{customer},{shop} lamp,{shop} lamps,1,"
        f"{price},{shop} {'web' if n % 2 else 'store'},{'DE' if n % 3 else 'AT'}"
        for n in range(90)
    ]
    return f"{shop}.csv", f"{head}{chr(10).join(rows)}\n".encode()


def test_two_visitors_never_see_each_other_s_data(visit):
    ours, theirs = visit(), visit()
    ours.open("data").drop(file_of("Aster", "Agnes", "17.00"))
    theirs.open("data").drop(file_of("Birch", "Boris", "29.00"))
    people = ((ours, ("Aster", "Agnes"), ("Birch", "Boris")), (theirs, ("Birch", "Boris"), ("Aster", "Agnes")))
    for pages in (PAGES, FILTERED):
        if pages is FILTERED:
            ours.tick("Channel", "Aster web")
            theirs.tick("Channel", "Birch store")
        for title in pages:
            headlines = []
            for visitor, _ours, _others in people:  # both at once
                visitor.follow(title)
            for visitor, (shop, _customer), others in people:
                visitor.arrived(title)
                html = visitor.page.content()
                assert shop in html
                assert not any(other in html for other in others), f"{title}: {others}"
                if title in ("Overview", "Key figures"):  # others may say that they lack a file
                    headlines.append(visitor.headline.inner_text())
            assert len(set(headlines)) == len(headlines)
    expect(ours.page.get_by_test_id("stSidebar").get_by_text("Aster web")).to_be_visible()


def test_a_file_of_the_same_name_and_length_is_another_shop(visit):
    name, content = file_of("Aster", "Agnes", "17.00")
    lines = content.split(b"\n")
    lines[61] = lines[61].replace(b",17.00,", b",18.00,")  # one order of May
    ours, theirs = visit(), visit()
    ours.open("data").drop((name, content)).go("Key figures")
    theirs.open("data").drop((name, b"\n".join(lines))).go("Key figures")
    expect(ours.headline).to_contain_text("Net revenue in May 2025: 476.00 (")
    expect(theirs.headline).to_contain_text("Net revenue in May 2025: 477.00 (")


def test_nothing_is_asked_of_another_host(visitor, sample_data):
    """Nor does any other visitor of these tests, see `visit`; they open every page."""
    for address in ("kpis", ""):  # each a cold start; others begin at data and cohorts
        visitor.open(address)
    visitor.press("Open the sample shop").drawn()
    visitor.go("Data").drop(sample_data / "orders_polish.csv").go("Overview").drawn()
    assert visitor.hosts == {visitor.url.removeprefix("http://")}
