"""Gross margin: what of the net revenue is left when the goods are paid.

Profit is counted in ten-thousandths of a hundredth of the currency, as an integer, so that the order of adding up never
changes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from retention.errors import OptionError
from retention.schema import PRODUCTS

SCALE = 10_000


@dataclass(frozen=True)
class Margin:
    """share: of net revenue, for everything that nothing else is said about. by_category: category and its share.
    costs: whether the costs of the products file are taken off instead, where it has one."""

    share: float
    by_category: tuple[tuple[str, float], ...] = ()
    costs: bool = False

    @property
    def given(self) -> float | dict[str, float] | str:
        """What `Orders.with_margin` takes to give this margin."""
        if self.costs:
            return "products"
        return dict(self.by_category) | {"": self.share} if self.by_category else self.share

    @property
    def is_one_number(self) -> bool:
        """Whether every piece of revenue has the same margin."""
        return not self.by_category and not self.costs


def check_share(value: object) -> float:
    """A margin as a share from 0 to 1."""
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise OptionError(
            "margin={value!r} is no share of the revenue.", "Give 0.35 for a gross margin of 35 %.", value=value
        )
    return float(value)


def with_profit(table: ir.Table, lines: ir.Table, margin: Margin | None) -> ir.Table:
    """The orders of a table with their `profit`; missing without a margin. lines: the lines that belong to them."""
    if margin is None:
        return table.mutate(profit=ibis.null("int64"))
    if margin.is_one_number:
        return table.mutate(profit=(table.net * _scaled(margin.share)).cast("int64"))
    each = lines_with_profit(lines, margin)
    sums = each.group_by(profit_order="order_id").aggregate(profit=each.profit.sum().cast("int64"))
    return table.left_join(sums, table.order_id == sums.profit_order).drop("profit_order")


def lines_with_profit(lines: ir.Table, margin: Margin) -> ir.Table:
    """Every line with its `profit`: net × margin of its category, or net − cost × pieces kept."""
    shares = [(lines.category == name, _scaled(share)) for name, share in margin.by_category]
    share = ibis.cases(*shares, else_=_scaled(margin.share)) if shares else ibis.literal(_scaled(margin.share))
    if not margin.costs:
        return lines.mutate(profit=(lines.net * share).cast("int64"))
    known = lines_with_cost(lines)
    spent = (known.cost * known.quantity * SCALE).cast("int64")
    return known.mutate(
        profit=ibis.cases((known.cost.notnull(), known.net * SCALE - spent), else_=known.net * share).cast("int64")
    )


def lines_with_cost(lines: ir.Table) -> ir.Table:
    """Every line with the `cost` of one piece (hundredths), missing where the products file has none."""
    by_id = PRODUCTS.filter(PRODUCTS.cost.notnull() & PRODUCTS.product_id.notnull())
    by_id = by_id.group_by(cost_id="product_id").aggregate(id_cost=by_id.cost.max())
    by_name = PRODUCTS.filter(PRODUCTS.cost.notnull() & PRODUCTS["product"].notnull())
    by_name = by_name.group_by(cost_name="product").aggregate(name_cost=by_name.cost.max())
    joined = lines.left_join(by_id, lines.product_id == by_id.cost_id)
    joined = joined.left_join(by_name, joined["product"] == by_name.cost_name)
    return joined.mutate(cost=ibis.coalesce(joined.id_cost, joined.name_cost)).drop(
        "cost_id", "id_cost", "cost_name", "name_cost"
    )


def _scaled(share: float) -> int:
    return round(share * SCALE)


def margin_missing() -> OptionError:
    """What profit without a margin is answered with."""
    return OptionError(
        "Profit needs the gross margin of the shop.",
        "Say which share of net revenue is left when the goods are paid.",
        "Such as orders.with_margin(0.35).",
    )
