"""The quality account in words: what was found, what it moves, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from retention.measure.quality import EFFECTS, QualityTable
from retention.show.i18n import MISSING, _, date, number, percent, percent_change, percent_points, period_label
from retention.show.measures import measure_name

NOTHING = 0.0005  # an effect that would be written as 0.0 %
WORTH_SAYING = 0.01
MANY_AT_NIGHT = 0.05  # a fifth of the day; most shops sell 2 or 3 % then
NO_DOUBT = ("relay", "refunds", "cancelled", "night")  # they tell of the shop, not of the numbers


def name(check: str) -> str:
    """What a check is called in the reader's language."""
    names = {
        "unidentified": _("Orders that name nobody"),
        "relay": _("Addresses lent by a marketplace"),
        "wholesale": _("Wholesale orders"),
        "test": _("Test orders"),
        "pending": _("Unpaid orders"),
        "cancelled": _("Cancelled orders"),
        "duplicates": _("Identical lines"),
        "refunds": _("Refunds and returns"),
        "silence": _("Days without orders"),
        "thin_months": _("Thin months"),
        "night": _("Orders at night"),
        "other_currency": _("Rows in another currency"),
        "totals": _("Totals that do not add up"),
        "set_aside": _("Rows set aside"),
        "email": _("E-mail address"),
        "phone": _("Phone number"),
        "consent": _("Consent to marketing"),
        "product": _("Product"),
        "category": _("Category"),
        "country": _("Country"),
        "channel": _("Channel"),
        "currency": _("Currency"),
        "discount_code": _("Discount code"),
    }
    return names[check]


def switch(check: str) -> str:
    """The label of the switch that decides whether such orders count."""
    return {
        "test": _("Count test orders"),
        "pending": _("Count unpaid orders"),
        "cancelled": _("Count cancelled orders"),
        "wholesale": _("Leave out wholesale orders"),
        "unidentified": _("Leave out orders that name nobody"),
    }[check]


def decided(check: str) -> str:
    """What a screen says about itself while a switch is on."""
    return {
        "test": _("test orders counted"),
        "pending": _("unpaid orders counted"),
        "cancelled": _("cancelled orders counted"),
        "wholesale": _("wholesale orders left out"),
        "unidentified": _("orders that name nobody left out"),
    }[check]


def headline(quality: QualityTable) -> str:
    """Whether the numbers can be trusted, in one sentence: the rows they stand on and the largest doubt still open."""
    facts = {"rows": number(quality.rows), "share": percent(min(quality.rows_used / quality.rows, 0.999))}
    part = _("all {rows} rows") if quality.rows_used == quality.rows else _("{share} of the {rows} rows")
    open_ = (quality.table["group"] == "count") & ~quality.table["active"].astype(bool)
    checks = quality.table[open_ & ~quality.table["check"].isin(NO_DOUBT)]
    weight, check = max(((_weight(row), row) for row in checks.itertuples()), key=lambda pair: pair[0])
    if weight < WORTH_SAYING:
        pattern, doubt = _("Your numbers stand on {part}; nothing found would move them by 1 % or more."), ""
    else:
        pattern, doubt = _("Your numbers stand on {part}; the largest doubt: {doubt}."), _doubt(check, weight)
    return pattern.format(part=part.format(**facts), doubt=doubt)


def found(quality: QualityTable, group: str) -> list:
    """The checks of a group that found something, the largest share first; not what the files lack altogether."""
    table = quality.table[(quality.table["group"] == group) & (quality.table["found"] > 0)]
    table = table[(table["check"] != "night") & ((group == "count") | (table["share"] < 1))]
    return list(table.sort_values("share", ascending=False, kind="stable").itertuples())


def absent(quality: QualityTable) -> str:
    """What the files do not say about any order, in one line; nothing where they say it all."""
    table = quality.table[(quality.table["group"] == "field") & (quality.table["share"] == 1)]
    pattern = _("Not in the files at all: {names}.")
    return pattern.format(names=_listed(map(name, table["check"]))) if len(table) else ""


