"""The built-in scenes: a ray caster with exact depth, flow, pose and intrinsics.

Pure arrays, deterministic by seed. The world is right-handed with z up, in metres; cameras have x
right, y down, z forward.
"""

from models.scenes.atlas import TextureAtlas, build_atlas, default_atlas
from models.scenes.demo import demo_scene
from models.scenes.random_scene import SCENE_KINDS, random_scene
from models.scenes.renderer import RenderedFrame, Renderer
from models.scenes.scene import Scene

__all__ = [
    "SCENE_KINDS",
    "RenderedFrame",
    "Renderer",
    "Scene",
    "TextureAtlas",
    "build_atlas",
    "default_atlas",
    "demo_scene",
    "random_scene",
]
