"""A page of Flask alone, to hold our pages against: what the server and the framework cost."""

from __future__ import annotations

from flask import Flask

application = Flask(__name__)


@application.get("/")
def page() -> str:
    """Say one word."""
    return "hello"
