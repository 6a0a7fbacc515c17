"""Nothing is lost: rows in the file = used + set aside + merged, and their money likewise; row order changes nothing."""

import csv
import io
import math
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import retention as rt

HEADER = ["order_id", "ordered_at", "email", "product", "quantity", "unit_price"]
MESSY = settings(max_examples=12, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))

orders = st.sampled_from(["1", "2", "3", "4", "x-5", " 6 ", "", "1.12739E+16"])
dates = st.sampled_from(["2025-01-05", "2025-01-06 10:00:00", "2025-02-28", "", "soon", "2025-13-45", "0001-01-01"])
emails = st.sampled_from(["a@example.com", "B@Example.com ", "", "c@example.com", 'o"dd', "two\nlines"])
products = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8) | st.sampled_from(
    ["a,b", 'TV 24"', "x\ny"]
)
numbers = st.sampled_from(["1", "2", "3", "-1", "0", "", "one", "1.5", "(2)", "99999999999999"])
prices = st.sampled_from(["9.90", "0.01", "1,299.00", "$5", "0", "-4.00", "", "free", "12.345", "999999999999"])
rows = st.tuples(orders, dates, emails, products, numbers, prices).map(list)
ragged = rows.flatmap(lambda row: st.sampled_from([row[:4], [*row, "more"]]))


def cents(row):
    """Quantity × price in hundredths where both can be read, by hand."""
    try:
        quantity, price = (
            Decimal(cell.replace("$", "").replace(",", "").replace("(2)", "-2")) for cell in (row[4], row[5])
        )
    except ArithmeticError:
        return 0
    if max(abs(quantity), abs(price)) >= 10**13:
        return 0
    return int((quantity * price * 100).quantize(Decimal(1), "ROUND_HALF_UP"))


def text_of(table, blanks=()):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for number, row in enumerate(table):
        out.write("\n" * (number in blanks))
        writer.writerow(row)
    return out.getvalue().encode()


def read(content, **options):
    try:
        return rt.read_orders(content, decimal=".", **options)
    except rt.EmptyError:
        return None


def assert_conserved(shop, rows_in_file, money):
    report = shop.report
    assert report.rows_in_files == rows_in_file == int(report.rows["rows"].sum())
    assert rows_in_file == sum(report.count(outcome) for outcome in ("used", "set aside", "merged"))
    # Exact to the cent up to 10^13 currency units; beyond, the account's floats hold no cents.
    assert math.isclose(sum(round(amount * 100) for amount in report.rows["amount"].dropna()), money, rel_tol=1e-15)
    aside = shop.set_aside()
    assert len(aside) == report.count("set aside")
    assert not aside.duplicated(["file", "line"]).any()
    lines = shop.frame(shop.lines)
    assert len(lines) == report.count("used")
    assert lines["net"].sum() == shop.frame(shop.orders)["net"].sum()


GOOD = ["9", "2025-01-05", "a@example.com", "x", "1", "5.00"]


@MESSY
@given(st.lists(rows | ragged, max_size=25), st.sets(st.integers(0, 25)), st.booleans())
def test_rows_and_money_are_conserved(table, blanks, drop_duplicates):
    table = [GOOD, *table]
    shop = read(text_of(table, blanks), drop_duplicates=drop_duplicates)
    assert_conserved(shop, len(table), sum(cents(row) for row in table if len(row) == len(HEADER)))


@MESSY
@given(st.lists(rows, min_size=1, max_size=12), st.lists(rows, min_size=1, max_size=12))
def test_two_overlapping_files_are_conserved(first, second):
    both = [[GOOD, *first], [GOOD, *second]]
    shop = read([text_of(table) for table in both])
    assert_conserved(shop, sum(map(len, both)), sum(cents(row) for table in both for row in table))


def story(shop):
    """What the key figures are made of."""
    orders = shop.frame(shop.orders).sort_values("order_ref")
    numbers = orders.groupby("customer_id")["order_number"].sum()
    customers = shop.frame(shop.customers).drop(columns=["name", "email"])
    return (
        orders.drop(columns=["order_id", "order_number"]).to_csv(index=False),
        numbers.to_csv(),
        customers.sort_values("customer_ref").to_csv(index=False),
        shop.report.rows.to_csv(index=False),
        (shop.as_of, shop.currency),
    )


@MESSY
@given(st.lists(rows, max_size=15).flatmap(lambda table: st.tuples(st.just(table), st.permutations([GOOD, *table]))))
def test_the_order_of_the_rows_changes_nothing(tables):
    table, shuffled = tables
    assert story(read(text_of([GOOD, *table]))) == story(read(text_of(shuffled)))


@MESSY
@given(st.lists(st.tuples(rows, st.booleans()), max_size=12))
def test_open_quotation_marks_cost_their_own_line_only(table):
    """Every row is one line; some have a quotation mark that is never closed."""
    plain = [[cell.replace("\n", " ").replace('"', "") for cell in row] for row, _ in table]
    lines = [
        ",".join([row[0], row[1], '"who ' * broken + row[2], row[3].replace(",", " "), row[4], row[5].replace(",", "")])
        for row, (_, broken) in zip(plain, table, strict=True)
    ]
    content = "\n".join([",".join(HEADER), *lines, ",".join(GOOD)]).encode()
    shop = read(content)
    broken = [number + 2 for number, (_, broken) in enumerate(table) if broken]
    found = shop.set_aside()
    assert found.loc[found["reason"] == "a quotation mark is not closed", "line"].tolist() == broken
    assert shop.report.rows_in_files == len(table) + 1
