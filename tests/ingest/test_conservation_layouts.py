"""In every layout, whatever is broken in its rows: rows in the file = used + set aside + merged, and the money likewise."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import retention as rt

HERE = Path(__file__).parent / "platforms"
NOTES = ("expected.csv", "set_aside.csv")
SAMPLES = sorted(folder.name for folder in HERE.iterdir() if folder.is_dir())
FEW = settings(max_examples=6, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))

junk = st.sampled_from(
    ["", " ", "?", "1", "-3", "2025-13-45", "x,y", 'in"side', "1.12739E+16", "999999999999999", "Összesen"]
)
mutation = st.tuples(
    st.sampled_from(["cell", "drop", "double", "cut", "swap"]), st.integers(0, 10**6), st.integers(0, 10**6), junk
)


def files_of(sample):
    return [path for path in sorted((HERE / sample).iterdir()) if path.name not in NOTES]


def mutated(text, changes):
    """The records of a file with cells replaced, rows dropped, doubled, cut short or swapped; the header stays."""
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    header = next(number for number, row in enumerate(rows) if len([cell for cell in row if cell]) > 3)
    body = rows[header + 1 :]
    for kind, at, column, cell in changes:
        if not body:
            break
        at %= len(body)
        if kind == "cell" and body[at]:
            body[at] = [cell if number == column % len(body[at]) else old for number, old in enumerate(body[at])]
        elif kind == "drop":
            del body[at]
        elif kind == "double":
            body.insert(at, list(body[at]))
        elif kind == "cut":
            body[at] = body[at][: column % (len(body[at]) + 1)]
        else:
            other = column % len(body)
            body[at], body[other] = body[other], body[at]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([*rows[: header + 1], *body])
    return out.getvalue()


def decoded(path):
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1254", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(path)


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if not any(path.suffix == ".xls" for path in files_of(sample))]
)
@FEW
@given(changes=st.lists(mutation, max_size=6))
def test_rows_and_money_are_conserved_in_every_layout(sample, changes):
    paths = files_of(sample)
    contents = []
    for number, path in enumerate(paths):
        text = decoded(path)
        file = io.BytesIO((mutated(text, changes) if number == 0 else text).encode())
        file.name = path.name
        contents.append(file)
    try:
        shop = rt.read_orders(contents)
    except rt.RetentionError:
        return
    report = shop.report
    assert report.rows_in_files == int(report.rows["rows"].sum())
    assert report.rows_in_files == sum(report.count(fate) for fate in ("used", "set aside", "merged"))
    aside = shop.set_aside()
    assert len(aside) == report.count("set aside")
    assert not aside.duplicated(["file", "line"]).any()
    lines, orders = shop.frame(shop.lines), shop.frame(shop.orders)
    assert lines["net"].sum() == orders["net"].sum()
    assert (lines.groupby("order_id")["net"].sum() == orders.set_index("order_id")["net"]).all()
    assert (orders["net"] == orders["gross"] - orders["discounts"] - orders["refunds"]).all()
    if sample == "woocommerce_advanced":
        return  # pieces that the export took off the quantity are put back
    used = report.rows.loc[report.rows["outcome"] == "used", "amount"].sum()
    assert round(used * 100) == lines["gross"].sum() - negative_amounts(lines)


def negative_amounts(lines):
    """Hundredths on rows of goods given back, which the account holds as negative money."""
    back = lines[lines["is_return"]]
    return round((-back["quantity"] * back["unit_price"]).sum() * 100)
