"""How large a request may be: known to the server before it reads one, and to the pages."""

LARGEST = 512 * 1024
"""Bytes of a whole form: the longest answers in any script, and the draft beside them."""

LOOKED_AT = 2 * LARGEST
"""Bytes of a form that is too large, but whose draft is still found, to be offered again."""

LARGEST_HEAD = 32 * 1024
"""Bytes of an address and all headers: browsers and proxies stay below half of it."""
