"""Who is meant, and what is known of them that a file may hold."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from retention.act.normalise import by_rule, country_code, phones, split_names
from retention.act.opportunities import opportunity_customers
from retention.errors import OptionError
from retention.ingest.mapping import plain
from retention.orders import Orders, known_purchases, whole_history
from retention.schema import CUSTOMERS, PEOPLE
from retention.segment.conditions import Condition
from retention.segment.rules import Rule, rule_of

KNOWN = ("customer_id", "customer_ref", "name", "email", "phone", "country", "consent", "contactable")
MORE = {"city": "city", "gender": "gender", "value": "net", "agreed_on": "last_order"}  # field → what it is made of
ALWAYS = ("customer_id", "customer_ref", "name", "email", "phone", "agreed")  # besides the fields of a layout
BROUGHT = ("product", "send_on", "zip", "state")  # what a list may tell of each besides
NAMES = {
    "zip": ("zip", "zip code", "zipcode", "postal code", "postcode", "post code", "kod pocztowy", "iranyitoszam", "posta kodu",
            "индекс", "почтовыи индекс"),
    "state": ("state", "province", "region", "voivodeship", "wojewodztwo", "megye"),
}  # fmt: skip
FAMILY_FIRST = ("HU",)
CENTS = 100


@dataclass(frozen=True)
class Meant:
    """people: customer_id and what a list told of each. words: who they are. population: the rule that says so.
    strangers: rows of a list that are no customers here."""

    people: pd.DataFrame
    words: str
    population: dict | None = None
    strangers: int = 0


def meant(orders: Orders, who: str | dict | Rule | pd.DataFrame | None, lapse_days: int | None = None) -> Meant:
    """The customers that are meant by a rule, "segment:…", "opportunity:…", a list, or nothing, which is everybody."""
    buyers = orders.frame(known_purchases(orders).select("customer_id").distinct().order_by("customer_id"))
    if who is None:
        return Meant(buyers, "everybody")
    if isinstance(who, pd.DataFrame):
        return _listed(orders, who, buyers, "a list")
    kind, _colon, key = who.partition(":") if isinstance(who, str) else ("", "", "")
    if kind == "opportunity":
        return _listed(orders, opportunity_customers(orders, key, lapse_days=lapse_days), buyers, who)
    if kind == "segment":
        rule, words = Rule("all", (Condition("segment", "any of", (key,)),)), who
    elif isinstance(who, str) and not who.lstrip().startswith("{"):
        raise OptionError(
            "who={who!r} is not possible.", "Use a rule, {examples}, or a list of customers.",
            who=who, examples='"segment:Champions", "opportunity:second_order"',
        )  # fmt: skip
    else:
        rule = rule_of(who)
        words = rule.as_json(indent=None)
    members = orders.frame(rule.members(whole_history(orders), orders.as_of))
    return Meant(buyers[buyers["customer_id"].isin(members["customer_id"])], words, json.loads(rule.as_json()))


def _listed(orders: Orders, given: pd.DataFrame, buyers: pd.DataFrame, words: str) -> Meant:
    key = next((name for name in ("customer_id", "customer_ref") if name in given), None)
    if key is None:
        raise OptionError(
            "The list of customers has neither customer_ref nor customer_id. Found: {columns}.",
            "Pass a list of another function, or a rule.",
            columns=", ".join(map(str, given.columns)),
        )
    told = given[[key, *(name for name in BROUGHT if name in given)]].dropna(subset=[key]).drop_duplicates(key)
    if key == "customer_ref":
        refs = orders.frame(CUSTOMERS.select("customer_id", "customer_ref"))
        told = told.merge(refs, on="customer_ref", how="left").drop(columns="customer_ref")
    people = told[told["customer_id"].isin(buyers["customer_id"])]
    return Meant(people, words, strangers=len(told) - len(people))


def facts(orders: Orders, people: pd.DataFrame, fields: set[str]) -> pd.DataFrame:
    """One row a customer in alphabetical order: ALWAYS, and the fields a layout may hold, as text.

    people: of `meant`. Fields: those of `retention.act.layout`; `address` is their own e-mail address.
    """
    more = [column for field, column in MORE.items() if field in fields]
    each = people.merge(orders.frame(CUSTOMERS.select(*KNOWN, *more)), on="customer_id")
    each = each.sort_values("customer_id", ignore_index=True)  # numbers follow the alphabet
    each["agreed"] = each["consent"].astype("boolean")
    each["email"] = each["email"].where(each["contactable"].fillna(False).astype(bool))
    codes = by_rule(each["country"], country_code)
    each["phone"] = phones(each["phone"].astype("str"), codes)
    each["country"] = codes
    if "first_name" in fields:
        each[["first_name", "last_name"]] = split_names(each["name"], _family_first(orders, codes))
    by_email = each["agreed"].fillna(False) & each["email"].notna()
    if {"consent", "agreed_by_email"} & fields:
        each["consent"] = each["agreed"].map({True: "yes", False: "no"}).astype("str")
        each["agreed_by_email"] = each["consent"].where(by_email)
    if "agreed_on" in fields:
        each["agreed_on"] = _days(each["last_order"].where(by_email))
    if "value" in fields:
        each["value"] = (each["net"].clip(lower=0) / CENTS).map("{:.2f}".format)
    if "send_on" in each:
        each["send_on"] = _days(each["send_on"])
    each = _with_file(orders, each, fields)
    return each[[name for name in each if name in {*ALWAYS, *fields}]]


def _days(moments: pd.Series) -> pd.Series:
    """Days as ISO 8601 writes them."""
    days = pd.to_datetime(moments).to_numpy().astype("datetime64[D]").astype("str")
    return pd.Series(days, moments.index, dtype="str").where(moments.notna())


def _family_first(orders: Orders, countries: pd.Series) -> pd.Series:
    """Whether the family name stands first: in Hungary, unless the file has the parts in columns of their own."""
    parted = orders.report is not None and any("first_name" in file.mapping for file in orders.report.files)
    return countries.isin(FAMILY_FIRST) & (not parted)


def _with_file(orders: Orders, each: pd.DataFrame, fields: set[str]) -> pd.DataFrame:
    """The same with what only a customers file tells: the date of birth, and a postal code or state among its other columns."""
    wanted = {"birth_date", "zip", "state"} & fields
    if not wanted or not orders.has("people"):
        return each
    told = PEOPLE.filter(PEOPLE.customer_id.notnull()).select("customer_id", "birth_date", "attributes")
    people = orders.frame(told).drop_duplicates("customer_id").set_index("customer_id")
    people = people.reindex(each["customer_id"])
    if "birth_date" in wanted:
        each["birth_date"] = _days(people["birth_date"]).to_numpy()
    if wanted - {"birth_date"} and people["attributes"].notna().any():
        rest = [json.loads(text) if isinstance(text, str) else {} for text in people["attributes"]]
        keys = {name: plain(name) for names in rest for name in names} if rest else {}
        for field in sorted(wanted - {"birth_date"} - set(each.columns)):
            called = [name for name, known in keys.items() if known in NAMES[field]]
            found = (
                [next((str(row[name]) for name in called if row.get(name)), None) for row in rest] if called else None
            )
            each[field] = found
    return each
