"""What was paid back, where an export does not say it in a column of its own: as SQL."""

from __future__ import annotations

from retention.ingest.decide import Reading, named_sql
from retention.ingest.values import cents_sql
from retention.schema import PRICES


def lowered_by(reading: Reading) -> str:
    """What was paid back, in hundredths: an order's total before less its total after, where it was adjusted at all."""
    mark = next((reading.marks[name] for name in (*PRICES, "order_total") if name in reading.marks), ".")
    before, after, net = (cents_sql(named_sql(reading.dialect, name), mark) for name in reading.layout.refunded_is)
    return f"CASE WHEN {after} <> 0 OR {net} <> 0 THEN {before} - {after} END"


def listed(reading: Reading) -> str:
    """What was paid back, in hundredths: the amounts that a cell lists, added up."""
    column, pattern = reading.layout.refunds_in
    cell = f"coalesce({named_sql(reading.dialect, column)}, '')"
    return f"coalesce(list_sum([TRY_CAST(found AS DECIMAL(17, 2)) * 100 FOR found IN regexp_extract_all({cell}, '{pattern}', 1)]), 0)"


def listed_share(price: str) -> str:
    """The part of the listed refunds that falls on a line by its value, where no line of the order has a refund of its own."""
    upto = f"sum(abs({price})) OVER (PARTITION BY record ORDER BY item)"
    total = f"sum(abs({price})) OVER (PARTITION BY record)"
    part = f"round(listed * {upto} / {total}) - round(listed * ({upto} - abs({price})) / {total})"
    none = "listed > 0 AND coalesce(sum(abs(refunded)) OVER (PARTITION BY record), 0) = 0"
    return f"CASE WHEN {none} AND {total} > 0 THEN CAST({part} AS BIGINT) ELSE refunded END"
