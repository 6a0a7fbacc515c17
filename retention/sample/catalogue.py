"""What the invented shop sells, where its customers live and what they are called."""

from __future__ import annotations

# country: share of customers, phone prefix, VAT percent, postage in cents
COUNTRIES = {
    "HU": (0.30, "+3620", 27, 490),
    "PL": (0.21, "+4860", 23, 690),
    "DE": (0.13, "+49151", 19, 690),
    "TR": (0.11, "+90532", 20, 1290),
    "GB": (0.10, "+44770", 20, 990),
    "US": (0.07, "+1202", 0, 1490),
    "RU": (0.05, "+7916", 20, 1490),
    "AT": (0.03, "+43660", 20, 690),
}
CITIES = {
    "HU": {"Budapest": "1051", "Győr": "9021", "Szeged": "6720", "Hódmezővásárhely": "6800"},
    "PL": {"Warszawa": "00-950", "Łódź": "90-001", "Kraków": "30-001", "Gdańsk": "80-001"},
    "DE": {"Berlin": "10115", "München": "80331", "Köln": "50667"},
    "TR": {"İstanbul": "34000", "İzmir": "35000", "Diyarbakır": "21000", "Eskişehir": "26000"},
    "GB": {"London": "EC1A 1BB", "Leeds": "LS1 1UR", "Glasgow": "G1 1XQ"},
    "US": {"Boston": "02108", "Austin": "73301", "Portland": "97201"},
    "RU": {"Москва": "101000", "Казань": "420000", "Пермь": "614000"},
    "AT": {"Wien": "1010", "Graz": "8010", "Sankt Pölten": "3100"},
}
GERMAN = (
    "Jonas Björn Jürgen Felix Paul",
    "Anna Käthe Lena Marie Sofia",
    "Müller Schröder Groß Weiß Köhler Bauer",
)
ENGLISH = (
    "James Oliver Liam Noah Ethan",
    "Emma Olivia Grace Chloe Zoë",
    "Smith Taylor Brown Walker O’Neill Young",
)
# country: men's names, women's names, surnames (men), surnames (women, where they differ)
NAMES = {
    "HU": (
        "Ádám Ödön László Gergő Zoltán",
        "Őrsike Éva Zsófia Tünde Krisztina",
        "Őry Szűcs Kovács Tóth Fűzfa Nagy",
    ),
    "PL": (
        "Łukasz Paweł Michał Stanisław Jan",
        "Małgorzata Żaneta Agnieszka Ewa Zofia",
        "Wiśniewski Łukowski Dąbrowski Kowalski Żółciński",
        "Wiśniewska Łukowska Dąbrowska Kowalska Żółcińska",
    ),
    "DE": GERMAN,
    "TR": (
        "İbrahim Işık Çağrı Mehmet Ömer",
        "Ayşe Gülşah İrem Şule Ebru",
        "Yılmaz Şahin Öztürk Çelik Aydın Doğan",
    ),
    "GB": ENGLISH,
    "US": ENGLISH,
    "RU": (
        "Иван Сергей Юрий Алексей Пётр",
        "Анна Ольга Юлия Екатерина Наталья",
        "Иванов Щербаков Кузнецов Соловьёв Жуков",
        "Иванова Щербакова Кузнецова Соловьёва Жукова",
    ),
    "AT": GERMAN,
}
PLAIN_LETTERS = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True))
    | dict(zip("жхцчшщюяё", ["zh", "kh", "ts", "ch", "sh", "shch", "yu", "ya", "yo"], strict=True))
    | {"ъ": "", "ь": "", "ł": "l", "ı": "i", "ß": "ss", "’": ""}
)

