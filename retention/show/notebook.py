"""The calls behind a screen, as a notebook that anyone can run again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from retention.margin import Margin
from retention.orders import Selection


@dataclass(frozen=True)
class Load:
    """How the data came in: a sample by name, or files with the options of read_orders."""

    sample: str = ""
    files: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One public call of a screen: the function, its options, what it returned and the name it gets."""

    name: str
    function: Callable
    options: dict[str, Any]
    result: Any


@dataclass(frozen=True)
class Chart:
    """One chart of a screen: the function and its arguments, results among them."""

    function: Callable
    arguments: tuple
    options: dict[str, Any]


def notebook(
    title: str,
    question: str,
    load: Load,
    selection: Selection,
    steps: Sequence[Call | Chart],
    margin: Margin | None = None,
) -> str:
    """The notebook of a screen as .ipynb text.

    It holds a cell of parameters, the load, the filters, every call with its chart, and at the end assertions that the sums
    of the screen's tables come out again. Values are written with repr, so nothing in a file name or a filter is ever run.
    """
    cells = [new_markdown_cell(f"# {title}\n\n{question}")]
    parameters = new_code_cell(_parameters(load))
    parameters.metadata["tags"] = ["parameters"]
    cells += [parameters, new_code_cell(_loading(load)), new_code_cell("orders.report")]
    if margin is not None:
        cells.append(new_code_cell(f"orders = orders.with_margin({margin.given!r})"))
    if chosen := {name: value for name, value in vars(selection).items() if value}:
        cells.append(new_code_cell(f"orders = orders.filter({_arguments(chosen)})"))
    names: dict[int, str] = {}
    checks = ["import math", ""]
    for step in steps:
        if isinstance(step, Call):
            cells.append(new_code_cell(_calling(step, names)))
            names[id(step.result)] = step.name
            checks += [_check(step.name, step.result)]
        else:
            cells.append(new_code_cell(_drawing(step, names)))
    cells += [new_markdown_cell("The numbers of the screen, checked:"), new_code_cell("\n".join(checks))]
    book = new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"
    return nbformat.writes(book)


def totals(result: Any) -> dict[str, float]:
    """The sum of every numeric column of a result's table: what the screen and the notebook have to agree on."""
    table = frame_of(result)
    return {str(name): float(table[name].sum()) for name in table.columns if pd.api.types.is_numeric_dtype(table[name])}


def frame_of(result: Any) -> pd.DataFrame:
    """The table of a result; the cohort or period it is indexed by becomes a column."""
    table = result if isinstance(result, pd.DataFrame) else result.table
    return table if isinstance(table.index, pd.RangeIndex) else table.reset_index()


def _parameters(load: Load) -> str:
    if load.sample:
        return f"sample = {load.sample!r}"
    files = load.files[0] if len(load.files) == 1 else list(load.files)
    return f"# The file as it was dropped; give its full path when the notebook lies elsewhere.\nfiles = {files!r}"


def _loading(load: Load) -> str:
    if load.sample:
        return "import retention as rt\n\norders = rt.load_sample(sample)"
    options = _arguments(load.options)
    return f"import retention as rt\n\norders = rt.read_orders(files{', ' if options else ''}{options})"


def _arguments(options: dict[str, Any], names: dict[int, str] | None = None) -> str:
    """names: what results of earlier calls are called"""
    return ", ".join(f"{name}={(names or {}).get(id(value)) or _written(value)}" for name, value in options.items())


def _written(value: Any) -> str:
    return repr(value.isoformat()) if hasattr(value, "isoformat") else repr(value)


def _calling(call: Call, names: dict[int, str]) -> str:
    options = _arguments(call.options, names)
    return f"{call.name} = rt.{call.function.__name__}(orders{', ' if options else ''}{options})\n{call.name}"


def _drawing(chart: Chart, names: dict[int, str]) -> str:
    arguments = [names.get(id(value)) or repr(value) for value in chart.arguments]
    options = _arguments(chart.options)
    return f"rt.charts.{chart.function.__name__}({', '.join([*arguments, *([options] if options else [])])})"


def _check(name: str, result: Any) -> str:
    table = name if isinstance(result, pd.DataFrame) else f"{name}.table"
    lines = [f"assert len({table}) == {len(frame_of(result))}"]
    for column, total in totals(result).items():
        key = int(column) if column.isdigit() else column
        if math.isfinite(total):
            lines.append(f"assert math.isclose({table}[{key!r}].sum(), {total!r}, rel_tol=1e-9, abs_tol=1e-9)")
    return "\n".join(lines)
