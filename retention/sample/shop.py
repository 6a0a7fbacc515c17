"""A generated electronics-and-gadgets shop whose buyers follow a known model."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd

from retention.sample.catalogue import CATALOGUE, CITIES, COMPANIONS, COUNTRIES, NAMES, PLAIN_LETTERS, REVIEWS

# Purchases per week ~ Gamma(shape, rate in weeks), mean shape / rate; drop-out probability ~ Beta(a, b).
RATE_SHAPE, RATE_WEEKS = 0.8, 7.0
DROPOUT_A, DROPOUT_B = 0.8, 1.2
GROWTH_A_YEAR = 1.12
FAULTY_FAMILY, FAULTY_SHARE, FAULTY_RETURNS, FAULTY_HARM = "faulty earbuds", 0.07, 0.27, 0.45
RETURNS = 0.042
FOLLOW_UP = 0.45  # share of repeat orders that complement the previous one

MONTH_LEVEL = [0.86, 0.80, 0.90, 0.92, 0.93, 0.88, 0.85, 0.90, 0.98, 1.03, 1.30, 2.05]
WEEKDAY_LEVEL = [1.10, 1.05, 1.00, 1.00, 0.95, 0.83, 1.07]
HOUR_LEVEL = [8, 4, 2, 1, 1, 2, 6, 14, 28, 42, 50, 52, 50, 48, 48, 50, 52, 54, 58, 66, 74, 70, 48, 22]

STATUSES = ["paid", "cancelled", "pending", "test", "returned"]
CHANNELS = ["web", "marketplace", "store", "app"]
CODES = ["WELCOME10", "SECOND15", "NEWS10", "SPRING10", "SUMMER15", "BLACK20", "XMAS10"]
CODE_PERCENT = [10, 15, 10, 10, 15, 20, 10]
SEASONAL = {3: (401, 414), 4: (701, 714), 5: (1121, 1201), 6: (1208, 1220)}  # code -> month-day from, to
TIERS = {"bronze": 0, "silver": 300, "gold": 900}  # net spend in the window from which the tier holds


@dataclass(frozen=True)
class Shop:
    """A generated shop: its order lines, customers, products and feedback, and the truth behind them."""

    lines: pd.DataFrame
    customers: pd.DataFrame
    products: pd.DataFrame
    feedback: pd.DataFrame
    truth: pd.DataFrame


def make_shop(customers: int = 4000, months: int = 24, seed: int = 1, start: str = "2024-01-01") -> Shop:
    """Generate an electronics shop whose buyers follow a known purchase and drop-out model.

    Every customer has a first order, placed as the shop grows by about an eighth more new customers a
    year and peaks before Christmas. Afterwards they buy at their own rate and, after each purchase
    including the first, leave for good with their own probability (the MBG/NBD model of Batislam, Denizel
    and Filiztekin, 2007). Rates follow Gamma(shape 0.8, rate 7 weeks), drop-out probabilities
    Beta(0.8, 1.2). Two things depart from the model on purpose: an order led by Zephyr earbuds, the faulty
    line, multiplies the chance of staying by 0.55, and rates rise and fall with season, weekday and hour
    (mean 1 over a year).

    Parameters: `customers`, identified customers with at least one paid order; `months`, length of the
    window; `seed`, equal seeds give equal frames; `start`, first day of the window.

    Returns a Shop of frames:

    - `lines`: one row per order line, sorted by ordered_at and order_id. Money is in EUR, unit_price
      without tax; `discount` is the amount taken off the whole line; shipping and tax belong to the order
      and repeat on its rows. Status is paid, cancelled, pending, test or returned. A return is a document
      of its own, `<order_id>-R1`, with negative quantity at the price actually paid. Guests have no
      customer_id; store walk-ins have neither that nor e-mail nor phone; test orders use one test
      address.
    - `customers`: customer_id, email, phone, name, gender, birth_date, country, city, is_guest, consent,
      referral, joined_on, loyalty_tier. Guests have an id here that never appears in `lines`; they are
      found by e-mail.
    - `products`: product_id, product, category, unit_price, unit_cost (EUR).
    - `feedback`: order_id, customer_id, rated_at, score (1 to 5), text.
    - `truth`: customer_id, email, purchases (paid orders in the window), purchases_per_week (the
      customer's rate while active), dropout_probability, dropped_out_on (day of the last purchase after
      which the customer had left; NaT for those still active when the window ends), discount_only.

    Raises ValueError when customers or months is below 1.

    Examples:
        >>> from retention.sample.shop import make_shop
        >>> shop = make_shop(customers=200, months=12, seed=7)
        >>> len(shop.truth), shop.lines["currency"].unique().tolist()
        (200, ['EUR'])
        >>> bool((shop.truth["dropout_probability"] < 1).all())
        True

    When not to trust it: customers are independent of each other and of the prices they see, so it says
    nothing about what a discount or a campaign would change; real shops are less regular.
    """
    for name, value in {"customers": customers, "months": months}.items():
        if value < 1:
            raise ValueError(f"{name} is {value}, but a shop needs at least 1. Pass {name}=1 or more.")
    rng = np.random.default_rng(seed)
    products, catalogue = _catalogue()
    clock = _Clock.between(start, months)
    people = _people(rng, customers, clock)
    orders, dropped = _orders(rng, people, catalogue, clock)
    sold = _sold_lines(rng, orders, people, catalogue)
    back, back_at = _returned_lines(rng, orders, sold, catalogue, clock)
    lines = _lines_frame(orders, sold, back, back_at, people, products, clock)
    paid = (orders["status"] == 0) & (orders["customer"] >= 0)
    spend = np.bincount(orders["customer"][paid], orders["net"][paid] / 100, minlength=customers)
    truth = pd.DataFrame(
        {
            "customer_id": people["id"],
            "email": people["email"],
            "purchases": np.bincount(orders["customer"][paid], minlength=customers),
            "purchases_per_week": people["rate"],
            "dropout_probability": people["dropout"],
            "dropped_out_on": clock.day(dropped),
            "discount_only": people["discount_only"],
        }
    )
    profiles = _profiles(rng, people, spend, clock)
    feedback = _feedback(rng, orders, sold, back, people, catalogue, clock)
    return Shop(lines, profiles, products, feedback, truth)


@dataclass(frozen=True)
class _Clock:
    """Maps shop time, which runs faster before Christmas and in the evening, to seconds since the start."""

    start: pd.Timestamp
    hours: np.ndarray
    weeks: np.ndarray  # shop time at each hour
    arrivals: np.ndarray  # share of new customers arrived by each hour

    @classmethod
    def between(cls, start: str, months: int) -> _Clock:
        first = pd.Timestamp(start).normalize()
        days = pd.date_range(first, first + pd.DateOffset(months=months), inclusive="left")
        year = _day_levels(pd.date_range("2023-01-01", "2023-12-31")).mean()
        hour_share = np.array(HOUR_LEVEL) / sum(HOUR_LEVEL)
        level = np.outer(_day_levels(days) / year, hour_share).ravel()
        growth = GROWTH_A_YEAR ** (np.arange(len(level)) / 8766)
        arrivals = np.concatenate([[0], np.cumsum(level * growth)])
        weeks = np.concatenate([[0], np.cumsum(level / 7)])
        return cls(first, np.arange(len(weeks)), weeks, arrivals / arrivals[-1])

    @property
    def seconds(self) -> int:
        return int(self.hours[-1]) * 3600

    def time(self, seconds: np.ndarray) -> np.ndarray:
        return (self.start.to_datetime64().astype("M8[s]") + seconds.astype("m8[s]")).astype("M8[us]")

    def day(self, seconds: np.ndarray) -> np.ndarray:
        days = self.time(np.maximum(seconds, 0)).astype("M8[D]").astype("M8[us]")
        return np.where(seconds >= 0, days, np.datetime64("NaT", "us"))


def _day_levels(days: pd.DatetimeIndex) -> np.ndarray:
    level = np.array(MONTH_LEVEL)[days.month - 1] * np.array(WEEKDAY_LEVEL)[days.day_of_week]
    date = np.asarray(days.month * 100 + days.day)
    level = np.where((date >= 1124) & (date <= 1130), level * 1.4, level)
    return np.where(date >= 1222, level * np.where((date >= 1224) & (date <= 1226), 0.35, 0.65), level)


def _catalogue() -> tuple[pd.DataFrame, dict]:
    rows, category, cost = [], "", 0.0
    for line in CATALOGUE.strip().splitlines():
        if "|" in line:
            category, share = line.split("|")
            cost = float(share)
        else:
            name, family, price, popularity = line.split(";")
            wobble = 1 + 0.03 * (len(rows) % 5 - 2)
            unit_cost = round(float(price) * cost * wobble, 2)
            rows.append((f"P{len(rows) + 1:03d}", name, category, float(price), unit_cost, family, float(popularity)))
    frame = pd.DataFrame(
        rows, columns=["product_id", "product", "category", "unit_price", "unit_cost", "family", "popularity"]
    )
    family, popularity = frame["family"].to_numpy(object), frame["popularity"].to_numpy()
    faulty = family == FAULTY_FAMILY
    base = np.where(faulty, 0, popularity)
    brand = frame["product"].str.split().str[0].to_numpy(object)
    follow = np.zeros((len(frame), len(frame)))
    for i, name in enumerate(family):
        wanted = COMPANIONS.get(name, (0, {}))[1]
        joins = np.array([wanted.get(other, 0) for other in family]) / pd.Series(family).groupby(family).transform(
            "size"
        )
        same_category = base * (frame["category"] == frame["category"][i])
        follow[i] = joins * np.where(brand == brand[i], 6, 1) if wanted else same_category
        follow[i, i] = 0
    catalogue = {
        "cents": np.rint(frame["unit_price"] * 100).astype(np.int64).to_numpy(),
        "faulty": faulty,
        "joins": np.array([COMPANIONS.get(name, (0.20,))[0] for name in family]),
        "base": np.cumsum(base / base.sum()),
        "broken": np.cumsum(np.where(faulty, popularity, 0) / popularity[faulty].sum()),
        "follow": np.cumsum(follow / follow.sum(axis=1, keepdims=True), axis=1),
    }
    return frame.drop(columns=["family", "popularity"]), catalogue


def _draw(rng: np.random.Generator, cumulated: np.ndarray, size: int) -> np.ndarray:
    return np.searchsorted(cumulated / cumulated[-1], rng.random(size), side="right")


def _draw_next(rng: np.random.Generator, cumulated: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """One draw per entry of rows from that row's distribution, in a single search over all rows."""
    width = cumulated.shape[1]
    flat = (np.minimum(cumulated, 1) + np.arange(len(cumulated))[:, None]).ravel()
    found = np.searchsorted(flat, rows + rng.random(len(rows)), side="right") - rows * width
    return np.minimum(found, width - 1)