# category | cost share; then product ; family ; price ; popularity as the main product of an order
CATALOGUE = """
Phones|.82
Nova 8 phone;phone;249;3.2
Nova 8 Pro phone;phone;429;1.9
Kite Mini phone;phone;179;2.4
Kite Max phone;phone;599;.8
Lumen Fold phone;phone;1049;.25
Phone accessories|.40
Nova 8 clear case;case;14.90;3.6
Nova 8 leather case;case;29.90;1.8
Kite silicone case;case;12.90;2.8
Lumen armour case;case;34.90;.6
Tempered glass screen protector;screen;9.90;4
Fast charger 30 W;charger;24.90;4
Wireless charging pad;charger;29.90;2.6
USB-C cable 2 m;cable;11.90;4.2
Power bank 10,000 mAh;power bank;34.90;2.6
Car phone mount;mount;17.90;1.6
Laptops|.86
Boreal 13 laptop;laptop;749;1.1
Boreal 15 laptop;laptop;949;.6
Terra Go laptop;laptop;479;1.4
Terra Studio laptop;laptop;1399;.2
Terra Tab 10 tablet;tablet;229;1.8
Computer accessories|.50
Silent wireless mouse;mouse;19.90;3.6
Ergonomic vertical mouse;mouse;39.90;1.6
Mechanical keyboard;keyboard;79.90;1.8
Compact wireless keyboard;keyboard;39.90;1.6
Laptop bag 15 inch;bag;44.90;1.5
Laptop sleeve 13 inch;bag;24.90;1.4
USB-C hub 7-in-1;hub;49.90;2
Portable SSD 1 TB;storage;89.90;2
USB stick 128 GB;storage;14.90;2.2
Webcam Full HD;webcam;54.90;1.4
Terra tablet cover;tablet cover;27.90;1.1
Stylus pen;stylus;39.90;.9
Cameras|.78
Oculis M5 camera;camera;649;.6
Oculis Pocket camera;camera;329;.9
Trail action camera;camera;199;1.2
Memory card 64 GB;memory card;17.90;2
Memory card 256 GB;memory card;44.90;1.2
Camera bag;camera bag;39.90;.8
Travel tripod;tripod;59.90;.9
Spare camera battery;camera battery;29.90;.8
Audio|.60
Zephyr wireless earbuds;faulty earbuds;59.90;6
Zephyr wireless earbuds Pro;faulty earbuds;99.90;4
Cadenza earbuds;earbuds;69.90;2.2
Cadenza over-ear headphones;headphones;129;1.5
Sonora portable speaker;speaker;79;1.7
Sonora sound bar;speaker;189;.6
Smart home|.58
Smart bulb;bulb;13.90;3
Smart bulb starter set;bulb;49.90;1.2
Smart plug;plug;16.90;2.6
Smart home bridge;bridge;59.90;1
Indoor security camera;security;44.90;1.4
Video doorbell;security;119;.9
Robot vacuum;vacuum;289;.8
Wearables and gaming|.66
Pulse fitness band;watch;49.90;2
Pulse smart watch;watch;159;1.5
Pulse replacement strap;strap;15.90;1.2
Orbit game console;console;399;.6
Orbit controller;controller;59.90;1.3
Orbit gaming headset;headset;69.90;1
VR headset;vr;349;.3
"""
# family: chance that a second product joins the order, and which families it comes from
COMPANIONS = {
    "phone": (0.50, {"case": 10, "screen": 6, "charger": 5, "cable": 2, "power bank": 1, "earbuds": 1}),
    "case": (0.30, {"charger": 4, "screen": 5, "cable": 2, "mount": 1}),
    "charger": (0.25, {"cable": 6, "power bank": 3, "mount": 1}),
    "laptop": (0.50, {"mouse": 9, "bag": 8, "hub": 4, "keyboard": 2, "storage": 2}),
    "tablet": (0.50, {"tablet cover": 8, "stylus": 5, "keyboard": 1}),
    "mouse": (0.22, {"keyboard": 5, "hub": 3, "storage": 2}),
    "camera": (0.55, {"memory card": 10, "camera bag": 5, "tripod": 4, "camera battery": 4}),
    "memory card": (0.20, {"camera bag": 2, "camera battery": 3, "storage": 1}),
    "watch": (0.30, {"strap": 8, "charger": 1}),
    "console": (0.50, {"controller": 8, "headset": 5}),
    "bulb": (0.30, {"plug": 4, "bridge": 4, "bulb": 2}),
    "faulty earbuds": (0.12, {"case": 1, "charger": 1, "cable": 2}),
}
REVIEWS = {
    1: ["Stopped working after a week", "Very disappointed", "Support never answered"],
    2: ["Not as described", "Sound drops out", "Delivery took far too long"],
    3: ["Okay for the price", "Average", "Works, but the manual is poor"],
    4: ["Good value", "Works well, slow delivery", "Happy with it"],
    5: ["Excellent", "Fast delivery, great product", "Would buy again"],
}
