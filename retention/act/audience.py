"""A list of people as the file of a tool, some of them held back so that what it earns can be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import pandas as pd

from retention.act.layout import Column, Layout, layout_of
from retention.act.normalise import RULES, by_rule, cut, hashed
from retention.act.people import facts, meant
from retention.act.writing import csv_of, parts_of, sheet_of, zip_of
from retention.errors import EmptyError, OptionError, check_option
from retention.experiment.assign import assign_variants
from retention.experiment.compare import VariantComparison, compare_variants
from retention.experiment.manifest import Experiment, file_stem, read_experiment
from retention.orders import Orders
from retention.periods import as_date
from retention.schema import CUSTOMERS
from retention.segment.rules import Rule

CONTROL, SENT = "control", "sent"
STEPS = ("chosen", "no_address", "refused", "not_asked", "held_back", "in_file")
KEPT = ("customer_ref", "name", "email", "phone")


@dataclass(frozen=True)
class Audience:
    """What `build_audience` returns.

    table: the file as it goes out, one row a person; kept: who is held back, as customer_ref, name, email, phone
    experiment: who was drawn for what, to be kept until the outcome is read; None if nobody is held back
    counts: how many were chosen; of these have no address, refused, were not asked, are held back, and are in the file
    format, who: as they were asked for, in words; parts: how many files the tool needs, for it takes none larger than so much
    """

    name: str
    format: str
    who: str
    table: pd.DataFrame = field(repr=False)
    kept: pd.DataFrame = field(repr=False)
    experiment: Experiment | None
    counts: dict[str, int]
    sent_on: date
    cost_per_customer: float
    cost_per_order: float
    currency: str
    strangers: int = 0
    parts: int = 1
    notes: tuple[str, ...] = ()

    def file_name(self, kind: str = "csv") -> str:
        """A name for its file: the name of the list and the tool."""
        ending = "zip" if kind == "csv" and self.parts > 1 else kind
        return f"{file_stem(self.name) or 'list'}-{self.format}.{ending}"


def build_audience(
    orders: Orders,
    who: str | dict | Rule | pd.DataFrame | None = None,
    format: str = "plain",
    holdout: float = 0.1,
    *,
    name: str,
    seed: int,
    days: int = 60,
    metric: str = "repeat",
    cost_per_customer: float = 0.0,
    cost_per_order: float = 0.0,
    only_consented: bool = True,
    sent_on: str | date | None = None,
    lapse_days: int | None = None,
) -> Audience:
    """The people who are meant, as the file of a tool, with a share of them held back so that what it earns can be seen.

    who: a rule (`rule_of`), "segment:Champions", "opportunity:second_order", a list with customer_ref or customer_id (and, where it
    knows them, product, send_on, zip, state), or everybody. format: "klaviyo", "mailchimp", "omnisend", "meta", "google" or "plain".

    Left out, in this order, are people without an address the tool can use (an e-mail address of their own; for Meta, Google and
    plain files a phone number does as well, for Klaviyo and Omnisend where nobody has an e-mail address), people who refused marketing, and, unless only_consented=False, people of whom no
    file says that they agreed, where it says so of others. Where no file speaks of consent nobody is left out for it.

    Of the rest, holdout (a share, 0 for none) is drawn by `assign_variants`, balanced over segment and value, into the arm
    "control", which gets nothing; the others are the arm "sent" and the file. Fewer than 2 people held back tell nothing: then
    nobody is. days, metric and costs are those of the test. sent_on: the day from which orders count, by default
    the day after the last order. lapse_days: of an opportunity, as `rank_opportunities` has it.

    Nothing leaves but the columns of the tool. E-mail addresses, names, phones and codes are written as the tool asks; Meta gets
    SHA-256 of all but the value (net revenue to date), Google of all but country and postal code. A suggested product and the day to
    send it stand in columns of their own where a list tells them and the tool takes such columns. First and last name come from
    one name: the last word is the last name, in Hungary the first one.

    With filters, it takes the customers whose purchases pass them.

    Returns an Audience. counts: chosen = no_address + refused + not_asked + held_back + in_file. Raises OptionError for
    words and numbers that cannot be, EmptyError when nobody is chosen or may be written to.

    Sources: the pages of the tools that the files in retention/act/formats name.

    When not to trust it: the file knows who agreed as far as your files know it; somebody may have withdrawn since, and consent to
    e-mails is none to text messages or to matching with an advertising platform, which some countries ask for. A name of
    several words is split by a guess. Somebody who is held back here may still be reached by another campaign.

    >>> import retention as rt
    >>> audience = rt.build_audience(rt.load_sample("shop"), "segment:Champions", "meta", name="Thank you", seed=1)
    >>> list(audience.table)[:4], sum(audience.counts.values()) == 2 * audience.counts["chosen"]
    (['email', 'phone', 'fn', 'ln'], True)
    """
    layout = layout_of(format)
    if not name.strip():
        raise OptionError("The list has no name.", "Give it one by which you will know it again.")
    if not 0 <= holdout < 1:
        raise OptionError("holdout={holdout} is not possible.", "Give a share from 0 to below 1.", holdout=holdout)
    day = orders.as_of if sent_on is None else as_date("sent_on", sent_on)
    chosen = meant(orders, who, lapse_days)
    if chosen.people.empty:
        raise EmptyError("Nobody is chosen.", "Choose other customers, or clear a filter.")
    each = facts(orders, chosen.people, layout.fields)
    speaks = bool(orders.frame(CUSTOMERS.aggregate(n=CUSTOMERS.consent.count())).iloc[0, 0])
    counts, left = _left(each, layout, speaks and only_consented)
    if left.empty:
        raise EmptyError(
            "Of {chosen} people nobody can be written to: {no_address} have no address of their own, {refused} refused marketing, and of "
            "{not_asked} no file says that they agreed.",
            "Choose other customers, or ask these for their consent first.",
            **counts,
        )
    notes, experiment, held = [], None, pd.Series(False, left.index)
    if holdout and int(len(left) * min(holdout, 1 - holdout) + 1e-9) < 2:
        notes.append(
            "There are too few people to hold some of them back, so nobody will be able to say what this earns."
        )
    elif holdout:
        drawn = assign_variants(
            orders, {CONTROL: holdout, SENT: round(1 - holdout, 9)}, name=name, seed=seed, customers=left[["customer_id"]],
            metric=metric, days=days, control=CONTROL, cost_per_customer=cost_per_customer, cost_per_order=cost_per_order,
            only_reachable=False, assigned_on=day,
        )  # fmt: skip
        experiment = replace(drawn.experiment, population=chosen.population)
        held = left["customer_ref"].isin(drawn.table.loc[drawn.table["variant"] == CONTROL, "customer_ref"])
    if not speaks:
        notes.append(
            "None of your files says who agreed to marketing. Write only to people who did: the law of their country asks for it."
        )
    sent = left[~held]
    if sent["email"].isna().any():
        sent = pd.concat([sent[sent["email"].notna()], sent[sent["email"].isna()]], ignore_index=True)
    if sent["email"].isna().all():
        notes.append(
            "Nobody here has an e-mail address, so the list goes by phone number. Consent to e-mails is none to text messages."
        )
    table = _table(sent, layout)
    return Audience(
        name=name.strip(),
        format=format,
        who=chosen.words,
        table=table,
        kept=left.loc[held, list(KEPT)].reset_index(drop=True),
        experiment=experiment,
        counts=counts | {"held_back": int(held.sum()), "in_file": len(sent)},
        sent_on=day,
        cost_per_customer=float(cost_per_customer),
        cost_per_order=float(cost_per_order),
        currency=orders.currency,
        strangers=chosen.strangers,
        parts=parts_of(table, layout.megabytes),
        notes=tuple(notes),
    )


def audience_file(audience: Audience, kind: str = "csv") -> bytes:
    """The file of an audience as bytes: "csv", or "xlsx" where the tool takes it.

    A CSV file that would be larger than the tool takes becomes a ZIP of several, each with its header; `Audience.parts` says how
    many. Cells that a spreadsheet would run get an apostrophe in front; phone numbers keep their +.

    Raises OptionError for a kind that the tool does not take.

    When not to trust it: opened and saved in a spreadsheet program, phone numbers and postal codes may change. Send the file as it is.

    >>> import retention as rt
    >>> audience = rt.build_audience(rt.load_sample("shop"), format="google", name="All", seed=1)
    >>> rt.audience_file(audience)[:44].decode()
    'Email,Phone,First Name,Last Name,Country,Zip'
    """
    layout = layout_of(audience.format)
    check_option("kind", kind, layout.kinds)
    if kind == "xlsx":
        return sheet_of(audience.table)
    if audience.parts > 1:
        return zip_of(audience.table, audience.parts, audience.format, layout.mark)
    return csv_of(audience.table, layout.mark, frozenset(column.header for column in layout.columns if column.hashed))


def measure_campaign(
    orders: Orders,
    experiment: Experiment | str | bytes | Path,
    *,
    metric: str = "",
    days: int | None = None,
    by: str = "",
) -> VariantComparison:
    """What a campaign earned: who was written to beside who was held back, as `compare_variants` tells it.

    experiment: the file that was kept when the list was made (its path, text or bytes), or the `Experiment` itself. orders:
    those of today, with the weeks after the mailing in them. metric, days, by: as `compare_variants` has them, else as planned.

    When not to trust it: as for `compare_variants`. If people who were held back got the offer by another way, it looks weaker than it is.

    >>> import retention as rt
    >>> past = rt.load_sample("shop").filter(end="2025-10-31")
    >>> audience = rt.build_audience(past, name="Nothing was sent", holdout=0.5, seed=1)
    >>> rt.measure_campaign(rt.load_sample("shop"), audience.experiment).verdict
    'no difference'
    """
    test = experiment if isinstance(experiment, Experiment) else read_experiment(experiment)
    return compare_variants(orders, test, metric=metric, days=days, by=by)


def _left(each: pd.DataFrame, layout: Layout, asks: bool) -> tuple[dict[str, int], pd.DataFrame]:
    """Who may be in the file, and how many are not, by the first reason that holds."""
    reached = each[list(layout.needs)].notna().any(axis=1)
    if layout.instead and not reached.any():
        reached = each[list(layout.instead)].notna().any(axis=1)
    refused = each["agreed"].eq(False).fillna(False).astype(bool)
    unknown = each["agreed"].isna() & asks
    counts = {
        "chosen": len(each),
        "no_address": int((~reached).sum()),
        "refused": int((reached & refused).sum()),
        "not_asked": int((reached & unknown).sum()),
    }
    return counts, each[reached & ~refused & ~unknown].reset_index(drop=True)


def _table(people: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """The columns of the tool, normalised and hashed."""
    table = {}
    for column in layout.columns:
        if column.optional and (column.field not in people or people[column.field].isna().all()):
            continue
        if column.field not in people:
            table[column.header] = pd.Series(None, people.index, dtype="str")
        else:
            table[column.header] = by_rule(people[column.field], *_rules(column))
    return pd.DataFrame(table).reset_index(drop=True)


def _rules(column: Column) -> list[Callable[[str], str]]:
    """What becomes of a value of a column, one after the other."""
    rules = [RULES[column.how]] if column.how else []
    rules += [partial(cut, bytes=column.bytes)] if column.bytes else []
    return [*rules, *([hashed] if column.hashed else [])]
