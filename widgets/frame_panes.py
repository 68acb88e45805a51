"""The panes whose pixels are those of the frame, and what is marked in all of them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from renderers.prescale import Part
from widgets.guidance import Guidance
from widgets.image_pane import ImagePane


class FramePanes:
    """Panes by name, each with the layers of the frame that it paints: "rgb", "a" and "b"."""

    def __init__(self) -> None:
        self._panes: dict[str, ImagePane] = {}
        self._layers: dict[str, tuple[str, ...]] = {}

    def add(self, name: str, pane: ImagePane, layers: tuple[str, ...]) -> None:
        """Add a pane; its layers are brought to the size at which it painted them last."""
        self._panes[name] = pane
        self._layers[name] = layers

    def items(self) -> Iterator[tuple[str, ImagePane]]:
        """Every pane with its name."""
        return iter(self._panes.items())

    def get(self, name: str) -> ImagePane | None:
        """The pane of that name, or None."""
        return self._panes.get(name)

    def painted_parts(self) -> dict[str, tuple[Part, ...]]:
        """What the panes last painted of each layer of a frame, "rgb", "a" and "b", if anything."""
        parts: dict[str, tuple[Part, ...]] = {}
        for name, layers in self._layers.items():
            if (part := self._panes[name].painted_part) is not None:
                parts |= {layer: (*parts.get(layer, ()), part) for layer in layers}
        return parts

    def set_probe(self, x: float, y: float, texts: Mapping[str, str]) -> None:
        """Draw the cross hair at one picture pixel in every pane.

        Parameters
        ----------
        texts
            By layer, "rgb", "a" and "b"; a pane of several layers names them.
        """
        for name, pane in self._panes.items():
            layers = [layer for layer in self._layers.get(name, ()) if layer in texts]
            if len(self._layers.get(name, ())) > 1:
                text = "   ".join(f"{layer.upper()} {texts[layer]}" for layer in layers)
            else:
                text = "".join(texts[layer] for layer in layers)
            pane.set_probe(x, y, text)

    def clear_probe(self) -> None:
        """Remove all cross hairs."""
        for pane in self._panes.values():
            pane.clear_probe()

    def set_pins(self, pins: Sequence[tuple[float, float]]) -> None:
        """Mark up to four picture pixels in every pane."""
        for pane in self._panes.values():
            pane.set_pins(pins)

    def set_guidance(self, guidance: Guidance | None) -> None:
        """Say in every pane of the frame what to click, and mark what was clicked; None ends it."""
        for pane in self._panes.values():
            pane.set_guidance(guidance)

    def set_scan_line(self, row: int | None) -> None:
        """Show the row of a view over time in the picture and in both lanes, or remove it."""
        for name in ("rgb", "depth_a", "depth_b"):
            self._panes[name].set_scan_line(row)
