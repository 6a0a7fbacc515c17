"""Several files at once: whose order it is, which file is right, and what belongs together."""

import io

import pandas as pd
import pytest

import retention as rt

H = "order,date,email,product,quantity,price"
ETSY_ITEMS = "Sale Date,Item Name,Buyer,Quantity,Price,Transaction ID,Listing ID,Order ID,Currency\n"
ETSY_ORDERS = "Sale Date,Order ID,Buyer,Order Value,Order Total,Status,Adjusted Order Total,Adjusted Net Order Amount\n"
TRENDYOL = "Sipariş Numarası;Sipariş Tarihi;Sipariş Statüsü;E-Posta;Stok Kodu;Ürün Adı;Adet;Birim Fiyatı;Satış Tutarı;İndirim Tutarı;Paket No;Barkod\n"


def file(name, text):
    content = io.BytesIO(text.encode())
    content.name = name
    return content


def orders_of(shop, *columns):
    return shop.frame(shop.orders)[["order_ref", *columns]].values.tolist()


def test_the_shop_on_the_first_row_is_that_of_the_whole_order():
    shop = rt.read_orders(f"{H},shop\n7,2025-01-31,a@x.com,A,1,10.00,North\n7,2025-01-31,a@x.com,B,1,5.00,\n".encode())
    assert orders_of(shop, "shop", "net") == [["7", "North", 1500]]


@pytest.mark.parametrize("shops", [None, "one"])
def test_a_file_without_a_shop_column_overlaps_one_that_has_it(shops):
    named = file("a.csv", f"{H},shop\n7,2025-01-30,a@x.com,A,1,10.00,North\n8,2025-01-31,b@x.com,A,1,10.00,North\n")
    bare = file("b.csv", f"{H}\n7,2025-01-30,a@x.com,A,1,10.00\n9,2025-02-02,c@x.com,A,1,10.00\n")
    shop = rt.read_orders([named, bare], shops=shops)
    assert [order for (order,) in orders_of(shop)] == ["7", "8", "9"]


def test_equal_numbers_of_other_people_are_asked_about():
    north = file("n.csv", f"{H}\n1,2025-01-31,a@x.com,A,1,10.00\n2,2025-02-01,b@x.com,A,1,10.00\n")
    south = file("s.csv", f"{H}\n1,2025-01-31,c@x.com,A,1,99.00\n2,2025-02-02,d@x.com,A,1,99.00\n")
    with pytest.raises(rt.QuestionError, match="2 of them with another date or customer"):
        rt.read_orders([north, south])


def test_goods_given_back_in_overlapping_files_are_given_back_once():
    first = file("jan_feb.csv", f"{H}\n1,2025-01-05,a@x.com,A,1,10.00\n1,2025-02-05,a@x.com,A,-1,10.00\n")
    second = file("feb_mar.csv", f"{H}\n1,2025-02-05,a@x.com,A,-1,10.00\n3,2025-03-06,c@x.com,A,1,10.00\n")
    assert orders_of(rt.read_orders([first, second]), "refunds", "net")[0] == ["1", 1000, 0]


def test_goods_given_back_month_after_month_add_up():
    files = [
        file("jan.csv", f"{H}\n1,2025-01-05,a@x.com,A,2,10.00\n"),
        file("feb.csv", f"{H}\n1,2025-02-05,a@x.com,A,-1,10.00\n2,2025-02-06,b@x.com,A,1,10.00\n"),
        file("mar.csv", f"{H}\n1,2025-03-05,a@x.com,A,-1,10.00\n3,2025-03-06,b@x.com,A,1,10.00\n"),
    ]
    assert orders_of(rt.read_orders(files), "refunds", "net")[0] == ["1", 2000, 0]


def test_a_platform_s_own_currency_is_never_added_to_another():
    lira = file(
        "trendyol.csv", TRENDYOL + "T1;31.01.2025 10:00;Teslim Edildi;a@x.com;K;Kupa;1;1000,00;1000,00;0,00;P;B\n"
    )
    euro = file("plain.csv", f"{H},currency\n2,2025-02-01,b@x.com,A,1,10.00,EUR\n")
    with pytest.raises(rt.QuestionError, match="The orders are in 2 currencies"):
        rt.read_orders([lira, euro])
    shop = rt.read_orders([lira, euro], currency="EUR", rates={"TRY": 0.03})
    assert orders_of(shop, "net") == [["T1", 3000], ["2", 1000]]


def test_a_file_without_a_currency_beside_one_that_has_it_is_told():
    bare, named = (
        file("bare.csv", f"{H}\n1,2025-01-31,a@x.com,A,1,10.00\n"),
        file("named.csv", f"{H},currency\n2,2025-02-01,b@x.com,A,1,3900.00,HUF\n"),
    )
    choices = rt.read_orders([bare, named]).report.choices
    assert [choice.chosen for choice in choices if choice.about == "bare.csv"] == ["taken as HUF"]