def nothing_found(quality: QualityTable) -> str:
    """The checks that could be made and found nothing, in one line; nothing if there are none."""
    table = quality.table[(quality.table["found"] == 0) & (quality.table["of"] > 0)]
    names = [name(check) for check in table.loc[(table["group"] == "count") & (table["check"] != "night"), "check"]]
    known = [name(check) for check in table.loc[table["group"] == "field", "check"]]
    parts = [(_("Nothing found: {names}."), names), (_("Known everywhere: {names}."), known)]
    return " ".join(pattern.format(names=_listed(words)) for pattern, words in parts if words)


def sentence(row: tuple, quality: QualityTable) -> str:
    """What a check found, what deciding otherwise would change, and what to do."""
    facts = {
        "found": number(row.found),
        "of": number(row.of),
        "share": percent(row.share),
        "amount_share": percent(row.amount_share),
        "examples": _examples(row),
        "currency": quality.currency or MISSING,
        "name": name(row.check),
    }
    parts = [_finding(row.check).format(**facts), _effect(row), _advice(row.check)]
    return " ".join(part for part in parts if part)


def clock(quality: QualityTable) -> str:
    """By which clock days begin and end, with the orders of the night as a hint; nothing where no order has a time."""
    row = quality.table.set_index("check").loc["night"]
    if not row["of"]:
        return ""
    if quality.timezone:
        pattern = _("Days are those of {zone}; {share} of purchases fall between midnight and 5 o’clock.")
    else:
        pattern = _(
            "Days are those of the clock in the file; {share} of purchases fall between midnight and 5 o’clock."
        )
    words = pattern.format(zone=quality.timezone, share=percent(row["share"]))
    return f"{words} {_advice('night')}" if row["share"] >= MANY_AT_NIGHT else words


def changes(row: tuple) -> list[str]:
    """The figures that deciding otherwise would move, each with its change."""
    moved = []
    for effect in EFFECTS:
        change, figure = getattr(row, effect), effect.removesuffix("_change")
        if not pd.isna(change) and abs(change) >= NOTHING:
            words = percent_points(change) if figure == "repeat_rate" else percent_change(change)
            title = measure_name(figure)
            moved.append(f"{title[0].lower()}{title[1:]} {words}")
    return moved


def _weight(row: tuple) -> float:
    """By how much a check could move a figure, as far as can be told."""
    known = {"totals": [row.share], "set_aside": [row.amount_share], "other_currency": [row.share]}
    values = known.get(row.check, [getattr(row, effect) for effect in EFFECTS])
    return max((abs(value) for value in values if not pd.isna(value)), default=0.0)


def _doubt(row: tuple, weight: float) -> str:
    if row.check == "unidentified":
        return _("{share} of revenue names no customer").format(share=percent(row.amount_share))
    if row.check == "totals":
        return _("{share} of the orders do not add up to their total").format(share=percent(row.share))
    title = name(row.check)
    pattern = _("{name} could move the figures by {effect}")
    return pattern.format(name=title[0].lower() + title[1:], effect=percent(weight))


