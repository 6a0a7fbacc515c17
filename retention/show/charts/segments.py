"""How many customers a segment has, and how much of the money."""

from retention.show import marks
from retention.show.charts.groups import customers_and_money
from retention.show.i18n import _


def segment_bars(result):
    """Draw for every segment its share of the customers above its share of the net revenue.

    `result` is what `rfm_segments` returns. Segments without customers are left out; the best comes first.

        segment_bars(rt.rfm_segments(orders))
    """
    table = result.summary[result.summary["customers"] > 0]
    if table.empty:
        return marks.nothing(_("Share of customers and of net revenue"))
    return customers_and_money(table.reset_index(drop=True), [_(name) for name in table["segment"]], result.currency)
