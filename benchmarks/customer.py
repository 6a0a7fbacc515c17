"""One customer among more than a million: the million lines' customers four times, each time with numbers and addresses of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.inputs import million

COPIES = 4
# Of the million lines no order or customer has so high a number.
NUMBERS = "({name} + 1000000 * copy)::INTEGER AS {name}"
ORDER, CUSTOMER = (NUMBERS.format(name=name) for name in ("order_id", "customer_id"))
OWN = {
    "lines": f"line_id + 10000000 * copy AS line_id, {ORDER}",
    "orders": f"{ORDER}, {CUSTOMER}, copy || order_ref AS order_ref",
    "customers": f"{CUSTOMER}, copy || customer_ref AS customer_ref, copy || email AS email",
}
COPY_SQL = """
COPY (SELECT * EXCLUDE (copy) REPLACE ({own}) FROM read_parquet('{source}') CROSS JOIN range({copies}) AS copies(copy) ORDER BY ALL)
TO '{path}' (FORMAT parquet)"""


def _search(text: str) -> Callable[[Path], Callable[[], object]]:
    def case(folder: Path) -> Callable[[], object]:
        import retention as rt

        orders = _of_a_million(folder)
        return lambda: rt.find_customers(orders, text)

    return case


def story(folder: Path) -> Callable[[], object]:
    """The story of the customer who brought most."""
    import retention as rt

    orders = _of_a_million(folder)
    customer = int(rt.find_customers(orders)["customer_id"].iloc[0])
    return lambda: rt.customer_story(orders, customer)


def next_story(folder: Path) -> Callable[[], object]:
    """The story of one customer after another, with what is the same for all of them remembered."""
    import retention as rt
    from retention import engine

    engine.REMEMBERED = 16 * 2**20
    orders = _of_a_million(folder)
    customers = iter(rt.find_customers(orders)["customer_id"].iloc[::COPIES])  # copies would be the same question again
    return lambda: rt.customer_story(orders, int(next(customers)))


def _of_a_million(folder: Path) -> object:
    """The dataset, made anew when the million lines are."""
    import duckdb

    from retention.engine import Dataset

    large = folder / "million_customer_names"
    large.mkdir(exist_ok=True)
    for table, own in OWN.items():
        source, path = folder / "million" / f"{table}.parquet", large / f"{table}.parquet"
        if not path.exists() or path.stat().st_mtime < source.stat().st_mtime:
            part = path.with_suffix(".part")
            options = {"memory_limit": "1GB", "temp_directory": str(large / "spill")}
            duckdb.connect(config=options).execute(COPY_SQL.format(own=own, source=source, copies=COPIES, path=part))
            part.rename(path)
    return replace(million(folder), dataset=Dataset(large))


CASES = {
    "find by name": (_search("zoe walker"), 5),
    "find by part of a name": (_search("ann"), 5),
    "find by two letters": (_search("an"), 5),
    "find by e-mail": (_search("2james.walker"), 5),
    "find by order number": (_search("#31000001"), 5),
    "find by phone": (_search("+1 202 000 5601"), 5),
    "find nobody": (_search("xyzzy"), 5),
    "the customers who brought most": (_search(""), 5),
    "customer_story": (story, 4),
    "customer_story, the next one": (next_story, 5),
}
COMPARED = ()
SECONDS = tuple((case, 1.0) for case in CASES if case != "customer_story") + (("customer_story", 6.0),)
MEGABYTES = (("customer_story", 800), ("customer_story, the next one", 700))
ROUNDS = 2
