"""The page's HTML, filled in: one document without any request of its own."""

from __future__ import annotations

import html
import json

from app.outputs.contents import CONTENTS


def page_html(template: str, nonce: str, contents: tuple[str, ...]) -> str:
    """Return the page for viewers who may choose among `contents`."""
    offered = [
        {"key": key, "title": CONTENTS[key].title, "probes": CONTENTS[key].is_of_the_frame}
        for key in contents
    ]
    listed = json.dumps(offered).replace("<", "\\u003c")
    return template.replace("{{nonce}}", html.escape(nonce)).replace("{{contents}}", listed)
