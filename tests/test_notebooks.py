"""Every notebook in notebooks/ runs from top to bottom, wherever Jupyter was started, and shows what it talks about."""

from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

import retention as rt

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

# No name is left of the notebook before; a sample that it has read is not read again.
FORGET = """%reset -f
from functools import lru_cache
import retention as rt
if not hasattr(rt.load_sample, "cache_info"):
    rt.load_sample = lru_cache(rt.load_sample)
del lru_cache, rt"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Run a notebook once, in a folder that is neither its own nor the repository's, in a kernel that has forgotten the one before."""
    folder, done = tmp_path_factory.mktemp("elsewhere"), {}
    with pytest.MonkeyPatch.context() as patch:
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(folder))
        kernel = KernelManager(kernel_name="python3")
        kernel.start_kernel(cwd=str(folder))

        def run(name):
            if name not in done:
                done[name] = book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
                book.cells.insert(0, new_code_cell(FORGET))
                client = NotebookClient(book, km=kernel, timeout=60)
                client.execute()
                client.kc.stop_channels()
            return done[name]

        yield run
        kernel.shutdown_kernel(now=True)


def shown(book, source):
    """What a reader sees below the cell that begins with these words."""
    [cell] = [cell for cell in book.cells if cell.cell_type == "code" and cell.source.startswith(source)]
    [output] = cell.outputs
    return "".join(output["data"].get(kind, "") for kind in ("text/html", "text/plain"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_kept_without_outputs(path):
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert cells
    assert not any(cell.outputs or cell.execution_count for cell in cells)


@pytest.mark.xdist_group("notebooks")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_from_top_to_bottom(path, executed):
    executed(path.stem)


@pytest.mark.xdist_group("notebooks")
def test_the_walk_through_shows_the_numbers_it_talks_about(executed):
    book = executed("walk_through")
    orders = rt.load_sample()
    assert f"{orders.report.rows_in_files:,} rows in orders.csv" in shown(book, "orders.report")
    assert f"{rt.retention_table(orders).average['rate'][1]:.4f}" in shown(book, "cohorts.average")
    assert "returning_customer_rate" in shown(book, "summary = ")
    assert "Decimal mark: ," in shown(book, "sample_data = ")
    assert shown(book, "len(polish.set_aside())") == "0"
    assert "'dmy', 'mdy'" in shown(book, "ambiguous = ")
    assert shown(book, "answered = ") == "(datetime.date(2025, 4, 3), datetime.date(2025, 6, 6))"
    charts = [cell for cell in book.cells if cell.source.startswith("rt.charts")]
    assert len(charts) == 3
    assert all("vega" in shown(book, cell.source) for cell in charts)


@pytest.mark.xdist_group("notebooks")
def test_three_tests_come_out_as_they_are_told(executed):
    book = executed("what_works")
    assert shown(book, "reminder = ").startswith("('better', ")
    assert shown(book, "banner = ").startswith("('no difference',")
    assert shown(book, "card = ").startswith("('withheld', ")
    assert shown(book, "typed = ") == "13914"
    assert abs(float(shown(book, "from statsmodels").removeprefix("np.float64(").removesuffix(")"))) < 1e-12


@pytest.mark.xdist_group("notebooks")
def test_what_to_do_comes_out_as_it_is_told(executed):
    book = executed("what_to_do")
    assert shown(book, "past = ") == "'no difference'"
    assert shown(book, "rt.audience_file").startswith("('Email,Phone Number,First Name,")
    charts = [cell for cell in book.cells if cell.source.startswith("rt.charts")]
    assert len(charts) == 5
    assert all("vega" in shown(book, cell.source) for cell in charts)
