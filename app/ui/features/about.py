"""Help, About: version, licence, paper, model card and credits, without network access."""

from __future__ import annotations

from importlib import resources

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from app.system.version import version
from app.ui.features.feature import FeatureController
from models import published
from widgets.about import AboutBox


class AboutController(FeatureController):
    """Shows the About box."""

    def __init__(self, window: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._box: AboutBox | None = None

    def show(self) -> None:
        """Open the box, or bring it to the front."""
        if self._box is None:
            self._box = AboutBox("About FlashDepth Live", pages(), self._window)
            self._box.finished.connect(self._forget)
            self._box.open()
        self._box.raise_()

    def _forget(self, _code: int) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.deleteLater()


def pages() -> list[tuple[str, str]]:
    """Return (title, Markdown) of each page."""
    card = resources.files("resources").joinpath("weights/MODEL_CARD.md").read_text("utf-8")
    return [("About", _about()), ("Bundled model", card), ("Credits", _credits())]


def _about() -> str:
    return f"""# FlashDepth Live

Version {version()}

Real-time streaming video depth estimation: two models side by side on the same frames, and the
resulting point cloud.

**Paper.** *FlashDepth: Real-time Streaming Video Depth Estimation at 2K Resolution*, Chou et al.,
ICCV 2025. This app is not by the paper's authors; it reimplements their networks, and downloads
their weights only when you ask for them.

**Licence.** Apache-2.0. The window uses PyQt6, which is GPL-3.0: an application distributed
together with it must honour the GPL.

**What the numbers mean.** The networks estimate disparity: larger is nearer, without a unit, up to
an unknown scale and shift.
"""


def _credits() -> str:
    weights = "\n".join(
        f"| {release.title} | {release.repository} | {release.licence} |"
        for release in published.releases()
    )
    return f"""## Weights you can download

| model | from | licence |
|---|---|---|
{weights}

The bundled model's training data and their licences are listed on the page *Bundled model*.

## Built with

| part | licence |
|---|---|
| Python | PSF-2.0 |
| PyQt6 | GPL-3.0 |
| PyTorch, NumPy, pyqtgraph, VisPy, psutil | BSD-3-Clause or MIT |
| OpenCV, safetensors, huggingface-hub | Apache-2.0 |
| PyAV with FFmpeg | BSD-3-Clause, FFmpeg LGPL or GPL |
| sounddevice with PortAudio, mss, platformdirs | MIT |

Icons and lessons are this project's own, Apache-2.0.
"""
