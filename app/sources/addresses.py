"""Network addresses, without their passwords, for display."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.system.redaction import without_secrets


def url_title(url: str) -> str:
    """Host, port and path of an address that can be parsed, without user and password."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}{parts.path.rstrip('/')}" or without_secrets(url)