def _finding(check: str) -> str:
    findings = {
        "unidentified": _(
            "{found} of {of} purchases name nobody: no e-mail address, phone or customer number. They carry {amount_share} "
            "of net revenue and are in no customer figure."
        ),
        "relay": _(
            "{found} of {of} purchases come with an address that a marketplace lends: these customers are counted, but "
            "cannot be written to."
        ),
        "wholesale": _(
            "{found} of {of} purchases are far beyond the usual order and carry {amount_share} of net revenue. "
            "The largest: {examples}."
        ),
        "test": _("{found} of {of} orders are test orders."),
        "pending": _("{found} of {of} orders were not paid."),
        "cancelled": _("{found} of {of} orders were cancelled."),
        "duplicates": _("{found} of {of} order lines equal another line of the same order."),
        "refunds": _("Money was paid back on {found} of {of} orders: {amount_share} of net revenue before refunds."),
        "silence": _("{found} of {of} days have no order although the usual pace makes that unlikely: {examples}."),
        "thin_months": _(
            "{found} of {of} months have under a third of the orders of the months beside them: {examples}."
        ),
        "other_currency": _("{found} of {of} rows are in another currency than {currency} and are not counted."),
        "totals": _("{found} of {of} orders do not add up to the total that the file gives."),
        "set_aside": _("{found} of {of} rows could not be used; they hold {amount_share} of the value of all rows."),
        "discount_code": _("{name}: missing on {found} of {of} orders with a discount ({share})."),
    }
    lines = _("{name}: missing on {found} of {of} order lines ({share}).")
    purchases = _("{name}: missing on {found} of {of} purchases ({share}).")
    return findings.get(check, lines if check in ("product", "category") else purchases)


def _effect(row: tuple) -> str:
    if all(pd.isna(getattr(row, effect)) for effect in EFFECTS):
        return ""
    moved = changes(row)
    if not moved:
        return _("Deciding otherwise would change no key figure by 0.1 % or more.")
    counts = row.switch.startswith("count")
    if row.active:
        pattern = (
            _("They count at present; not counting them would mean: {effects}.")
            if counts
            else _("They are left out at present; counting them would mean: {effects}.")
        )
    elif row.check == "duplicates":
        pattern = _("Counting them once would mean: {effects}.")
    elif row.check == "refunds":
        pattern = _("Without them it would have been: {effects}.")
    elif row.check in ("silence", "thin_months"):
        pattern = _("At the usual pace there would have been: {effects}.")
    else:
        pattern = _("Counting them would mean: {effects}.") if counts else _("Leaving them out would mean: {effects}.")
    return pattern.format(effects=", ".join(moved))


def _advice(check: str) -> str:
    advice = {
        "unidentified": _(
            "Export guest orders with their e-mail address, or leave them out to see known customers only."
        ),
        "wholesale": _("If these are resellers, leave them out to see the everyday shop."),
        "test": _("Keep them out, unless real orders carry that state."),
        "pending": _("Count them if your customers pay later, for instance on delivery."),
        "cancelled": _("Keep them out, unless your shop delivers such orders."),
        "duplicates": _("Look some of them up in your shop: one product in two lines, or a row exported twice?"),
        "refunds": _("Nothing to decide: net revenue is always what is left after them."),
        "silence": _("Was the shop closed, or are these days missing from the export?"),
        "thin_months": _("Are these months complete in the export? If not, begin after them under From."),
        "night": _("If that is too many for your shop, choose its time zone on the Data screen."),
        "other_currency": _("Give an exchange rate on the Data screen, or read them as a shop of their own."),
        "totals": _("Compare one of them with your shop: a discount, a fee or a line may be missing from the export."),
        "set_aside": _("The Data screen lists each of them with its reason."),
        "email": _("Customers without one cannot be written to."),
        "phone": _("Customers without one cannot be called."),
        "consent": _("Ask these customers before you write to them."),
        "product": _("These lines appear in no figure about products."),
        "category": _("A filter by category leaves these lines out."),
        "country": _("A filter by country leaves these orders out."),
        "channel": _("A filter by channel leaves these orders out."),
        "currency": _("Their money is taken to be in the currency of the rest."),
        "discount_code": _("These discounts belong to no campaign."),
    }
    return advice.get(check, "")


def _examples(row: tuple) -> str:
    if row.check == "silence":
        ends = [stretch.split("/") for stretch in row.examples.split(", ") if stretch]
        return _listed(
            date(first) if first == last else _("{first} to {last}").format(first=date(first), last=date(last))
            for first, last in ends
        )
    if row.check == "thin_months":
        return _listed(period_label(f"{month}-01", "month") for month in row.examples.split(", ") if month)
    return row.examples


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
