"""Who is in a file, who is held back, what leaves and what does not."""

from __future__ import annotations

import csv
import io
from datetime import date

import pandas as pd
import pytest

import retention as rt
from retention.act import people
from retention.act.layout import FORMATS, layout_of
from retention.act.normalise import hashed
from retention.experiment.manifest import experiment_file

COLUMNS = "order_id,ordered_at,customer_id,email,phone,name,country,city,consent,quantity,unit_price"
HEADERS = {
    "klaviyo": "Email,Phone Number,First Name,Last Name,City,Country,Email Marketing Consent,SMS Marketing Consent",
    "mailchimp": "Email Address,First Name,Last Name,Phone Number,Country",
    "omnisend": "Email,Phone,First name,Last name,City,Country,Postal code,Email opt-in date",
    "meta": "email,phone,fn,ln,ct,st,zip,country,dob,gen,value",
    "google": "Email,Phone,First Name,Last Name,Country,Zip",
    "plain": "customer,email,phone,name,country,city,consent",
}
PEOPLE = [
    "c1,Anna.Nowak@Shop.test,600 700 800,Anna Maria Nowak,PL,Łódź,yes",
    "c2,laci@shop.test,06 20 680 1668,Nagy László,Magyarország,Győr,yes",
    "c3,ipek@shop.test,+90 532 123 45 67,İPEK Öz,TR,İstanbul,yes",
    "c4,pjotr@shop.test,8 916 123-45-67,Иванов Пётр Ильич,RU,Москва,yes",
    "c5,no@shop.test,,=1+1 Evil,HU,Pécs,no",
    "c6,,+36 20 680 1669,Only Phone,HU,Pécs,yes",
    "c7,what@shop.test,,Nobody Asked,HU,Pécs,",
    "c8,,,Nothing Known,HU,Pécs,yes",
]


def shop_of(people: list[str]) -> rt.Orders:
    rows = [f"{n},2025-01-{1 + n % 28:02},{person},1,{10 + n}" for n, person in enumerate(people, 1)]
    return rt.read_orders("\n".join([COLUMNS, *rows]).encode())


@pytest.fixture(scope="module")
def small() -> rt.Orders:
    return shop_of(PEOPLE)


@pytest.fixture(scope="module")
def large() -> rt.Orders:
    """100 people who agreed, every other of whom came again when the test was on."""
    return shop_of([f"id{n},p{n:03}@shop.test,,Name {n},HU,Pécs,yes" for n in range(100)])


def rows_of(audience: rt.Orders) -> list[dict[str, str]]:
    text = rt.audience_file(audience).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_leaves_but_the_columns_of_the_tool(small, format):
    audience = rt.build_audience(small, format=format, holdout=0, name="x", seed=1)
    assert ",".join(audience.table) == HEADERS[format]
    assert rt.audience_file(audience).decode("utf-8-sig").partition("\n")[0] == HEADERS[format]
    assert rt.audience_file(audience).startswith(b"\xef\xbb\xbf") == (format == "plain")
    assert len(rows_of(audience)) == len(audience.table) == audience.counts["in_file"]


def test_everybody_is_counted_once_by_the_first_reason(small):
    audience = rt.build_audience(small, format="klaviyo", holdout=0, name="x", seed=1)
    counts = {"chosen": 8, "no_address": 2, "refused": 1, "not_asked": 1, "held_back": 0, "in_file": 4}
    assert audience.counts == counts and audience.experiment is None and audience.kept.empty
    by_phone = rt.build_audience(small, format="meta", holdout=0, name="x", seed=1)
    assert by_phone.counts == counts | {"no_address": 1, "in_file": 5}
    everybody = rt.build_audience(small, format="klaviyo", holdout=0, name="x", seed=1, only_consented=False)
    assert everybody.counts == counts | {"not_asked": 0, "in_file": 5}
    assert "no@shop.test" not in everybody.table["Email"].tolist()


