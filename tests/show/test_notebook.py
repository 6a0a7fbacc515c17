"""A notebook is text that others run: it says what the screen did, and nothing that stands in a file or a filter is code."""

import ast
from datetime import date

import nbformat
import numpy as np
import pandas as pd
import pytest

import retention as rt
from retention.margin import Margin
from retention.orders import Selection
from retention.show.notebook import Call, Chart, Load, notebook, totals

NASTY = "'); import os; os.system('true'); ('\n\"\"\"\\"


def code_of(load=None, selection=None, steps=()):
    book = nbformat.reads(
        notebook("Title", "Question?", load or Load(sample="shop"), selection or Selection(), steps), as_version=4
    )
    nbformat.validate(book)
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def calls_in(cells):
    """Every name that the cells call."""
    tree = ast.parse("\n".join(cells))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_load_filter_calls_charts_and_checks_follow_each_other(shop):
    table = rt.kpi_table(shop)
    cells = code_of(
        selection=Selection(start=date(2025, 1, 1), channels=("web",)),
        steps=[
            Call("kpis", rt.kpi_table, {"period": "month"}, table),
            Chart(rt.charts.kpi_line, (table, "net", "EUR"), {}),
        ],
    )
    assert cells[:6] == [
        "sample = 'shop'",
        "import retention as rt\n\norders = rt.load_sample(sample)",
        "orders.report",
        "orders = orders.filter(start='2025-01-01', channels=('web',))",
        "kpis = rt.kpi_table(orders, period='month')\nkpis",
        "rt.charts.kpi_line(kpis, 'net', 'EUR')",
    ]
    assert "assert len(kpis) == 24" in cells[6]
    assert f"math.isclose(kpis['net'].sum(), {float(table['net'].sum())!r}" in cells[6]


def test_shops_and_switches_are_part_of_the_filter():
    cells = code_of(selection=Selection(shops=("b",), count=("pending", "test"), leave_out=("wholesale",)))
    assert "orders = orders.filter(shops=('b',), count=('pending', 'test'), leave_out=('wholesale',))" in cells


@pytest.mark.parametrize(
    ("margin", "call"),
    [
        (Margin(0.35), "with_margin(0.35)"),
        (Margin(0.2, by_category=(("Phones", 0.1),)), "with_margin({'Phones': 0.1, '': 0.2})"),
        (Margin(0.27, costs=True), "with_margin('products')"),
    ],
)
def test_the_margin_is_given_as_it_was_set(margin, call):
    book = nbformat.reads(notebook("Title", "Question?", Load(sample="shop"), Selection(), (), margin), as_version=4)
    assert f"orders = orders.{call}" in [cell.source for cell in book.cells]


def test_without_a_filter_there_is_no_filter_cell():
    assert not any("filter" in cell for cell in code_of())


def test_files_come_in_with_the_options_that_were_chosen():
    cells = code_of(Load(files=("a.csv", "b.csv"), options={"date_order": "dmy", "mapping": {"ordered_at": "Day"}}))
    assert "files = ['a.csv', 'b.csv']" in cells[0]
    assert "orders = rt.read_orders(files, date_order='dmy', mapping={'ordered_at': 'Day'})" in cells[1]


@pytest.mark.parametrize(
    ("load", "selection"),
    [
        (Load(files=(NASTY,)), Selection()),
        (Load(files=("a.csv",), options={"mapping": {"ordered_at": NASTY}}), Selection()),
        (Load(sample="shop"), Selection(countries=(NASTY,), categories=(NASTY, "b"))),
    ],
)
def test_nothing_that_comes_from_a_file_is_ever_code(load, selection):
    assert calls_in(code_of(load, selection)) <= {"rt.read_orders", "rt.load_sample", "orders.filter"}


def test_the_parameters_cell_is_tagged_for_tools():
    book = nbformat.reads(notebook("T", "Q?", Load(sample="cdnow"), Selection(), []), as_version=4)
    (tagged,) = [cell for cell in book.cells if "parameters" in cell.metadata.get("tags", [])]
    assert tagged.source == "sample = 'cdnow'"


def test_the_same_screen_gives_the_same_notebook():
    assert notebook("T", "Q?", Load(sample="shop"), Selection(), []) == notebook(
        "T", "Q?", Load(sample="shop"), Selection(), []
    )


def test_totals_take_numbers_only_and_skip_what_is_missing():
    frame = pd.DataFrame({"name": ["a", "b"], "net": [1.5, np.nan], "orders": [2, 3]})
    assert totals(frame) == {"net": 1.5, "orders": 5.0}
