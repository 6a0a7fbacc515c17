"""The shop's lines as Ozon's file of orders that Ozon sends: semicolons, every cell quoted.

Ozon names no buyer, and goods that come back after delivery are not marked, so neither customers nor refunds can be told.
Every second item of an order goes in a second shipment. Unpaid orders and tests are not there.
"""

from __future__ import annotations

import csv

import pandas as pd

from retention.sample.exports import _money, _orders_with_refunds

HEADER = """
Номер заказа;Номер отправления;Принят в обработку;Дата отгрузки;Статус;Дата доставки;
Фактическая дата передачи в доставку;Сумма отправления;Код валюты отправления;Название товара;SKU;Артикул;Ваша цена;
Код валюты товара;Оплачено покупателем;Код валюты покупателя;Количество;Стоимость доставки;Связанные отправления;
Выкуп товара;Цена товара до скидок;Скидка %;Скидка руб;Акции;Объемный вес товаров, кг
""".replace("\n", "").split(";")
CARRIES = frozenset({"cancelled", "products"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The file of orders."""
    return {"orders_fbo.csv": shipments(lines, HEADER, "%Y-%m-%d %H:%M:%S")}


def shipments(lines: pd.DataFrame, header: list[str], date_format: str) -> bytes:
    """A row an item; the header says which of Ozon's two files it is."""
    rows = _orders_with_refunds(lines[lines["status"] != "pending"])
    order = rows["order_id"] + "-0001"
    shipment = order + "-" + (rows.groupby("order_id").cumcount() % 2 + 1).astype(str)
    gross = rows["quantity"] * rows["unit_price"]
    moment = rows["ordered_at"].dt.strftime(date_format)
    table = {
        "Номер заказа": order,
        "Номер отправления": shipment,
        "Принят в обработку": moment,
        "Статус": rows["status"].map({"paid": "Доставлен", "cancelled": "Отменён"}),
        "Дата отмены": moment.where(rows["status"] == "cancelled"),
        "Сумма отправления": _money(gross.groupby(shipment).transform("sum")),
        "Код валюты отправления": rows["currency"],
        "Название товара": rows["product"],
        "SKU": "14000" + rows["product_id"].str[1:],
        "Артикул": rows["product_id"],
        "Ваша цена": _money(rows["unit_price"]),
        "Код валюты товара": rows["currency"],
        "Оплачено покупателем": _money(rows["unit_price"]),
        "Код валюты покупателя": rows["currency"],
        "Количество": rows["quantity"],
        "Выкуп товара": "нет",
        "Цена товара до скидок": _money(rows["unit_price"]),
        "Скидка %": "0%",
        "Скидка руб": "0.00",
    }
    table = pd.DataFrame(table).reindex(columns=header)
    return table.to_csv(index=False, sep=";", quoting=csv.QUOTE_ALL, lineterminator="\n").encode("utf-8-sig")