def test_klaviyo_cell_by_cell(small):
    rows = rows_of(rt.build_audience(small, format="klaviyo", holdout=0, name="x", seed=1))
    assert [list(row.values()) for row in rows] == [
        ["anna.nowak@shop.test", "+48600700800", "Anna Maria", "Nowak", "Łódź", "PL", "SUBSCRIBED", ""],
        ["ipek@shop.test", "+905321234567", "İPEK", "Öz", "İstanbul", "TR", "SUBSCRIBED", ""],
        ["laci@shop.test", "+36206801668", "László", "Nagy", "Győr", "HU", "SUBSCRIBED", ""],
        ["pjotr@shop.test", "+79161234567", "Пётр", "Иванов", "Москва", "RU", "SUBSCRIBED", ""],
    ]


def test_meta_hashes_all_but_the_value_and_google_keeps_country_and_code(small):
    row = rows_of(rt.build_audience(small, format="meta", holdout=0, name="x", seed=1))[1]
    given = {
        "email": "ipek@shop.test",
        "phone": "905321234567",
        "fn": "ipek",
        "ln": "öz",
        "ct": "istanbul",
        "country": "tr",
    }
    assert row == {name: hashed(given[name]) if name in given else "" for name in HEADERS["meta"].split(",")} | {
        "value": "13.00"
    }
    row = rows_of(rt.build_audience(small, format="google", holdout=0, name="x", seed=1))[2]
    given = {"Email": "laci@shop.test", "Phone": "+36206801668", "First Name": "lászló", "Last Name": "nagy"}
    assert row == {name: hashed(value) for name, value in given.items()} | {"Country": "HU", "Zip": ""}


def test_omnisend_gets_the_day_on_which_consent_was_known(small):
    rows = rows_of(rt.build_audience(small, format="omnisend", holdout=0, name="x", seed=1, only_consented=False))
    assert {row["Email"]: row["Email opt-in date"] for row in rows} == {
        "anna.nowak@shop.test": "2025-01-02", "laci@shop.test": "2025-01-03", "ipek@shop.test": "2025-01-04", "pjotr@shop.test": "2025-01-05",
        "what@shop.test": "",
    }  # fmt: skip


def test_mailchimp_texts_are_cut_at_255_bytes():
    audience = rt.build_audience(
        shop_of([f"c1,a@shop.test,,{'Ő' * 200} Nagy,DE,Bonn,yes"]), format="mailchimp", holdout=0, name="x", seed=1
    )
    assert audience.table["First Name"].tolist() == ["Ő" * 127]


def test_what_a_spreadsheet_would_run_leaves_with_an_apostrophe():
    orders = shop_of(["c1,a@shop.test,+36206801668,=cmd Evil,HU,@SUM(A1),yes"])
    (row,) = rows_of(rt.build_audience(orders, holdout=0, name="x", seed=1))
    assert (row["name"], row["city"], row["phone"]) == ("'=cmd Evil", "'@SUM(A1)", "+36206801668")


def test_a_customers_file_tells_birth_and_postal_code():
    orders = "\n".join([COLUMNS, "1,2025-01-02,c1,a@shop.test,,Anna Nowak,PL,Warszawa,yes,1,10"]).encode()
    people = b"customer_id,email,birth_date,Kod pocztowy\nc1,a@shop.test,1990-05-17,00-950\n"
    shop = rt.read_orders([orders, people])
    (row,) = rows_of(rt.build_audience(shop, format="meta", holdout=0, name="x", seed=1))
    assert (row["dob"], row["zip"]) == (hashed("19900517"), hashed("00950"))
    (row,) = rows_of(rt.build_audience(shop, format="google", holdout=0, name="x", seed=1))
    assert row["Zip"] == "00-950"


def test_a_tenth_is_held_back_and_the_manifest_tells_who(large):
    audience = rt.build_audience(
        large, format="klaviyo", name=" Tavaszi ajánlat ", seed=3, cost_per_customer=0.5, days=30
    )
    test = audience.experiment
    assert (len(audience.kept), len(audience.table), audience.name) == (10, 90, "Tavaszi ajánlat")
    assert set(audience.kept["email"]) == set(test.units.loc[test.units["variant"] == "control", "customer_ref"])
    assert set(audience.table["Email"]) == set(test.units.loc[test.units["variant"] == "sent", "customer_ref"])
    assert (test.shares, test.days, test.cost_per_customer) == ({"control": 0.1, "sent": 0.9}, 30, 0.5)
    assert test.assigned_on == audience.sent_on == large.as_of
    assert audience.file_name() == "tavaszi-ajanlat-klaviyo.csv"
    again = rt.build_audience(large, format="meta", name=" Tavaszi ajánlat ", seed=3, cost_per_customer=0.5, days=30)
    assert again.experiment.file_name == test.file_name
    other = rt.build_audience(large, format="klaviyo", name="x", seed=4)
    assert set(other.kept["email"]) != set(audience.kept["email"])


