"""Security headers on every answer of every status."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response

_OFF = (
    "accelerometer", "autoplay", "browsing-topics",
    "camera", "display-capture", "encrypted-media", "fullscreen", "gamepad", "geolocation",
    "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
    "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "serial",
    "speaker-selection", "storage-access", "usb", "window-management",
    "xr-spatial-tracking",
)  # fmt: skip


def policy(exit_url: str) -> str:
    """The content security policy: nothing but our own style, script, icon and forms.

    Chromium checks `form-action` on redirects too, so the neutral site that the leave button goes
    to must stand there.
    """
    exit_at = urlsplit(exit_url)
    return "; ".join(
        (
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {exit_at.scheme}://{exit_at.netloc}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def prepare(app: Flask, *, https: bool, exit_url: str) -> None:
    """Put the headers on every answer of the app."""
    fixed = {
        "Content-Security-Policy": policy(exit_url),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _OFF),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
        "X-DNS-Prefetch-Control": "off",
    }
    if https:
        fixed["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(fixed)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
