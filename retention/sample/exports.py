"""The generated shop's order lines as the files shops download from their platforms."""

from __future__ import annotations

import pandas as pd

from retention.sample.catalogue import CITIES

TIMEZONE = "Europe/Budapest"
POLISH_COUNTRIES = ("PL", "HU", "DE", "GB", "US")  # their letters exist in cp1250

SHOPIFY_HEADER = """
Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,
Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,
Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,
Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,
Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,
Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,
Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,
Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,
Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,
Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,
Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,
Payment References
""".replace("\n", "").split(",")
WOOCOMMERCE_HEADER = """
Order Number,Order Status,Order Date,Customer Note,First Name (Billing),Last Name (Billing),
Company (Billing),Address 1&2 (Billing),City (Billing),State Code (Billing),Postcode (Billing),
Country Code (Billing),Email (Billing),Phone (Billing),First Name (Shipping),Last Name (Shipping),
Address 1&2 (Shipping),City (Shipping),State Code (Shipping),Postcode (Shipping),
Country Code (Shipping),Payment Method Title,Cart Discount Amount,Order Subtotal Amount,
Shipping Method Title,Order Shipping Amount,Order Refund Amount,Order Total Amount,
Order Total Tax Amount,SKU,Item #,Item Name,Quantity (- Refund),Item Cost,Coupon Code,Discount Amount,
Discount Amount Tax
""".replace("\n", "").split(",")
POLISH_STATUS = {
    "paid": "opłacone",
    "cancelled": "anulowane",
    "pending": "oczekujące",
    "returned": "zwrot",
    "test": "testowe",
}


def to_plain(lines: pd.DataFrame) -> str:
    """Order lines in the plain layout: UTF-8, comma, dot decimals, ISO dates, true and false in words.

    Examples:
        >>> from retention.sample.shop import make_shop
        >>> to_plain(make_shop(customers=5, months=3).lines).splitlines()[0][:36]
        'order_id,ordered_at,status,customer_'
    """
    words = {True: "true", False: "false"}
    plain = lines.assign(is_guest=lines["is_guest"].map(words), consent=lines["consent"].map(words))
    for column in ("unit_price", "discount", "shipping", "tax"):
        plain[column] = _money(lines[column])
    return plain.to_csv(index=False, date_format="%Y-%m-%d %H:%M:%S", lineterminator="\n")


def to_shopify(lines: pd.DataFrame) -> str:
    """Order lines as Shopify's order export: an order's first row carries its totals.

    Further rows of an order hold its items only. A return adds to `Refunded Amount` of its order, at the
    goods' price without tax; a return of an order that is not among the lines is left out, and so are
    test orders, which Shopify's file cannot mark. `Total` is Subtotal (after discounts) plus Shipping
    plus Taxes.

    Examples:
        >>> from retention.sample.shop import make_shop
        >>> to_shopify(make_shop(customers=5, months=3).lines).splitlines()[1][:7]
        '#100001'
    """
    rows = _orders_with_refunds(lines)
    status, paid = rows["status"], rows["status"] == "paid"
    created = _with_offset(rows["ordered_at"])
    country, phone = rows["country"], rows["phone"]
    zip_code = ("'" + _zip(rows)).where(rows["name"].notna())
    total = rows["subtotal"] + rows["shipping"] + rows["tax"]
    financial = status.map({"paid": "paid", "pending": "pending", "cancelled": "voided"})
    financial = financial.mask(paid & (rows["refunded"] > 0), "partially_refunded")
    financial = financial.mask(paid & (rows["refunded"] >= rows["subtotal"]), "refunded")
    number = pd.to_numeric(rows["order_id"])
    fulfilled = paid.map({True: "fulfilled", False: "unfulfilled"})
    order_fields = {
        "Financial Status": financial,
        "Paid at": created.where(paid),
        "Fulfillment Status": fulfilled,
        "Fulfilled at": _with_offset(rows["ordered_at"] + pd.Timedelta(hours=20)).where(paid),
        "Accepts Marketing": rows["consent"].map({True: "yes", False: "no"}),
        "Currency": rows["currency"],
        "Subtotal": _money(rows["subtotal"]),
        "Shipping": _money(rows["shipping"]),
        "Taxes": _money(rows["tax"]),
        "Total": _money(total),
        "Discount Code": rows["discount_code"],
        "Discount Amount": _money(rows["order_discount"]),
        "Shipping Method": _shipping_method(rows),
        "Cancelled at": _with_offset(rows["ordered_at"] + pd.Timedelta(hours=3)).where(status == "cancelled"),
        "Payment Method": _payment_method(rows),
        "Payment Reference": "c" + rows["order_id"] + ".1",
        "Refunded Amount": _money(rows["refunded"]),
        "Vendor": rows["product"].str.split().str[0],
        "Outstanding Balance": _money(total.where(status == "pending", 0.0)),
        "Location": pd.Series("Budapest shop", rows.index).where(rows["channel"] == "store"),
        "Id": (number + 5_500_000_000_000).astype(str),
        "Risk Level": pd.Series("Low", rows.index),
        "Source": rows["channel"],
        "Tax 1 Name": (country + " VAT").where(rows["tax"] > 0),
        "Tax 1 Value": _money(rows["tax"]).where(rows["tax"] > 0),
        "Phone": phone,
    }
    for side in ("Billing", "Shipping"):
        address = {"Name": rows["name"], "City": rows["city"].where(rows["name"].notna()), "Zip": zip_code}
        address |= {"Country": country, "Phone": phone}
        order_fields |= {f"{side} {field}": values for field, values in address.items()}
    first = ~rows["order_id"].duplicated()
    every_row = {
        "Name": "#" + rows["order_id"],
        "Email": rows["email"],
        "Created at": created,
        "Lineitem quantity": rows["quantity"],
        "Lineitem name": rows["product"],
        "Lineitem price": _money(rows["unit_price"]),
        "Lineitem sku": rows["product_id"],
        "Lineitem requires shipping": "true",
        "Lineitem taxable": "true",
        "Lineitem fulfillment status": fulfilled.replace("unfulfilled", "pending"),
        "Lineitem discount": _money(rows["discount"]),
    }
    once = {name: values.where(first) for name, values in order_fields.items()}
    table = pd.DataFrame(every_row | once)
    return table.reindex(columns=SHOPIFY_HEADER).to_csv(index=False, lineterminator="\n")


