"""Phone numbers as the whole world dials them."""

from __future__ import annotations


def e164(phone: str, country: str | None) -> str | None:
    """A national number with its country's prefix; nothing where it cannot be told.

    >>> e164("20 680 1668", "HU")
    '+36206801668'
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(phone, country.upper() if country and len(country) == 2 else None)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
