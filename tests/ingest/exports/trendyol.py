"""The shop's lines as Trendyol's order file: semicolons, decimal comma, a row an item.

A line can only be returned as a whole, so the refund of some of its pieces is not told and neither is net revenue.
Prices contain tax; there is no shipping and there are no tests.
"""

from __future__ import annotations

import pandas as pd

from retention.sample.exports import _orders_with_refunds

HEADER = """
Barkod,Paket No,Kargo Firması,Sipariş Tarihi,Termin Süresinin Bittiği Tarih,Kargoya Teslim Tarihi,Kargo Kodu,
Sipariş Numarası,Alıcı,Teslimat Adresi,İl,İlçe,Ürün Adı,Fatura Adresi,Alıcı - Fatura Adresi,Sipariş Statüsü,E-Posta,
Komisyon Oranı,Marka,Stok Kodu,Adet,Birim Fiyatı,Satış Tutarı,İndirim Tutarı,Trendyol İndirim Tutarı,
Faturalanacak Tutar,Butik Numarası,Teslim Tarihi,Kargodan alınan desi,Hesapladığım desi,Faturalanan Kargo Tutarı,
Alternatif Teslimat Statüsü,Kurumsal Faturalı Sipariş,Vergi Kimlik Numarası,Vergi Dairesi,Şirket İsmi,Fatura,
Müşteri Sipariş Adedi,Mikro İhracat,ETGB No,ETGB Tarihi,Yaş,Cinsiyet,Kargo Partner İsmi,2.Teslimat Paketi Statüsü,
2.Teslimat Takip Numarası,Teslimat Numarası,Fatura No,Fatura Tarihi,Ülke,Müşteri Telefon No,ETGB Statüsü
""".replace("\n", "").split(",")
CARRIES = frozenset({"customers", "discounts", "cancelled", "pending", "products"})
STATUS = {"paid": "Teslim Edildi", "cancelled": "İptal Edildi", "pending": "Ödeme Bekleniyor"}


def export(lines: pd.DataFrame) -> dict[str, bytes]:
    """The order file in UTF-8 with a byte order mark."""
    rows = _orders_with_refunds(lines)
    gross = rows["quantity"] * rows["unit_price"]
    table = {
        "Barkod": "868" + rows["product_id"].str[1:].str.zfill(10),
        "Paket No": "22" + rows["order_id"],
        "Kargo Firması": "Trendyol Express",
        "Sipariş Tarihi": rows["ordered_at"].dt.strftime("%d.%m.%Y %H:%M"),
        "Sipariş Numarası": rows["order_id"],
        "Alıcı": rows["name"],
        "İl": rows["city"],
        "Ürün Adı": rows["product"],
        "Alıcı - Fatura Adresi": rows["name"],
        "Sipariş Statüsü": rows["status"]
        .map(STATUS)
        .mask(rows["returned_quantity"] >= rows["quantity"], "İade Edildi"),
        "E-Posta": rows["email"],
        "Stok Kodu": rows["product_id"],
        "Adet": rows["quantity"],
        "Birim Fiyatı": lira(rows["unit_price"]),
        "Satış Tutarı": lira(gross),
        "İndirim Tutarı": lira(rows["discount"]),
        "Trendyol İndirim Tutarı": "0,00",
        "Faturalanacak Tutar": lira(gross - rows["discount"]),
        "Mikro İhracat": "Hayır",
        "Ülke": rows["country"],
        "Müşteri Telefon No": rows["phone"],
    }
    text = pd.DataFrame(table).reindex(columns=HEADER).to_csv(index=False, sep=";", lineterminator="\r\n")
    return {"siparisler.csv": text.encode("utf-8-sig")}


def lira(amount: pd.Series) -> pd.Series:
    """Money as it is written in Turkey: 1.299,00."""
    return amount.map("{:,.2f}".format).str.translate(str.maketrans(",.", ".,"))