def to_woocommerce(lines: pd.DataFrame) -> str:
    """Order lines as the Advanced Order Export plugin writes them: order totals repeated on every item row.

    `Item Cost` is the unit price before discount and `Order Subtotal Amount` their sum before discounts
    and refunds; `Cart Discount Amount` and `Discount Amount` both hold the order's discount. As in the
    plugin, `Quantity (- Refund)` is what is left after returns (0 when all came back) and `Order Refund
    Amount` is the money returned for them, so subtracting it from quantity times cost would count a
    return twice. Test orders are left out; every third cancelled order failed at payment.

    Examples:
        >>> from retention.sample.shop import make_shop
        >>> to_woocommerce(make_shop(customers=5, months=3).lines).splitlines()[1][:6]
        '100001'
    """
    rows = _orders_with_refunds(lines)
    number = pd.to_numeric(rows["order_id"])
    paid = rows["status"] == "paid"
    recent = rows["ordered_at"] > rows["ordered_at"].max() - pd.Timedelta(days=3)
    status = rows["status"].replace({"paid": "completed"}).mask(paid & recent, "processing")
    status = status.mask((status == "cancelled") & (number % 3 == 0), "failed")
    status = status.mask(paid & (rows["refunded"] >= rows["subtotal"]), "refunded")
    parts = rows["name"].str.split(" ", n=1)
    family_first = rows["country"] == "HU"
    first_name = parts.str[0].mask(family_first, parts.str[1])
    last_name = parts.str[1].mask(family_first, parts.str[0])
    table = {
        "Order Number": rows["order_id"],
        "Order Status": status,
        "Order Date": rows["ordered_at"].dt.strftime("%Y-%m-%d %H:%M"),
        "Email (Billing)": rows["email"],
        "Phone (Billing)": rows["phone"],
        "Payment Method Title": _payment_method(rows),
        "Cart Discount Amount": _money(rows["order_discount"]),
        "Order Subtotal Amount": _money(rows["subtotal"] + rows["order_discount"]),
        "Shipping Method Title": _shipping_method(rows),
        "Order Shipping Amount": _money(rows["shipping"]),
        "Order Refund Amount": _money(rows["refunded"]),
        "Order Total Amount": _money(rows["subtotal"] + rows["shipping"] + rows["tax"]),
        "Order Total Tax Amount": _money(rows["tax"]),
        "SKU": rows["product_id"],
        "Item #": rows.groupby("order_id", sort=False).cumcount() + 1,
        "Item Name": rows["product"],
        "Quantity (- Refund)": rows["quantity"] - rows["returned_quantity"],
        "Item Cost": _money(rows["unit_price"]),
        "Coupon Code": rows["discount_code"].str.lower(),
        "Discount Amount": _money(rows["order_discount"]),
        "Discount Amount Tax": "0.00",
    }
    for side in ("Billing", "Shipping"):
        address = {"First Name": first_name, "Last Name": last_name, "City": rows["city"]}
        address |= {"Postcode": _zip(rows), "Country Code": rows["country"]}
        table |= {f"{field} ({side})": values for field, values in address.items()}
    return pd.DataFrame(table).reindex(columns=WOOCOMMERCE_HEADER).to_csv(index=False, lineterminator="\r\n")