def test_the_order_of_the_rows_changes_nothing(small):
    files = {
        rt.audience_file(rt.build_audience(orders, format="meta", holdout=0.4, name="x", seed=1))
        for orders in (small, rt.read_orders("\n".join([COLUMNS, *_lines()[::-1]]).encode()))
    }
    assert len(files) == 1


def _lines() -> list[str]:
    return [f"{n},2025-01-{1 + n % 28:02},{person},1,{10 + n}" for n, person in enumerate(PEOPLE, 1)]


def test_too_few_to_hold_somebody_back(small):
    audience = rt.build_audience(small, name="x", seed=1)
    assert audience.experiment is None and audience.counts["held_back"] == 0
    assert audience.notes[0].startswith("There are too few people to hold some of them back")


def test_where_no_file_speaks_of_consent_it_is_said_and_nobody_is_left_out():
    audience = rt.build_audience(
        shop_of([person.rpartition(",")[0] + "," for person in PEOPLE[:4]]), holdout=0, name="x", seed=1
    )
    assert audience.counts["in_file"] == 4 and audience.notes[-1].startswith("None of your files says who agreed")


def test_a_shop_that_knows_only_phone_numbers():
    orders = shop_of([PEOPLE[5]])
    audience = rt.build_audience(orders, format="klaviyo", holdout=0, name="x", seed=1)
    assert next(iter(audience.table)) == "Phone Number" and audience.table.loc[0, "Phone Number"] == "+36206801669"
    assert audience.table["Email Marketing Consent"].isna().all()
    assert audience.notes[-1].startswith("Nobody here has an e-mail address")
    with pytest.raises(rt.EmptyError, match="Of 1 people nobody can be written to: 1 have no address"):
        rt.build_audience(orders, format="mailchimp", holdout=0, name="x", seed=1)


def test_who_is_a_rule_a_segment_or_a_list(small):
    rule = {"all": [{"field": "country", "test": "any of", "value": ["PL", "TR"]}]}
    audience = rt.build_audience(small, rule, holdout=0.5, name="x", seed=1)
    assert audience.counts["chosen"] == 2 and audience.notes
    chosen = pd.DataFrame({"customer_ref": ["ipek@shop.test", "stranger@shop.test", None], "zip": ["34-000", "1", "2"]})
    audience = rt.build_audience(small, chosen, "google", holdout=0, name="x", seed=1)
    assert (audience.counts["chosen"], audience.strangers, audience.table.loc[0, "Zip"]) == (1, 1, "34-000")
    shop = rt.load_sample("shop")
    audience = rt.build_audience(shop, "segment:Champions", name="x", seed=1)
    rule = {"all": [{"field": "segment", "test": "any of", "value": ["Champions"]}]}
    assert audience.counts["chosen"] == len(rt.segment_customers(shop, "Champions"))
    assert audience.experiment.population == rule and rt.read_experiment(experiment_file(audience.experiment))
    assert rt.build_audience(shop, rule, name="x", seed=1).kept.equals(audience.kept)


