"""What people type, read in one way: line ends of every kind, and digits of every script."""

from __future__ import annotations

import re
import unicodedata

_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")


def plain_lines(text: str) -> str:
    """Write every line end as LF.

    Browsers send CR LF (HTML, "constructing the entry list"); a pasted text may bring CR alone,
    VT, FF, NEL, and the line and paragraph separators of Unicode (UAX 14, class BK and NL).
    """
    return _LINE_END.sub("\n", text)


def digits_of(text: str) -> str:
    """Give the decimal digits of a text as ASCII, whatever stands between them.

    Digits of every script count; hyphens, spaces and characters that can't be seen do not.
    """
    values = (unicodedata.decimal(character, None) for character in text)
    return "".join(str(value) for value in values if value is not None)


def member_name(text: str) -> str:
    """Read a member's name as it was typed or pasted: names are small ASCII letters and dashes.

    Full-width letters, capitals, every kind of dash, blanks around it and characters that can't
    be seen make no other name. Whether there is such a name is for others to say.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    kinds = ((character, unicodedata.category(character)) for character in folded)
    seen = ("-" if kind == "Pd" else character for character, kind in kinds if kind != "Cf")
    return "".join(seen).strip()
