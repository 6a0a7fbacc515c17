"""Who is in a file and who is not, and what was sent so far, in words."""

from __future__ import annotations

import pandas as pd

from retention.act.audience import Audience
from retention.act.layout import layout_of
from retention.act.opportunities import KEYS
from retention.errors import OptionError
from retention.intervals import ENOUGH
from retention.segment.rules import rule_of
from retention.show.i18n import _, money, number
from retention.show.measures import group_name
from retention.show.opportunities import opportunity_name
from retention.show.rules import rule_text


def tool_name(format: str) -> str:
    """What a tool is called.

    >>> tool_name("klaviyo"), tool_name("plain")
    ('Klaviyo', 'CSV or Excel')
    """
    names = {
        "klaviyo": "Klaviyo",
        "mailchimp": "Mailchimp",
        "omnisend": "Omnisend",
        "meta": "Meta",
        "google": "Google Ads",
    }
    return names.get(format) or _("CSV or Excel")


def who_in_words(who: str, currency: str) -> str:
    """Who was meant, from what `Audience.who` says.

    >>> who_in_words("everybody", ""), who_in_words("segment:Champions", "")
    ('All customers', 'Champions')
    """
    kind, _colon, key = who.partition(":")
    if kind == "segment":
        return group_name(key)
    if kind == "opportunity" and key in KEYS:
        return opportunity_name(key)
    if who.startswith("{"):
        try:
            return rule_text(rule_of(who), currency)
        except OptionError:
            return who
    return {"everybody": _("All customers"), "a list": _("A list")}.get(who, who)


def who_goes_out(result: Audience) -> str:
    """How many go into the file, how many are held back and why, and how many did not agree."""
    counts = result.counts
    unwilling = counts["refused"] + counts["not_asked"]
    people = _("{people} people go into the file")
    if result.format != "plain":
        people = _("{people} people go into the {tool} file")
    said = [people.format(people=number(counts["in_file"]), tool=tool_name(result.format))]
    if counts["held_back"]:
        pattern = _("{held} are held back so that you can see what it earned")
        said.append(pattern.format(held=number(counts["held_back"])))
    if unwilling:
        pattern = _("{left} were left out because they did not agree to marketing")
        said.append(pattern.format(left=number(unwilling)))
    return "; ".join(said) + "."


def who_is_not_in_it(result: Audience) -> list[str]:
    """Who was left out and why, as far as the headline does not say it."""
    counts, lines = result.counts, []
    if counts["no_address"]:
        pattern = _("Left out because they have no e-mail address of their own: {n} people.")
        if "phone" in layout_of(result.format).needs:
            pattern = _("Left out because they have no e-mail address of their own and no phone number: {n} people.")
        lines.append(pattern.format(n=number(counts["no_address"])))
    if counts["not_asked"]:
        pattern = _("Of those who did not agree, {refused} refused, and of {unknown} no file says that they agreed.")
        lines.append(pattern.format(refused=number(counts["refused"]), unknown=number(counts["not_asked"])))
    if 0 < counts["held_back"] < ENOUGH:
        lines.append(_("Fewer than 30 people are held back: too few to tell what it earned."))
    if result.strangers:
        pattern = _("People of the list who are no customers of these orders: {n}.")
        lines.append(pattern.format(n=number(result.strangers)))
    if result.parts > 1:
        pattern = _("{tool} takes no file this large, so the download holds {parts} files in one ZIP.")
        lines.append(pattern.format(tool=tool_name(result.format), parts=number(result.parts)))
    return lines


def how_it_leaves(format: str) -> str:
    """What the tool gets to see."""
    if format in ("meta", "google"):
        return _(
            "Nobody’s address leaves in clear: the tool gets a fingerprint (SHA-256) of each and finds those whom it knows. Even so it "
            "learns that they are your customers, and many countries want their consent to that."
        )
    if format == "klaviyo":
        return _(
            "No file says who agreed to text messages, so that column is empty: the people are imported for e-mail only."
        )
    if format == "omnisend":
        return _(
            "The opt-in date is the day of the last order, the latest on which your files say that somebody agreed. Who has none "
            "is imported as not subscribed."
        )
    if format == "mailchimp":
        return _(
            "Mailchimp asks for the status of the people while you import: choose “Subscribed” only if they agreed."
        )
    return _("The file holds names and addresses in clear. Keep it as safe as your order files.")


def what_was_sent(log: pd.DataFrame) -> str:
    """How many lists, to how many people, what they cost, and of how many one knows what they earned."""
    if log.empty:
        return _("Nothing is noted yet. Add a list once you have sent it, and you will see later what it earned.")
    pattern = _("Lists sent: {lists}, to {people} people in all (somebody in two lists counts twice).")
    said = [pattern.format(lists=number(len(log)), people=number(log["customers"].sum()))]
    if log["currency"].nunique() == 1:
        currency = log["currency"].iloc[0]
        if log["cost"].sum():
            said.append(_("They cost {cost}.").format(cost=money(log["cost"].sum(), currency)))
        if (known := log[log["earned"].notna()]).empty:
            said.append(_("What they earned is not known yet."))
        for row in known.head(1).itertuples():
            pattern = _("{name} earned {earned} (between {low} and {high}).")
            amounts = {"earned": row.earned, "low": row.earned_low, "high": row.earned_high}
            written = {part: money(amount, currency, 0) for part, amount in amounts.items()}
            said.append(pattern.format(name=row.name, **written))
    return " ".join(said)
