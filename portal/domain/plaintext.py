"""What a text may hold: what a person can type or paste, and nothing that only programs write.

Not in a text: control characters but the tab and the line end, half surrogates, and the
noncharacters of Unicode (chapter 23.7). PostgreSQL takes no NUL and no half surrogate.
"""

from __future__ import annotations

import re

REPLACEMENT = "\ufffd"

# All of this works on the bytes of UTF-8, since half a megabyte may come in one form: a pattern
# over characters takes twenty times as long.
_MARK = b"\x1a"
_LINE_ENDS = b"\r\x0b\x0c"
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n", *_LINE_ENDS})
_ONE_BYTE = bytes.maketrans(
    _LINE_ENDS + _CONTROLS, b"\n" * len(_LINE_ENDS) + _MARK * len(_CONTROLS)
)
_MORE_LINE_ENDS = (b"\r\n", *map(str.encode, "\x85\u2028\u2029"))
_MORE_BYTES = (
    (b"\xc2", re.compile(rb"\xc2[\x80-\x9f]")),  # U+0080 to U+009F
    (b"\xed", re.compile(rb"\xed[\xa0-\xbf].", re.DOTALL)),  # half surrogates
    (b"\xef\xb7", re.compile(rb"\xef\xb7[\x90-\xaf]")),  # U+FDD0 to U+FDEF
    (b"\xef\xbf", re.compile(rb"\xef\xbf[\xbe\xbf]")),  # U+FFFE, U+FFFF
    (b"\xbf\xbe", re.compile(rb"[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf\xbe")),  # and those of the
    (b"\xbf\xbf", re.compile(rb"[\xf0-\xf4][\x8f\x9f\xaf\xbf]\xbf\xbf")),  # planes above
)


def clean(text: str) -> str:
    """Give a text that somebody wrote: every line end as LF, and what can't stand in it left out.

    Browsers send CR LF (HTML, "constructing the entry list"); a pasted text may bring CR alone,
    VT, FF, NEL, and the line and paragraph separators of Unicode (UAX 14, class BK and NL). Every
    word stays, also of a text that was pasted with stray characters.
    """
    return _with(text, b"")


def replaced(text: str) -> str:
    """Give a value that names something, with U+FFFD for each character that no name can hold.

    So a name with a NUL is another name than the one without it, and fits nothing.
    """
    return _with(text, REPLACEMENT.encode())


def is_usable(text: str) -> bool:
    """Tell whether the text is as `clean` would give it."""
    return clean(text) == text


def _with(text: str, instead: bytes) -> str:
    if text.isprintable():  # No line end and nothing that can't stand in a text is.
        return text
    raw = text.encode("utf-8", "surrogatepass")
    for end in _MORE_LINE_ENDS:
        raw = raw.replace(end, b"\n")
    raw = raw.translate(_ONE_BYTE)
    for sign, pattern in _MORE_BYTES:
        if sign in raw:
            raw = pattern.sub(_MARK, raw)
    return raw.replace(_MARK, instead).decode("utf-8")