def _texts(values: object, index: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str").take(index, allow_fill=True)


def _people(rng: np.random.Generator, n: int, clock: _Clock) -> dict:
    rate = rng.gamma(RATE_SHAPE, 1 / RATE_WEEKS, n)
    dropout = rng.beta(DROPOUT_A, DROPOUT_B, n)
    codes = list(COUNTRIES)
    country = _draw(rng, np.cumsum([COUNTRIES[c][0] for c in codes]), n)
    marketplace = rng.random(n) < 0.06 + 0.16 * dropout
    guest = marketplace | (rng.random(n) < 0.07 + 0.16 * dropout)
    u = rng.random(n)
    channel = np.select([marketplace, (country == 0) & (u < 0.2) & ~guest, u > 0.78], [1, 2, 3], 0)
    numbers = pd.Series(np.arange(1, n + 1))

    pool, offset, cities, city_offset = [], [0], [], [0]
    for code in codes:
        men, women, surnames, *feminine = NAMES[code]
        for first_names, last_names, gender in (
            (men, surnames, "male"),
            (women, (*feminine, surnames)[0], "female"),
        ):
            for first in first_names.split():
                for last in last_names.split():
                    pool.append((f"{last} {first}" if code == "HU" else f"{first} {last}", _slug(first, last), gender))
        offset.append(len(pool))
        cities += CITIES[code]
        city_offset.append(len(cities))
    name = np.array(offset)[country] + (rng.random(n) * np.diff(offset)[country]).astype(int)
    city = np.array(city_offset)[country] + (rng.random(n) ** 1.6 * np.diff(city_offset)[country]).astype(int)
    names, slugs, genders = zip(*pool, strict=True)

    domains = _texts(["@example.com", "@example.org", "@example.net"], rng.integers(0, 3, n))
    relay = "buyer-" + ((numbers * 7919 + 104_729) % 10**9).astype(str) + "@marketplace.example.com"
    email = pd.Series(_texts(slugs, name)) + numbers.astype(str) + pd.Series(domains)
    email = email.mask(marketplace, relay)
    has_phone = ~marketplace & (rng.random(n) < np.where(guest, 0.5, 0.7))
    phone_only = has_phone & ~guest & (rng.random(n) < 0.03)
    local = ((numbers * 6_700_417) % 10**7).astype(str).str.zfill(7)
    prefix = pd.Series(_texts([COUNTRIES[c][1] for c in codes], country))
    return {
        "rate": rate,
        "dropout": dropout,
        "first": np.interp(np.sort(rng.random(n)), clock.arrivals, clock.hours),
        "id": pd.array("C" + numbers.astype(str).str.zfill(6), dtype="str"),
        "email": pd.array(email.mask(phone_only), dtype="str"),
        "phone": pd.array((prefix + local).where(has_phone), dtype="str"),
        "name": _texts(names, name),
        "gender": _texts(genders, np.where(guest | (rng.random(n) < 0.1), -1, name)),
        "country": country,
        "city": city,
        "city_name": _texts(cities, city),
        "channel": channel,
        "guest": guest,
        "consent": ~marketplace & (rng.random(n) < np.where(guest, 0.25, 0.62)),
        "discount_only": ~marketplace & (rng.random(n) < 0.06),
    }


def _slug(first: str, last: str) -> str:
    letters = unicodedata.normalize("NFKD", f"{first}.{last}".replace("İ", "I").casefold().translate(PLAIN_LETTERS))
    return letters.encode("ascii", "ignore").decode()


def _orders(rng: np.random.Generator, people: dict, catalogue: dict, clock: _Clock) -> tuple[dict, np.ndarray]:
    """Every order document but returns, by time, and the second each customer dropped out (-1: not)."""
    n = len(people["rate"])
    customer, week, last_main = np.arange(n), np.interp(people["first"], clock.hours, clock.weeks), None
    dropped_week = np.full(n, -1.0)
    rounds = []
    while len(customer):
        m = len(customer)
        main = _draw(rng, catalogue["base"], m)
        if last_main is not None:
            main = np.where(rng.random(m) < FOLLOW_UP, _draw_next(rng, catalogue["follow"], last_main), main)
        faulty = rng.random(m) < FAULTY_SHARE
        main = np.where(faulty, _draw(rng, catalogue["broken"], m), main)
        stays = rng.random(m) < (1 - people["dropout"][customer]) * np.where(faulty, 1 - FAULTY_HARM, 1)
        dropped_week[customer[~stays]] = week[~stays]
        rounds.append((customer, week, np.full(m, len(rounds) + 1), main, ~stays))
        next_week = week + rng.exponential(1 / people["rate"][customer])
        again = stays & (next_week < clock.weeks[-1])
        customer, week, last_main = customer[again], next_week[again], main[again]
    customer, week, nth, main, leaves = (np.concatenate(column) for column in zip(*rounds, strict=True))
    second = _seconds(week, clock)

    walk_ins, tests = len(week) // 33, max(1, len(clock.hours) // 730)
    walked = np.interp(rng.random(walk_ins), clock.arrivals, clock.hours) * 3600
    tested = rng.random(tests) * clock.seconds
    # Cancelled and unpaid attempts come shortly before an order that went through.
    failed = np.flatnonzero(rng.random(len(week)) < 0.022)
    tried = np.maximum(second[failed] - rng.integers(300, 130_000, len(failed)), 0)
    unpaid = rng.random(len(failed)) < 0.25

    none = np.zeros(walk_ins + tests, dtype=int)
    walk_main, test_main = _draw(rng, catalogue["base"], walk_ins), np.zeros(tests, dtype=int)
    orders = {
        "customer": np.concatenate([customer, none - 1, customer[failed]]),
        "second": np.concatenate([second, walked.astype(int), tested.astype(int), tried]),
        "nth": np.concatenate([nth, none, nth[failed]]),
        "main": np.concatenate([main, walk_main, test_main, main[failed]]),
        "leaves": np.concatenate([leaves, none.astype(bool), np.zeros(len(failed), bool)]),
        "status": np.concatenate(
            [np.zeros(len(week) + walk_ins, int), np.full(tests, 3), np.where(unpaid, 2, 1)],
        ),
    }
    order = np.argsort(orders["second"], kind="stable")
    orders = {name: column[order] for name, column in orders.items()}
    size = len(order)
    orders["number"] = np.arange(1, size + 1) + 10 ** max(5, len(str(size)))
    identified = orders["customer"] >= 0
    usual = people["channel"][orders["customer"]]
    elsewhere = (usual != 1) & (rng.random(size) < 0.1)
    at_desk = np.where(orders["status"] == 3, 0, 2)
    orders["channel"] = np.where(identified, np.where(elsewhere, 0, usual), at_desk)
    orders["country"] = np.where(identified, people["country"][orders["customer"]], 0)
    orders["code"] = _codes(rng, orders, people, clock)
    return orders, np.where(dropped_week >= 0, _seconds(dropped_week, clock), -1)


def _seconds(week: np.ndarray, clock: _Clock) -> np.ndarray:
    return np.minimum((np.interp(week, clock.weeks, clock.hours) * 3600).astype(int), clock.seconds - 1)


def _codes(rng: np.random.Generator, orders: dict, people: dict, clock: _Clock) -> np.ndarray:
    size = len(orders["second"])
    u = rng.random((3, size))
    dates = pd.DatetimeIndex(clock.time(orders["second"]))
    date = np.asarray(dates.month * 100 + dates.day)
    season = np.full(size, -1)
    for code, (first, last) in SEASONAL.items():
        season[(date >= first) & (date <= last)] = code
    bargain = (orders["customer"] >= 0) & people["discount_only"][orders["customer"]]
    choices = [
        (season >= 0) & ((u[0] < 0.32) | bargain),
        (orders["nth"] == 1) & ((u[1] < 0.14) | bargain),
        (orders["nth"] == 2) & ((u[1] < 0.20) | bargain),
        (orders["customer"] >= 0) & ((u[2] < 0.02) | bargain),
    ]
    code = np.select(choices, [season, 0, 1, 2], -1)
    return np.where((orders["channel"] == 1) | (orders["status"] == 3), -1, code)


def _sold_lines(rng: np.random.Generator, orders: dict, people: dict, catalogue: dict) -> dict:
    """The lines of every order in cents; adds net, shipping and tax to the orders."""
    size = len(orders["main"])
    real = orders["status"] != 3
    joined = np.flatnonzero(real & (rng.random(size) < catalogue["joins"][orders["main"]]))
    third = joined[rng.random(len(joined)) < 0.35]
    extra = np.flatnonzero(real & (rng.random(size) < 0.10))
    order = np.concatenate([np.arange(size), joined, third, extra])
    product = np.concatenate(
        [
            orders["main"],
            _draw_next(rng, catalogue["follow"], orders["main"][joined]),
            _draw_next(rng, catalogue["follow"], orders["main"][third]),
            _draw(rng, catalogue["base"], len(extra)),
        ]
    )
    kept = np.unique(order * len(catalogue["cents"]) + product, return_index=True)[1]
    kept = kept[np.lexsort((kept, order[kept]))]
    order, product = order[kept], product[kept]
    price = catalogue["cents"][product]
    several = rng.random(len(order))
    quantity = 1 + ((several < 0.12) & (price < 5000)) + ((several < 0.03) & (price < 5000))
    percent = np.array([*CODE_PERCENT, 0])[orders["code"]][order]
    off = (price * percent + 50) // 100
    net = np.bincount(order, quantity * (price - off), minlength=size).astype(np.int64)
    postage = np.array([COUNTRIES[code][3] for code in COUNTRIES])[orders["country"]]
    vat = np.array([COUNTRIES[code][2] for code in COUNTRIES])[orders["country"]]
    orders["net"] = net
    orders["shipping"] = np.where((net >= 10_000) | (orders["channel"] == 2), 0, postage)
    orders["tax"] = ((net + orders["shipping"]) * vat + 50) // 100
    return {"order": order, "product": product, "quantity": quantity, "price": price, "off": off}


def _returned_lines(
    rng: np.random.Generator, orders: dict, sold: dict, catalogue: dict, clock: _Clock
) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the returned lines, and the second each order's return was booked."""
    size = len(orders["main"])
    midnight = orders["second"] // 86_400 * 86_400
    at = midnight + rng.integers(3, 25, size) * 86_400 + rng.integers(9 * 3600, 18 * 3600, size)
    chance = np.where(catalogue["faulty"][sold["product"]], FAULTY_RETURNS, RETURNS)
    possible = (orders["status"] == 0) & (at < clock.seconds)
    return np.flatnonzero(possible[sold["order"]] & (rng.random(len(chance)) < chance)), at


def _lines_frame(
    orders: dict,
    sold: dict,
    back: np.ndarray,
    back_at: np.ndarray,
    people: dict,
    products: pd.DataFrame,
    clock: _Clock,
) -> pd.DataFrame:
    line = np.concatenate([np.arange(len(sold["order"])), back])
    returned = np.arange(len(line)) >= len(sold["order"])
    second = np.where(returned, back_at[sold["order"][line]], orders["second"][sold["order"][line]])
    rank = np.lexsort((line, returned, orders["number"][sold["order"][line]], second))
    line, returned, second = line[rank], returned[rank], second[rank]
    order, product = sold["order"][line], sold["product"][line]
    customer = orders["customer"][order]
    account = np.where(people["guest"][customer], -1, customer)
    account = np.where(customer < 0, -1, account)
    test = orders["status"][order] == 3
    known = customer >= 0
    sign = np.where(returned, -1, 1)
    quantity, price, off = sold["quantity"][line], sold["price"][line], sold["off"][line]
    # The row after the last customer holds the identity of test orders.
    who = np.where(test, len(people["id"]), customer)

    def once(column: str) -> np.ndarray:
        return np.where(returned, 0, orders[column][order]) / 100

    def identity(column: str, of_tests: str) -> pd.api.extensions.ExtensionArray:
        extra = pd.Series([of_tests], dtype="str")
        return pd.concat([pd.Series(people[column]), extra]).array.take(who, allow_fill=True)

    number = pd.Series(pd.array(orders["number"]).astype("str"))
    order_id = pd.concat([number, number + "-R1"], ignore_index=True).array
    return pd.DataFrame(
        {
            "order_id": order_id.take(order + returned * len(number)),
            "ordered_at": clock.time(second),
            "status": _texts(STATUSES, np.where(returned, 4, orders["status"][order])),
            "customer_id": people["id"].take(account, allow_fill=True),
            "email": identity("email", "test@example.com"),
            "phone": people["phone"].take(customer, allow_fill=True),
            "name": identity("name", "Test Test"),
            "country": _texts(list(COUNTRIES), orders["country"][order]),
            "city": identity("city_name", "Budapest").fillna("Budapest"),
            "channel": _texts(CHANNELS, orders["channel"][order]),
            "is_guest": account < 0,
            "consent": known & people["consent"][customer],
            "currency": _texts(["EUR"], np.zeros(len(line), dtype=int)),
            "product_id": products["product_id"].array.take(product),
            "product": products["product"].array.take(product),
            "category": products["category"].array.take(product),
            "quantity": quantity * sign,
            "unit_price": np.where(returned, price - off, price) / 100,
            "discount": np.where(returned, 0, off * quantity) / 100,
            "discount_code": _texts(CODES, np.where(returned, -1, orders["code"][order])),
            "shipping": once("shipping"),
            "tax": once("tax"),
        }
    )


def _profiles(rng: np.random.Generator, people: dict, spend: np.ndarray, clock: _Clock) -> pd.DataFrame:
    n = len(spend)
    age_days = (18 * 365 + rng.gamma(4.0, 5.0, n).clip(0, 60) * 365).astype(int)
    born = clock.day(np.zeros(n, int)) - age_days.astype("m8[D]")
    born = np.where(people["guest"] | (rng.random(n) < 0.15), np.datetime64("NaT", "us"), born)
    referral = rng.choice(4, n, p=[0.45, 0.25, 0.2, 0.1])
    tier = np.searchsorted(list(TIERS.values()), spend, side="right") - 1
    return pd.DataFrame(
        {
            "customer_id": people["id"],
            "email": people["email"],
            "phone": people["phone"],
            "name": people["name"],
            "gender": people["gender"],
            "birth_date": born,
            "country": _texts(list(COUNTRIES), people["country"]),
            "city": people["city_name"],
            "is_guest": people["guest"],
            "consent": people["consent"],
            "referral": _texts(
                ["search", "social", "friend", "newsletter", "marketplace"],
                np.where(people["channel"] == 1, 4, referral),
            ),
            "joined_on": clock.day((people["first"] * 3600).astype(int)),
            "loyalty_tier": _texts(list(TIERS), np.where(people["guest"], -1, tier)),
        }
    )


def _feedback(
    rng: np.random.Generator,
    orders: dict,
    sold: dict,
    back: np.ndarray,
    people: dict,
    catalogue: dict,
    clock: _Clock,
) -> pd.DataFrame:
    size = len(orders["main"])
    refunded = np.zeros(size, dtype=bool)
    refunded[sold["order"][back]] = True
    rated_at = orders["second"] + rng.integers(2 * 86_400, 15 * 86_400, size)
    broken = catalogue["faulty"][orders["main"]]
    mood = 4.5 - 1.7 * broken - 1.1 * refunded - 0.6 * orders["leaves"] + rng.normal(0, 0.8, size)
    said = (orders["status"] == 0) & (orders["customer"] >= 0) & (rated_at < clock.seconds)
    chosen = np.flatnonzero(said & (rng.random(size) < 0.2))
    chosen = chosen[np.argsort(rated_at[chosen], kind="stable")]
    score = np.clip(np.rint(mood[chosen]), 1, 5).astype(int)
    customer = orders["customer"][chosen]
    words = (score - 1) * 3 + rng.integers(0, 3, len(chosen))
    return pd.DataFrame(
        {
            "order_id": pd.array(orders["number"][chosen]).astype("str"),
            "customer_id": people["id"].take(np.where(people["guest"][customer], -1, customer), allow_fill=True),
            "rated_at": clock.time(rated_at[chosen]),
            "score": score,
            "text": _texts(
                [text for texts in REVIEWS.values() for text in texts],
                np.where(rng.random(len(chosen)) < 0.45, -1, words),
            ),
        }
    )
