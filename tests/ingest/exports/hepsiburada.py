"""The shop's lines as Hepsiburada's order file: semicolons, decimal comma, Turkish letters of Windows.

It names buyers but nothing that tells two of the same name apart; its price is after the discount and for all pieces of
the line, and only whole lines are marked as returned. Unpaid orders and tests are not in it.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds
from tests.ingest.exports.trendyol import lira

HEADER = """
Sipariş Numarası,Paket Numarası,Kalem Numarası,Sipariş Tarihi,Kargo Firması,Kargo Takip No,Barkod,Satıcı Stok Kodu,
Adet,Alıcı,Teslimat Adresi,KDV(%),Komisyon Tutarı (KDV Dahil),Paket Durumu,Teslim Tarihi,
Faturalandırılacak Satış Fiyatı,Ürün Adı,Şehir
""".replace("\n", "").split(",")
CARRIES = frozenset({"cancelled", "products"})
STATUS = {"paid": "Teslim edildi", "cancelled": "İptal edildi"}


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The order file in cp1254; letters it lacks become question marks, as they do in the shop."""
    rows = _orders_with_refunds(lines[lines["status"] != "pending"])
    table = {
        "Sipariş Numarası": rows["order_id"],
        "Paket Numarası": "80" + rows["order_id"],
        "Kalem Numarası": [str(number) for number in range(1, len(rows) + 1)],
        "Sipariş Tarihi": rows["ordered_at"].dt.strftime("%d-%m-%Y %H:%M:%S"),
        "Kargo Firması": "HepsiJET",
        "Barkod": "869" + rows["product_id"].str[1:].str.zfill(10),
        "Satıcı Stok Kodu": rows["product_id"],
        "Adet": rows["quantity"],
        "Alıcı": rows["name"],
        "KDV(%)": "20",
        "Paket Durumu": rows["status"].map(STATUS).mask(rows["returned_quantity"] >= rows["quantity"], "İade edildi"),
        "Faturalandırılacak Satış Fiyatı": lira(rows["quantity"] * rows["unit_price"] - rows["discount"]) + " TRY",
        "Ürün Adı": rows["product"],
        "Şehir": rows["city"],
    }
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, sep=";", lineterminator="\r\n")
    return {"siparisler.csv": text.encode("cp1254", errors="replace")}
