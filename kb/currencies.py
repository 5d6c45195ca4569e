"""Currencies as sources print them, by their codes (ISO 4217): signs before a figure, words behind it.

A dollar with a country is that country's and no other: C$ 5 is not $5. Codes that are words too count in capitals only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

SIGNS: Mapping[str, str] = {
    "USD": "$|US$|USD$",
    "EUR": "€",
    "GBP": "£|GB£",
    "CNY": "¥|CN¥|RMB|CNY",
    "JPY": "JP¥",
    "AUD": "A$|AU$|AUD$",
    "BRL": "R$|BRL$",
    "CAD": "C$|CA$|CAD$",
    "CRC": "₡",
    "HKD": "HK$|HKD$",
    "ILS": "₪",
    "INR": "₹",
    "KRW": "₩",
    "LAK": "₭",
    "MXN": "MX$|MEX$|MXN$",
    "NGN": "₦",
    "NZD": "NZ$|NZD$",
    "PHP": "₱",
    "RUB": "₽",
    "SGD": "S$|SG$|SGD$",
    "THB": "฿",
    "TRY": "₺",
    "TWD": "NT$|TW$|TWD$",
    "UAH": "₴",
    "VND": "₫",
    "BTC": "₿",
}
NAMES: Mapping[str, str] = {
    "USD": "US dollars|US dollar|U.S. dollars|dollars|dollar|USD|美元|美金|美刀",
    "EUR": "euros|euro|欧元",
    "GBP": "pounds sterling|British pounds|British pound|GBP|英镑",
    "CNY": "Chinese yuan|yuan|renminbi|CNY|RMB|人民币|元",
    "JPY": "Japanese yen|yen|日元|日圆",
    "AUD": "Australian dollars|澳元",
    "BRL": "Brazilian reais|reais",
    "CAD": "Canadian dollars|加元",
    "CHF": "Swiss francs|瑞士法郎",
    "HKD": "Hong Kong dollars|港元|港币",
    "INR": "rupees|rupee|卢比",
    "KRW": "South Korean won|Korean won|韩元",
    "MXN": "Mexican pesos",
    "RUB": "rubles|roubles|卢布",
    "SEK": "Swedish kronor",
    "SGD": "Singapore dollars|新加坡元|新元",
    "TRY": "Turkish lira|里拉",
    "TWD": "Taiwan dollars|NT dollars|新台币|台币",
    "BTC": "bitcoins|bitcoin|比特币",
}
CODES = tuple(
    re.findall(
        "[A-Z]+",
        "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR JPY KRW MXN NOK NZD PLN RUB SEK SGD TWD USD ZAR",
    )
)
BY_SIGN: Mapping[str, str] = {sign: code for code, signs in SIGNS.items() for sign in signs.split("|")} | {
    code: code for code in CODES
}
ALL = frozenset((*SIGNS, *NAMES, *CODES))
LOWER = frozenset({"USD", "EUR", "GBP", "CNY", "RMB", "JPY"})  # codes that are no words, and written small as well
SYMBOLS = frozenset(sign for sign in BY_SIGN if len(sign) == 1 and sign != "$")
COUNTRY = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,3})\s?$")
MOST_SIGN = 6


def _sign(sign: str) -> str:
    """A pattern for a sign: letters before a dollar may stand apart from it."""
    if sign[-1] == "$" and sign[:-1]:
        return rf"(?<![A-Za-z]){re.escape(sign[:-1])}\s?\$"
    if not sign.isalpha():
        return re.escape(sign)
    return rf"{sign}(?![A-Za-z])" if sign in LOWER else rf"(?-i:{sign}(?![A-Za-z]))"


PREFIX = re.compile("|".join(_sign(sign) for sign in sorted(BY_SIGN, key=len, reverse=True)), re.IGNORECASE)


def code(sign: str) -> str:
    """The code that a sign found by PREFIX stands for."""
    return BY_SIGN["".join(sign.split()).upper()]


def before(text: str, at: int) -> int | None:
    """Where the sign or code of a currency begins that ends at a place, with the space before a $ of a country."""
    last = text[max(at - 1, 0) : at]
    if last == "$":
        found = COUNTRY.search(text, max(at - MOST_SIGN, 0), at - 1)
        return found.start() if found and f"{found[1].upper()}$" in BY_SIGN else at - 1
    if last in SYMBOLS:
        return at - 1
    printed = text[max(at - 3, 0) : at]
    known = printed in BY_SIGN or (printed.upper() in LOWER and not printed.isupper())
    return at - 3 if known and len(printed) == 3 and not text[max(at - 4, 0) : at - 3].isalpha() else None
