"""Settings of what goes out: virtual camera, streams and the page."""

from __future__ import annotations

from dataclasses import dataclass

from app.outputs import contents as outputs
from app.settings.rules import Between, OneOf
from app.settings.setting import Option, Scope, setting


@dataclass(frozen=True)
class SendingSettings:
    """What the virtual camera, streams and the page show, and who can open the page."""

    # fmt: off
    output_content: str = setting(
        outputs.DEFAULT, OneOf(outputs.TITLES), "What goes out",
        "What the virtual camera and streams show; viewers of the page choose for themselves",
        option=Option(
            "--output-content", "|".join(outputs.CONTENTS),
            "what the camera and streams of --output show"))
    output_size: str = setting(
        "1280x720", OneOf({
            "640x360": "640 × 360", "1280x720": "1280 × 720", "1920x1080": "1920 × 1080"}),
        "Size", "Size of what the virtual camera and streams send", scope=Scope.MACHINE)
    output_fps: float = setting(
        30.0, Between(1, 60), "Rate",
        "Pictures per second that the virtual camera and streams send", unit="fps",
        scope=Scope.MACHINE)
    page_reach: str = setting(
        "computer", OneOf({"computer": "This computer only", "network": "Local network"}),
        "Page opens on",
        "Who can open the page for the audience: browsers on this computer only, or whoever is on "
        "the same network and has its address",
        scope=Scope.MACHINE,
        option=Option(
            "--page-reach", "computer|network", "who can open the page of --output page"))
    # fmt: on
