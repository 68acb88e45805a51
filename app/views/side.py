"""All panes side by side, without analysis: the view at the start."""

from __future__ import annotations

from app.views.spec import ViewSpec

VIEW = ViewSpec(
    key="side",
    title="Side by side",
    shortcut="V",
    tip="All panes side by side",
    icon="side",
    headline="Depth from one camera, as it happens",
)