def test_lines_with_states_of_their_own():
    rows = "1,2025-01-05,a@x.com,A,1,10.00,paid\n1,2025-01-05,a@x.com,B,1,90.00,cancelled\n2,2025-01-06,b@x.com,A,1,10.00,refunded\n2,2025-01-06,b@x.com,B,1,90.00,paid\n"
    shop = rt.read_orders(f"{H},status\n{rows}".encode())
    assert orders_of(shop, "status", "net") == [
        ["1", "paid", 1000],
        ["1 (cancelled)", "cancelled", 9000],
        ["2", "paid", 9000],
    ]
    states = "T1;31.01.2025 10:00;İptal Edildi;a@x.com;K;Kupa;1;100,00;100,00;0,00;P;B\nT1;31.01.2025 10:00;İade Edildi;a@x.com;L;Lamba;1;50,00;50,00;0,00;P;B\n"
    shop = rt.read_orders((TRENDYOL + states).encode())
    assert orders_of(shop, "units", "gross", "refunds") == [["T1", 1.0, 5000, 5000], ["T1 (cancelled)", 1.0, 10000, 0]]


def test_what_a_person_says_about_a_state_goes_before_the_layout():
    row = "T1;31.01.2025 10:00;Kargoda;a@x.com;K;Kupa;1;100,00;100,00;0,00;P;B\n"
    assert orders_of(rt.read_orders((TRENDYOL + row).encode()), "status") == [["T1", "paid"]]
    said = rt.read_orders((TRENDYOL + row).encode(), statuses={"Kargoda": "pending"})
    assert orders_of(said, "status") == [["T1", "pending"]]


def test_of_two_files_of_details_the_newer_one_is_right_in_any_order():
    items = ETSY_ITEMS + "01/05/25,Mug,ada,1,20.00,11,22,1001,USD\n02/05/25,Mug,bea,1,20.00,12,22,1009,USD\n"
    old = file("old.csv", ETSY_ORDERS + "01/05/25,1001,ada,20.00,20.00,Completed,5.00,4.00\n")
    new = file(
        "new.csv", ETSY_ORDERS + "01/05/25,1001,ada,20.00,20.00,Canceled,,\n02/05/25,1009,bea,20.00,20.00,Completed,,\n"
    )
    for files in ([old, new], [new, old]):
        shop = rt.read_orders([file("items.csv", items), *files])
        assert orders_of(shop, "status", "refunds") == [["1001", "cancelled", 0], ["1009", "paid", 0]]


def test_two_pairs_of_files_are_accounted_for_once():
    items = [file(f"i{n}.csv", ETSY_ITEMS + f"0{n}/05/25,Mug,ada,1,20.00,1{n},22,100{n},USD\n") for n in (1, 2)]
    orders = [file(f"o{n}.csv", ETSY_ORDERS + f"0{n}/05/25,100{n},ada,20.00,20.00,Completed,,\n") for n in (1, 2)]
    report = rt.read_orders([*items, *orders]).report
    assert sorted(found.name for found in report.files) == ["i1.csv", "i2.csv", "o1.csv", "o2.csv"]
    assert (report.rows_in_files, report.count("used"), report.count("set aside")) == (4, 4, 0)


def test_a_month_without_orders_stops_nobody():
    shop = rt.read_orders([file("empty.csv", H + "\n"), file("good.csv", f"{H}\n1,2025-01-31,a@x.com,A,1,10.00\n")])
    assert orders_of(shop, "net") == [["1", 1000]]
    assert [choice.why for choice in shop.report.choices if choice.about == "empty.csv"] == [
        "it has a header and no rows under it"
    ]


def test_the_numbers_of_a_frame_are_numbers():
    frame = pd.DataFrame(
        {
            "order": [1, 2],
            "date": pd.to_datetime(["2025-01-31", "2025-02-01"]),
            "price": [1.125, 1e-05],
            "discount": [5e-17, 0.0],
        }
    )
    assert orders_of(rt.read_orders(frame, currency="HUF"), "gross", "discounts") == [["1", 113, 0], ["2", 0, 0]]


def test_a_price_that_was_picked_goes_before_one_that_was_guessed():
    shop = rt.read_orders(f"{H},paid\n1,2025-01-31,a@x.com,A,1,10.00,8.00\n".encode(), mapping={"line_total": "paid"})
    assert orders_of(shop, "gross") == [["1", 800]]


def test_a_folder_that_is_used_again_keeps_nothing_of_the_last_reading(tmp_path):
    feedback = file("nps.csv", "email,score,date\na@x.com,9,2025-02-01\n")
    good = f"{H}\n1,2025-01-31,a@x.com,A,1,10.00\n"
    assert rt.read_orders([file("o.csv", good), feedback], folder=tmp_path).has("feedback")
    assert not rt.read_orders(good.encode(), folder=tmp_path).has("feedback")
