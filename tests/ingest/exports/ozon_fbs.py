"""The shop's lines as Ozon's file of orders that the shop sends itself.

What it cannot tell is the same as in the file of orders that Ozon sends; its dates have the day first.
"""

from __future__ import annotations

import pandas as pd

from tests.ingest.exports.ozon_fbo import CARRIES as CARRIES
from tests.ingest.exports.ozon_fbo import shipments

HEADER = """
Номер заказа;Номер отправления;Принят в обработку;Дата отгрузки;Дата отгрузки без просрочки;Статус;Дата доставки;
Фактическая дата передачи в доставку;Дата отмены;Сумма отправления;Код валюты отправления;Название товара;
Цвет товара;Размер товара;SKU;Артикул;Ваша цена;Код валюты товара;Оплачено покупателем;Код валюты покупателя;
Количество;Стоимость доставки;Связанные отправления;Выкуп товара;Цена товара до скидок;Скидка %;Скидка руб;Акции;
Подъем на этаж
""".replace("\n", "").split(";")


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The file of orders."""
    return {"orders_fbs.csv": shipments(lines, HEADER, "%d.%m.%Y %H:%M")}
