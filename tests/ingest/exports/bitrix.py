"""The shop's orders as the list of orders that 1C-Bitrix exports: one row an order, its items in a cell.

The list names no customer unless the shop adds the columns, and the only money is the sum of the order with shipping and
tax, which is shared over the items. Refunds and tests are not told.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds

HEADER = """
Номер заказа,Дата создания,Дата изменения,Сумма,Статус,Оплачен,Отменен,Позиции,Цена товара
""".replace("\n", "").split(",")
CARRIES = frozenset({"cancelled", "pending"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The list of orders in cp1251."""
    every = _orders_with_refunds(lines)
    items = "[" + every["product_id"].str[1:] + "] " + every["product"] + " (" + every["quantity"].astype(str) + " шт)"
    prices = _roubles(every["unit_price"])
    rows = every.drop_duplicates("order_id")
    moment = rows["ordered_at"].dt.strftime("%d.%m.%Y %H:%M:%S")
    yes = {True: "Да", False: "Нет"}
    table = {
        "Номер заказа": rows["order_id"],
        "Дата создания": moment,
        "Дата изменения": moment,
        "Сумма": _roubles(rows["subtotal"] + rows["shipping"] + rows["tax"]),
        "Статус": rows["status"].map({"paid": "Выполнен", "pending": "Принят", "cancelled": "Принят"}),
        "Оплачен": (rows["status"] == "paid").map(yes),
        "Отменен": (rows["status"] == "cancelled").map(yes),
        "Позиции": rows["order_id"].map(items.groupby(every["order_id"]).agg("\n".join)),
        "Цена товара": rows["order_id"].map(prices.groupby(every["order_id"]).agg("\n".join)),
    }
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, sep=";", lineterminator="\r\n")
    return {"order_list.csv": text.encode("cp1251", errors="replace")}


def _roubles(amount: pd.Series) -> pd.Series:
    return amount.map("{:.2f} руб".format).str.replace(".00 ", " ")
