"""Looks at free text before it is stored: what looks like a document, a birth date or an account is refused."""

from __future__ import annotations

import re
import unicodedata

from coalition_bot.fields import Problem
from coalition_bot.words import _

# ISO 13616: two letters, two check digits, up to 30 letters or digits; written in groups of four as often as not.
_ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,4})?\b")
_DIGITS_IN_ACCOUNT = 8  # names that begin alike have fewer
# ISO/IEC 7812: 12 to 19 digits, in groups or not.
_CARD = re.compile(r"\b\d(?:[ -]?\d){11,18}\b")
# Passports have 6 to 9 letters and digits (ICAO Doc 9303-4, 4.2.2); names with so many digits are rare.
_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z]{0,3}(?:[ -]?\d){6,}[A-Z]{0,2}(?![A-Z0-9])")
_MIXED = re.compile(r"(?<![A-Z0-9])(?=(?:[A-Z]*\d){5})(?=[A-Z0-9]*[A-Z])[A-Z0-9]{6,}(?![A-Z0-9])")
_YEAR = r"(?:19|20)\d\d"
_YEARS = re.compile(rf"\b{_YEAR} ?[-–/] ?(?:{_YEAR}|\d\d)\b")  # "2019-2020" belongs to many a name
_DATES = (
    re.compile(rf"\b\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:{_YEAR}|\d\d)\b"),
    re.compile(rf"\b{_YEAR}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?\d{{1,2}}\b"),
    re.compile(rf"\b\d{{1,2}}(?:ST|ND|RD|TH|ER|º|\.)?[ .-]+(?:OF |DE |DU )?[^\W\d_]{{3,10}}[ .,-]+(?:DE )?{_YEAR}\b"),
    re.compile(rf"\b[^\W\d_]{{3,10}}\.? \d{{1,2}}(?:ST|ND|RD|TH)?,? {_YEAR}\b"),
)
_LINK = re.compile(r"://|\bWWW\.|\bDATA:")
_EMAIL = re.compile(r"[^\s@<>\"(),:;]{1,64}@[^\s@<>\"(),:;]+\.[^\s@<>\"(),:;.]{2,}")
_PHONE = re.compile(r"\+[\d ()./-]+")
# ITU-T E.164: at most 15 digits with the country's code; the shortest numbers in use have seven with it.
PHONE_DIGITS = range(7, 16)


def no_documents(typed: str) -> str:
    """The text as it is. Raises Problem where it looks like a document's number, a birth date, an account or a link."""
    text = unicodedata.normalize("NFKC", typed).upper()
    if _LINK.search(text):
        raise Problem(_("Please no links here: scans and documents are not kept by me, nor in this chat."))
    if _is_account(text) or _is_card(text):
        raise Problem(_("This looks like a bank account or card. I don't take those; please leave it out."))
    if any(_is_date(found) for pattern in _DATES for found in pattern.findall(text)):
        raise Problem(_("This looks like a date of birth. I don't take those; the UN's own registration asks for it."))
    text = _YEARS.sub("", text)
    if _NUMBER.search(text) or _MIXED.search(text):
        raise Problem(
            _("This looks like the number of a passport or another document. I don't take those; please leave it out.")
        )
    return typed


def phone_number(typed: str) -> str:
    """A number with its country's code. Raises Problem for anything else, so that no other number is kept as one."""
    text = unicodedata.normalize("NFKC", typed)
    if not _PHONE.fullmatch(text) or sum(sign.isdigit() for sign in text) not in PHONE_DIGITS:
        raise Problem(_("Please write the number with the country's code, such as +41 22 917 12 34."))
    return typed


def email_address(typed: str) -> str:
    """Something that can be an address. Raises Problem."""
    if not _EMAIL.fullmatch(typed) or _is_account(unicodedata.normalize("NFKC", typed).upper()):
        raise Problem(_("This does not look like an e-mail address. Try one such as name@example.org."))
    return typed


def _is_account(text: str) -> bool:
    found = _ACCOUNT.findall(text)
    return any(sum(sign.isdigit() for sign in account) >= _DIGITS_IN_ACCOUNT for account in found)


def _is_card(text: str) -> bool:
    return any(_luhn([int(sign) for sign in found if sign.isdigit()]) for found in _CARD.findall(text))


def _luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = [digit if at % 2 == 0 else digit * 2 - 9 * (digit > 4) for at, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _is_date(found: str) -> bool:
    numbers = [int(part) for part in re.findall(r"\d+", found)]
    # 11.11.11 is an organisation; nobody gives a birthday of three equal numbers without the century.
    return len(set(numbers)) > 1 or len(numbers) < 3
