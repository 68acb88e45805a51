"""What can be changed in the demonstration scene. Imports nothing, so that settings may read it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

OBJECTS: Mapping[object, str] = {"none": "None", "ball": "Ball", "box": "Box", "chair": "Chair"}
"""Objects that can stand in the middle of the room, and what the window calls them."""
WALLS: Mapping[object, str] = {
    "pictures": "Pictures",
    "mirror": "Mirror",
    "photograph": "Photograph of a corridor",
    "pattern": "Repeating pattern",
}
"""What can be on the back wall."""
DISTANCE_M = (1.5, 5.5)
RAISE_M = (0.0, 1.5)
SIZE = (0.5, 2.0)
_SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """Changes to the demonstration scene; the defaults change nothing.

    Attributes
    ----------
    object
        One of OBJECTS. The visitor and the balls are absent while there is one.
    distance
        From the middle of the camera's path to the object, along the floor, in metres.
    raise_m
        How far the object is moved up in the picture, in metres at its distance. Disparity stays
        the same, since it moves across the view.
    size
        Factor on the object's size; it stands on the floor if it is not raised.
    shadow
        The object casts a shadow and darkens the floor around it.
    wall
        One of WALLS. Ground truth is the wall's surface, or that of the mirror or print on it.
    glass
        A pane of glass stands before the table. Ground truth is the pane, not what it shows.

    Raises
    ------
    ValueError
        If a value is not among those named or out of bounds.
    """

    object: str = "none"
    distance: float = 3.0
    raise_m: float = 0.0
    size: float = 1.0
    shadow: bool = True
    wall: str = "pictures"
    glass: bool = False

    def __post_init__(self) -> None:
        for name, known in (("object", OBJECTS), ("wall", WALLS)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} must be one of {', '.join(map(str, known))}")
        bounds = {"distance": DISTANCE_M, "raise_m": RAISE_M, "size": SIZE}
        for name, (low, high) in bounds.items():
            if not low <= getattr(self, name) <= high:
                word = name.removesuffix("_m")
                raise ValueError(f"{word} must be between {low:g} and {high:g}")

    def effective(self) -> SceneOptions:
        """The same without what has no effect: properties of an object that is not there."""
        if self.object != "none":
            return self
        return SceneOptions(wall=self.wall, glass=self.glass)

    @staticmethod
    def parse(text: str) -> SceneOptions:
        """Options written as "object=box,raise=0.5,shadow=off".

        Raises
        ------
        ValueError
            If they cannot be understood; the message says why.
        """
        values: dict[str, object] = {}
        for part in text.split(","):
            word, _, value = part.partition("=")
            field = _FIELDS.get(word.strip())
            if field is None:
                raise ValueError(f"{word.strip()[:40]!r} is none of {', '.join(_FIELDS)}")
            values[field.name] = _value(word.strip(), value.strip(), type(field.default))
        return SceneOptions(**values)  # type: ignore[arg-type]

    def __str__(self) -> str:
        """As `parse` reads it; empty if nothing differs from the usual scene."""
        known = self.effective()
        return ",".join(
            f"{word}={_text(getattr(known, field.name))}"
            for word, field in _FIELDS.items()
            if getattr(known, field.name) != field.default
        )


def _value(word: str, text: str, kind: type) -> object:
    try:
        return _SWITCH[text] if kind is bool else kind(text)
    except (KeyError, ValueError):
        wanted = "on or off" if kind is bool else "a number"
        raise ValueError(f"{word} must be {wanted}, not {text[:40]!r}") from None


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)


USUAL_SCENE = SceneOptions()
_FIELDS = {field.name.removesuffix("_m"): field for field in dataclasses.fields(SceneOptions)}
