"""One request as it comes in: within its bounds, in memory alone, and with one end."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.utilities import BadRequest, Error

from portal.web.bounds import LOOKED_AT


class BodyInMemory:
    """A body up to `LOOKED_AT`; of a larger one only the length is kept, for the site to refuse."""

    def __init__(self) -> None:
        self.length = 0
        self.file = BytesIO()

    def append(self, data: bytes) -> None:
        """Take the next piece."""
        self.length += len(data)
        if self.length <= LOOKED_AT:
            self.file.write(data)
        else:
            self.file = BytesIO()

    def getfile(self) -> BytesIO:
        """Give what the site reads."""
        self.file.seek(0)
        return self.file

    def close(self) -> None:
        """Give the memory back."""
        self.file = BytesIO()

    @property
    def held(self) -> int:
        """Bytes of memory that it takes."""
        return self.length if self.length <= LOOKED_AT else 0


class LengthRequired(Error):  # type: ignore[misc]
    """A body without a length. No browser sends one, and two readers may see two ends of it."""

    code = 411
    reason = "Length Required"


class Parser(HTTPRequestParser):  # type: ignore[misc]
    """Keeps bodies in memory, and takes only those that say how long they are."""

    def __init__(self, adj: Adjustments, *, is_one_too_many: bool = False) -> None:
        super().__init__(adj)
        self.is_one_too_many = is_one_too_many

    def received(self, data: bytes) -> int:
        """Take what came; gives how much of it belongs to this request."""
        if self.is_one_too_many:
            self.error, self.completed = BadRequest("too far ahead"), True
            return len(data)
        return int(super().received(data))

    def parse_header(self, header_plus: bytes) -> None:
        """Read the head as waitress does; the body goes to a buffer of our own."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # An address that is none, such as `http://[`.
            raise ParsingError(str(error)) from None
        if self.chunked or "TRANSFER_ENCODING" in self.headers:
            self.error, self.body_rcv = LengthRequired(""), None
        # Without a body there is nothing to go on with: waitress would wait for another head.
        body: Any = self.body_rcv
        if body is None:
            self.expect_continue = False
        else:
            body.buf = BodyInMemory()

    @property
    def held(self) -> int:
        """Bytes of memory that it takes."""
        body = self.body_rcv.buf.held if self.body_rcv is not None else 0
        return int(self.header_bytes_received + body)
