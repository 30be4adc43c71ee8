"""A TOML file that knows the line of each thing in it, so that a mistake can be pointed at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from portal.domain.errors import GuidanceError, QuestionnaireError, RoutingError
from portal.domain.suggestion import did_you_mean

Path = tuple[str | int, ...]
FileError = type[QuestionnaireError] | type[RoutingError] | type[GuidanceError]

_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SCALAR = re.compile(r"[^,\]}\n#]*")


class Node:
    """One table of the file; every refusal names its line."""

    def __init__(self, file: DataFile, path: Path, value: Mapping[str, Any]) -> None:
        self._file, self._path, self._value = file, path, value

    def __contains__(self, key: str) -> bool:
        """Tell whether the table has the key."""
        return key in self._value

    def fail(self, reason: str, key: str | int | None = None) -> NoReturn:
        """Refuse the file at this table, or at its `key`."""
        path = self._path if key is None else (*self._path, key)
        raise self._file.error(self._file.name, self._file.line(path), reason)

    def only(self, *known: str) -> None:
        """Refuse every key that is not known."""
        for key in self._value:
            if key not in known:
                self.fail(f"unknown key {key!r}{did_you_mean(key, known)}", key)

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text that is not blank; without a default it must be there."""
        value = self._read(key, default)
        if not isinstance(value, str) or (key in self._value and not value.strip()):
            self.fail(f"{key} must be a text, and not blank", key)
        return value

    def one_of(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """A text that is one of those known."""
        value = self.text(key, default)
        if value not in known:
            self.fail(f"{key} is one of {', '.join(known)}", key)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        """Read a whole number from 0 to 99,999."""
        value = self._read(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 100_000:
            self.fail(f"{key} must be a whole number from 0 to 99999", key)
        return value

    def flag(self, key: str) -> bool:
        """Read true or false; absent is false."""
        value = self._read(key, False)
        if not isinstance(value, bool):
            self.fail(f"{key} must be true or false", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Read a list of texts; absent is empty."""
        value = self._read(key, [])
        if not isinstance(value, list) or not all(isinstance(x, str) and x.strip() for x in value):
            self.fail(f"{key} must be a list of texts, none of them blank", key)
        return tuple(value)

    def table(self, key: str) -> Node:
        """Read a table."""
        value = self._read(key, None)
        if not isinstance(value, dict):
            self.fail(f"{key} must be a table", key)
        return Node(self._file, (*self._path, key), value)

    def tables(self, key: str) -> Iterator[Node]:
        """Read a list of tables; absent is empty."""
        value = self._read(key, [])
        if not isinstance(value, list) or not all(isinstance(x, dict) for x in value):
            self.fail(f"{key} must be a list of tables", key)
        for index, item in enumerate(value):
            yield Node(self._file, (*self._path, key, index), item)

    def keys(self) -> Iterator[str]:
        """Give the keys in the order of the file."""
        yield from self._value

    def _read(self, key: str, default: object) -> Any:
        if key in self._value:
            return self._value[key]
        if default is None:
            self.fail(f"{key} is missing")
        return default


class DataFile:
    """A TOML file that was read, with its name and the line of each of its keys."""

    def __init__(self, source: bytes, *, name: str, error: FileError) -> None:
        self.name, self.error = name, error
        try:
            text = source.decode("utf-8-sig").replace("\r\n", "\n")
            value = tomllib.loads(text)
            self._lines = dict(_Scan(text).lines())
        except UnicodeDecodeError as exc:
            line = source.count(b"\n", 0, exc.start) + 1
            raise error(name, line, "not UTF-8") from None
        except (ValueError, RecursionError) as exc:
            raise error(name, _syntax_line(exc, source), _syntax_reason(exc)) from None
        self.root = Node(self, (), value)

    def line(self, path: Path) -> int:
        """Give the line (1-based) of the thing at `path`, or of the table around it."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)


class _Scan:
    """Walks text that is known to be valid TOML, and notes the line of every key and item."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._counts: dict[Path, int] = {}

    def lines(self) -> Iterator[tuple[Path, int]]:
        base: Path = ()
        self._skip_blank()
        while self._at < len(self._text):
            line = self._line()
            if self._peek() == "[":
                base = self._header()
                yield base, line
            else:
                yield from self._pair(base)
            self._skip_blank()

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_blank(self) -> None:
        match = _BLANK.match(self._text, self._at)
        assert match
        self._at = match.end()

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if not match:
            raise ValueError("can't be followed")
        self._at = match.end()
        return match.group()

    def _header(self) -> Path:
        is_list = self._text.startswith("[[", self._at)
        self._at += 2 if is_list else 1
        keys = self._keys("]")
        self._at += 2 if is_list else 1
        path: Path = ()
        for depth, key in enumerate(keys, 1):
            path = (*path, key)
            if depth == len(keys) and is_list:
                self._counts[path] = self._counts.get(path, -1) + 1
            if path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _keys(self, end: str) -> list[str]:
        keys = []
        while self._peek() != end:
            self._skip_blank()
            if self._peek() in "\"'":
                keys.append(tomllib.loads(f"key = {self._take(_STRING)}")["key"])
            else:
                keys.append(self._take(_BARE_KEY))
            self._skip_blank()
            if self._peek() == ".":
                self._at += 1
        return keys

    def _pair(self, base: Path) -> Iterator[tuple[Path, int]]:
        line = self._line()
        path = (*base, *self._keys("="))
        self._at += 1
        yield path, line
        yield from self._value(path)

    def _value(self, path: Path) -> Iterator[tuple[Path, int]]:
        self._skip_blank()
        opening = self._peek()
        if opening in "\"'":
            self._take(_STRING)
        elif opening in "[{":
            yield from self._items(path, "]" if opening == "[" else "}")
        else:
            self._take(_SCALAR)

    def _items(self, path: Path, end: str) -> Iterator[tuple[Path, int]]:
        self._at += 1
        index = 0
        self._skip_blank()
        while self._peek() != end:
            if end == "]":
                yield (*path, index), self._line()
                yield from self._value((*path, index))
            else:
                yield from self._pair(path)
            index += 1
            self._skip_blank()
            if self._peek() == ",":
                self._at += 1
            self._skip_blank()
        self._at += 1


_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_AT_END = " (at end of document)"


def _syntax_line(exc: Exception, source: bytes) -> int:
    match = _AT_LINE.search(str(exc))
    if match:
        return int(match.group(1))
    return source.count(b"\n") + 1 if str(exc).endswith(_AT_END) else 1


def _syntax_reason(exc: Exception) -> str:
    if isinstance(exc, RecursionError):
        return "not TOML: nested too deep"
    return "not TOML: " + _AT_LINE.sub("", str(exc)).removesuffix(_AT_END)
