"""The shop's lines as the rows of Wildberries' weekly reports: sales, returns, and fees between them.

Wildberries names no buyer, lists only what was sold or sent back, and knows no discount of the shop's own beyond the price,
so net revenue is not told. A return has the number of its sale and positive money.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _money

HEADER = """
№;Номер поставки;Предмет;Код номенклатуры;Бренд;Артикул поставщика;Название;Размер;Баркод;Тип документа;
Обоснование для оплаты;Дата заказа покупателем;Дата продажи;Кол-во;Цена розничная;Вайлдберриз реализовал Товар (Пр);
Согласованный продуктовый дисконт, %;Промокод, %;Итоговая согласованная скидка, %;
Цена розничная с учетом согласованной скидки;Скидка постоянного Покупателя (СПП), %;Размер кВВ, %;
К перечислению Продавцу за реализованный Товар;Количество доставок;Количество возврата;
Услуги по доставке товара покупателю;Общая сумма штрафов;Хранение;Удержания;Склад;Страна;ШК;Srid
""".replace("\n", "").split(";")
CARRIES = frozenset({"refunds", "products"})


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """All weeks in one file, semicolons."""
    rows = lines[lines["status"].isin(["paid", "returned"])]
    order = rows["order_id"].str.replace(r"-R\d+$", "", regex=True)
    ordered = order.map(rows.groupby(order)["ordered_at"].min())
    pieces = rows["quantity"].abs()
    kind = rows["status"].map({"paid": "Продажа", "returned": "Возврат"})
    sold = pd.DataFrame(
        {
            "Номер поставки": "9000001",
            "Предмет": rows["category"],
            "Код номенклатуры": "1400000" + rows["product_id"].str[1:],
            "Артикул поставщика": rows["product_id"],
            "Название": rows["product"],
            "Тип документа": kind,
            "Обоснование для оплаты": kind,
            "Дата заказа покупателем": ordered.dt.strftime("%Y-%m-%d"),
            "Дата продажи": rows["ordered_at"].dt.strftime("%Y-%m-%d"),
            "Кол-во": pieces,
            "Цена розничная": _money(rows["unit_price"]),
            "Вайлдберриз реализовал Товар (Пр)": _money(pieces * rows["unit_price"]),
            "Цена розничная с учетом согласованной скидки": _money(rows["unit_price"]),
            "Страна": rows["country"],
            "Srid": "wb." + order,
        }
    )
    nothing = dict.fromkeys(sold.filter(regex="^(Кол-во|Цена|Вайлдберриз)"), "0")
    fees = sold.assign(**nothing, **{"Обоснование для оплаты": "Логистика", "Тип документа": ""})
    table = pd.concat([sold, fees]).sort_index(kind="stable")
    table["№"] = range(1, len(table) + 1)
    text = table.reindex(columns=HEADER).to_csv(index=False, sep=";", lineterminator="\n")
    return {"report.csv": text.encode("utf-8-sig")}