@pytest.mark.parametrize("format", ["klaviyo", "mailchimp", "omnisend", "plain", "meta", "google"])
def test_product_and_day_leave_only_where_the_tool_takes_them(small, monkeypatch, format):
    def customers_of(_orders: rt.Orders, key: str, lapse_days: int | None) -> pd.DataFrame:
        assert (key, lapse_days) == ("second_order", 90)
        days = pd.to_datetime(["2025-02-10", "2025-02-11"])
        people = {"customer_ref": ["laci@shop.test", "ipek@shop.test"], "product": ["Kábel", "=Kılıf"], "send_on": days}
        return pd.DataFrame(people | {"name": "another", "expected_value": 5.0})

    monkeypatch.setattr(people, "opportunity_customers", customers_of)
    options = {"holdout": 0, "name": "x", "seed": 1, "lapse_days": 90}
    audience = rt.build_audience(small, "opportunity:second_order", format, **options)
    takes = format not in ("meta", "google")
    more = [column.header for column in layout_of(format).columns if column.field in ("product", "send_on")]
    assert bool(more) == takes and ",".join(audience.table) == ",".join([HEADERS[format], *more])
    assert audience.who == "opportunity:second_order"
    if takes:
        assert audience.table[more].to_numpy().tolist() == [["=Kılıf", "2025-02-11"], ["Kábel", "2025-02-10"]]
        assert [row[more[0]] for row in rows_of(audience)] == ["'=Kılıf", "Kábel"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"format": "hubspot"}, "format='hubspot' is not possible"), ({"holdout": 1}, "holdout=1 is not possible"), ({"name": " "}, "The list has no name"),
        ({"who": "Champions"}, "who='Champions' is not possible"), ({"who": "segment:Nobody"}, "Nobody"),
        ({"who": pd.DataFrame({"mail": []})}, "neither customer_ref nor customer_id"), ({"sent_on": "soon"}, "sent_on"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(large, options, said):
    with pytest.raises(rt.OptionError, match=said):
        rt.build_audience(large, **{"name": "x", "seed": 1} | options)


def test_a_tool_that_takes_no_sheet(small):
    with pytest.raises(rt.OptionError, match="kind='xlsx' is not possible"):
        rt.audience_file(rt.build_audience(small, format="meta", holdout=0, name="x", seed=1), "xlsx")


@pytest.mark.parametrize("people", [["c1,a@shop.test,,Anna,PL,Łódź,no"], [",,,Nobody,PL,Łódź,yes"]])
def test_nobody_is_left(people):
    with pytest.raises(rt.EmptyError):
        rt.build_audience(shop_of(people), name="x", seed=1)


def test_a_campaign_is_measured_with_the_orders_that_came_after(large):
    audience = rt.build_audience(large, holdout=0.5, name="Spring", seed=1, days=10, metric="revenue")
    sent = audience.table["email"]
    bought = [*sent[:40], *audience.kept["email"][:12]]
    days = f"{large.as_of}"
    later = [f"l{n},{days},,{email},,,,,,1,20" for n, email in enumerate(bought)]
    last = f"z,{pd.Timestamp(large.as_of) + pd.Timedelta(days=20):%Y-%m-%d},,late@shop.test,,,,,,1,1"
    first = [f"{n},2025-01-{1 + n % 28:02},id{n - 1},p{n - 1:03}@shop.test,,,,,yes,1,{10 + n}" for n in range(1, 101)]
    after = rt.read_orders("\n".join([COLUMNS, *first, *later, last]).encode())
    for given in (audience.experiment, experiment_file(audience.experiment)):
        outcome = rt.measure_campaign(after, given, metric="repeat")
        rates = outcome.table[outcome.table["metric"] == "repeat"].set_index("arm")["value"]
        assert rates.to_dict() == {"control": 12 / 50, "sent": 40 / 50}
        assert (outcome.verdict, outcome.arm, outcome.window) == ("better", "sent", 10)
    assert rt.measure_campaign(after, audience.experiment).primary == "revenue"
    assert audience.sent_on == date.fromisoformat(days)


def test_an_opportunity_is_its_people_with_what_to_send_and_when(shop):
    people_of = rt.opportunity_customers(shop, "second_order").set_index("email")
    audience = rt.build_audience(shop, "opportunity:second_order", "klaviyo", name="x", seed=1)
    assert audience.counts["chosen"] == len(people_of)
    sent = people_of.loc[audience.table["Email"]]
    assert audience.table["Suggested Product"].tolist() == sent["product"].tolist()
    assert audience.table["Send On"].tolist() == sent["send_on"].astype(str).str[:10].tolist()
    with pytest.raises(rt.OptionError):
        rt.build_audience(shop, "opportunity:money", name="x", seed=1)