def to_polish(lines: pd.DataFrame) -> bytes:
    """Order lines as a Polish shop's file: cp1250, semicolons, decimal comma, `1 299,00` with a hard space.

    Holds the orders of Polish, Hungarian, German, British and American customers; the others' names have
    letters this encoding lacks. Returns are rows of their own with negative quantity.

    Examples:
        >>> from retention.sample.shop import make_shop
        >>> to_polish(make_shop(customers=5, months=3).lines).decode("cp1250")[:16]
        'Numer zamówienia'
    """
    rows = lines[lines["country"].isin(POLISH_COUNTRIES)]
    table = pd.DataFrame(
        {
            "Numer zamówienia": rows["order_id"],
            "Data zamówienia": rows["ordered_at"].dt.strftime("%d.%m.%Y %H:%M"),
            "Status": rows["status"].map(POLISH_STATUS),
            "Imię i nazwisko": rows["name"],
            "E-mail": rows["email"],
            "Telefon": rows["phone"],
            "Kraj": rows["country"],
            "Miasto": rows["city"],
            "Kanał": rows["channel"],
            "Kod produktu": rows["product_id"],
            "Nazwa produktu": rows["product"],
            "Kategoria": rows["category"],
            "Ilość": rows["quantity"],
            "Cena": _polish_money(rows["unit_price"]),
            "Rabat": _polish_money(rows["discount"]),
            "Kod rabatowy": rows["discount_code"],
            "Koszt wysyłki": _polish_money(rows["shipping"]),
            "Podatek": _polish_money(rows["tax"]),
            "Waluta": rows["currency"],
        }
    )
    return table.to_csv(index=False, sep=";", lineterminator="\r\n").encode("cp1250")


def _orders_with_refunds(lines: pd.DataFrame) -> pd.DataFrame:
    """Rows of every order but tests, with the order's subtotal, discount and what came back of it."""
    sold = lines[~lines["status"].isin(["returned", "test"])].copy()
    back = lines[lines["status"] == "returned"]
    back = back.assign(order_id=back["order_id"].str.replace(r"-R\d+$", "", regex=True))
    quantities = -back.groupby(["order_id", "product_id"])["quantity"].sum().rename("returned_quantity")
    money = -(back["quantity"] * back["unit_price"]).groupby(back["order_id"]).sum().rename("refunded")
    sold = sold.join(quantities, on=["order_id", "product_id"]).join(money, on="order_id")
    net = sold["quantity"] * sold["unit_price"] - sold["discount"]
    return sold.assign(
        returned_quantity=sold["returned_quantity"].fillna(0).astype(int),
        refunded=sold["refunded"].fillna(0).round(2),
        subtotal=net.groupby(sold["order_id"]).transform("sum").round(2),
        order_discount=sold.groupby("order_id")["discount"].transform("sum").round(2),
    )


def _with_offset(local: pd.Series) -> pd.Series:
    zoned = local.dt.tz_localize(TIMEZONE, ambiguous=False, nonexistent="shift_forward")
    return zoned.dt.strftime("%Y-%m-%d %H:%M:%S %z")


def _money(amount: pd.Series) -> pd.Series:
    return amount.map("{:.2f}".format)


def _polish_money(amount: pd.Series) -> pd.Series:
    return amount.map("{:,.2f}".format).str.replace(",", "\xa0").str.replace(".", ",", regex=False)


def _zip(rows: pd.DataFrame) -> pd.Series:
    return rows["city"].map({city: code for cities in CITIES.values() for city, code in cities.items()})


def _shipping_method(rows: pd.DataFrame) -> pd.Series:
    method = pd.Series("Standard", rows.index, dtype="str")
    return method.mask(rows["shipping"] == 0, "Free shipping").mask(rows["channel"] == "store", "Pick-up")


def _payment_method(rows: pd.DataFrame) -> pd.Series:
    method = pd.Series("Card", rows.index, dtype="str")
    return method.mask(rows["status"] == "pending", "Bank transfer").mask(rows["channel"] == "store", "Cash")
