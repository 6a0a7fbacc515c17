"""Orders of Hungarian, Polish, Turkish and Russian shops read right in every encoding their systems write."""

import pytest

from retention.ingest.encoding import TWICE, best_encoding, guess_encoding
from retention.ingest.source import to_text

SHOPS = {
    "Hungarian": (
        "Rendelésszám;Dátum;Vevő neve;Város;Termék;Összeg\n"
        "1;2025. 3. 6.;Szűcs Ödön;Győr;Fűnyíró;12 990 Ft\n"
        "2;2025. 3. 7.;Őri Ágnes;Űrhida;Tükörfúró gép;4 500 Ft\n"
    ),
    "Polish": (
        "Numer zamówienia;Data;Imię i nazwisko;Miasto;Produkt;Wartość\n"
        "1;2025-03-06;Łukasz Świątek;Łódź;Żółta lampa;12,50 zł\n"
        "2;2025-03-07;Zdzisława Ćwik;Gdańsk;Książka;45,00 zł\n"
    ),
    "Turkish": (
        "Sipariş No;Sipariş Tarihi;Müşteri Adı;Şehir;Ürün Adı;Tutar\n"
        "1;06.03.2025;Işık Şahin;İstanbul;Çay bardağı;120,50 TL\n"
        "2;07.03.2025;İbrahim Öğüt;Diyarbakır;Kılıf;85,00 TL\n"
    ),
    "Russian": (
        "Номер заказа;Дата;Покупатель;Город;Товар;Сумма\n"
        "1;06.03.2025;Фёдор Ёлкин;Орёл;Чехол «Люкс»;1000 руб\n"
        "2;07.03.2025;Анна Щербакова;Йошкар-Ола;Объектив;5500 руб\n"
    ),
}
SHORT = {
    "Hungarian": "order;name;city\n1;Szűcs;Pest\n2;Nagy;Győr\n3;Kis;Eger\n",
    "Polish": "order;name;city\n1;Nowak;Gdańsk\n2;Kos;Lublin\n3;Lis;Wałcz\n",
    "Turkish": "order;name;city\n1;Demir;İzmir\n2;Kaya;Muğla\n3;Ak;Bursa\n",
    "Russian": "order;name;city\n1;Orlov;Орёл\n2;Ivanov;Омск\n3;Li;Tver\n",
}
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
PAGES = {
    "Hungarian": ("cp1250", "iso8859_2", "cp852"),
    "Polish": ("cp1250", "iso8859_2", "cp852"),
    "Turkish": ("cp1254", "iso8859_9", "cp857"),
    "Russian": ("cp1251", "koi8_r", "cp866"),
}
EVERY = [(language, encoding) for language in SHOPS for encoding in (*UNICODE, *PAGES[language])]
OLD = [(language, encoding) for language in SHOPS for encoding in PAGES[language]]


def read(content, folder):
    text = to_text(content, folder, 0, name="orders.csv")
    return text.path.read_text(encoding="utf-8"), text.encoding


def written(text, encoding):
    """As the program would: what a code page has no sign for is written without it."""
    return text.replace("«Люкс»", "Люкс").encode(encoding) if encoding in ("koi8_r", "cp866") else text.encode(encoding)


@pytest.mark.parametrize(("language", "encoding"), EVERY)
def test_an_order_file_keeps_its_letters(tmp_path, language, encoding):
    content = written(SHOPS[language], encoding)
    assert read(content, tmp_path)[0] == content.decode(encoding).removeprefix("\ufeff")


@pytest.mark.parametrize("language", SHOPS)
@pytest.mark.parametrize("encoding", UNICODE[2:])
def test_tab_separated_unicode_text(tmp_path, language, encoding):
    tabs = SHOPS[language].replace(";", "\t").replace("\n", "\r\n")
    assert read(tabs.encode(encoding), tmp_path)[0] == tabs.replace("\r\n", "\n")


@pytest.mark.parametrize(("language", "encoding"), OLD)
def test_capital_headers(language, encoding):
    capitals = written(SHOPS[language].partition("\n")[0], encoding).decode(encoding)
    capitals = capitals.replace("i", "İ").upper() if language == "Turkish" else capitals.upper()
    assert capitals.encode(encoding).decode(best_encoding(capitals.encode(encoding))) == capitals


@pytest.mark.parametrize(("language", "encoding"), [(language, PAGES[language][0]) for language in SHORT])
def test_three_rows_with_few_telling_letters(tmp_path, language, encoding):
    assert read(SHORT[language].encode(encoding), tmp_path)[0] == SHORT[language]


@pytest.mark.parametrize(("language", "encoding"), [(language, PAGES[language][0]) for language in SHORT])
def test_letters_that_come_after_a_megabyte(tmp_path, language, encoding):
    late = "order;name;city\n" + "1;Nowak;Pest\n" * 90_000 + SHORT[language].partition("\n")[2]
    assert len(late) > 1 << 20
    assert read(late.encode(encoding), tmp_path)[0] == late


def test_a_header_word_settles_what_one_letter_cannot():
    """ý of Slovak is the byte of ı: alone the word could be either, but one of them names a column."""
    assert best_encoding("Adı;ürün adı;müşteri".encode("cp1254")) == "cp1254"
    assert best_encoding("Nový stôl;Veľký kôš;Čaj".encode("cp1250")) == "cp1250"


@pytest.mark.parametrize(
    "text", ["Price (£)", "£5.00", "€9.90", "20°C", "Café – “hot”", "España;Muñoz", "Müller;Straße"]
)
def test_western_signs_and_names(text):
    content = text.encode("cp1252")
    assert content.decode(best_encoding(content)) == text


def test_common_words_do_not_hide_the_rare_ones(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(("1;Café;5 €\n" * 20_000 + "2;Łódź;Świątek\n").encode("cp1250"))
    assert guess_encoding(path) == "cp1250"


@pytest.mark.parametrize("language", SHOPS)
@pytest.mark.parametrize("misread_as", ["cp1252", "cp1250", "cp1251"])
def test_a_file_encoded_twice_is_repaired_and_says_so(tmp_path, language, misread_as):
    right = SHOPS[language]
    letters = {chr(byte): chr(byte) for byte in range(128, 256)} | {
        chr(byte): bytes([byte]).decode(misread_as) for byte in range(128, 256) if _has(misread_as, byte)
    }
    twice = right.encode().decode("latin-1").translate(str.maketrans(letters))
    assert read(twice.encode(), tmp_path) == (right, TWICE)
    assert read(twice.encode("utf-8-sig").replace(b"\n", b"\r\n"), tmp_path) == (right, TWICE)


def _has(encoding, byte):
    try:
        return bool(bytes([byte]).decode(encoding))
    except UnicodeDecodeError:
        return False


@pytest.mark.parametrize("text", [*SHOPS.values(), *SHORT.values(), "name\nÃlvaro\n", "name;price\nÅsa;5 €\n"])
def test_a_right_file_is_not_repaired(tmp_path, text):
    assert read(text.encode(), tmp_path) == (text, "utf-8")


def test_a_file_with_one_repairable_word_among_right_ones_is_left_alone(tmp_path):
    text = "name\nŁódź\nŻółw\nGdańsk\nÅ‚ódka\n"
    assert read(text.encode(), tmp_path) == (text, "utf-8")
