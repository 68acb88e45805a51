"""The two evaluations once more, as plainly as they can be written: whole clips, no streaming."""

from __future__ import annotations

import numpy as np

from models.opencv import cv2

Array = np.ndarray


def flashdepth(maps: list[Array], depth: list[Array]) -> dict[str, float]:
    """AbsRel, delta1 and boundary F1; depth is NaN unknown, inf in the sky."""
    with np.errstate(divide="ignore"):
        g = np.stack([np.where(np.isnan(one), -1.0, 1.0 / one) for one in depth])
    height, width = g.shape[1:]
    p = np.stack([cv2.resize(one, (width, height)) for one in maps]).astype(np.float64)
    near = g >= 1 / 70
    s, t = _fit(p[near], g[near])
    ours = np.clip(1 / np.maximum(s * p + t, 1e-3), 1e-3, 70)
    theirs = np.clip(1 / np.maximum(g, 1e-3), 1e-3, 70)
    known = g >= 0
    ratio = np.maximum(ours / theirs, theirs / ours)[known]
    return {
        "absrel": float(np.mean((np.abs(ours - theirs) / theirs)[known])),
        "delta1": float(np.mean(ratio < 1.25)),
        "boundary_f1": float(np.mean([_boundary(a, b) for a, b in zip(ours, theirs, strict=True)])),
    }


def _boundary(ours: Array, theirs: Array) -> float:
    thresholds = np.linspace(1.05, 1.25, 10)
    total = 0.0
    for t in thresholds:
        precision, recall = [], []
        for one, other in zip(_pairs(ours), _pairs(theirs), strict=True):
            a, b = one > t, other > t
            precision.append((a & b).sum() / max(a.sum(), 1))
            recall.append((a & b).sum() / max(b.sum(), 1))
        p, r = np.mean(precision), np.mean(recall)
        total += t * (2 * p * r / (p + r) if p + r else 0.0)
    return float(total / thresholds.sum())


def _pairs(d: Array) -> list[Array]:
    return [d[:, 1:] / d[:, :-1], d[:, :-1] / d[:, 1:], d[1:] / d[:-1], d[:-1] / d[1:]]


def vda(maps: list[Array], depth: list[Array], cap: float) -> tuple[dict[str, float], list[Array]]:
    """AbsRel, RMSE and delta1, and the aligned depth; maps have the size of depth."""
    p = np.maximum(np.stack(maps).astype(np.float64), 1e-3)
    g = np.stack(depth)
    known = (g > 1e-3) & (g < cap)
    s, t = _fit(p[known], 1 / (g[known] + 1e-8))
    d = np.clip(1 / np.maximum(s * p + t, 1e-3), 1e-3, cap)
    rows = []
    for ours, theirs, valid in zip(d, g, known, strict=True):
        a, b = ours[valid], theirs[valid]
        within = np.mean(np.maximum(a / b, b / a) < 1.25)
        rows.append((np.mean(np.abs(a - b) / b), np.sqrt(np.mean((a - b) ** 2)), within))
    absrel, rmse, delta1 = (float(n) for n in np.mean(rows, axis=0))
    return {"absrel": absrel, "rmse": rmse, "delta1": delta1}, list(d)


def _fit(x: Array, y: Array) -> tuple[float, float]:
    found, *_ = np.linalg.lstsq(np.stack([x, np.ones_like(x)], axis=1), y, rcond=None)
    return float(found[0]), float(found[1])


def tae(depth: list[Array], poses: list[Array], camera: tuple[float, float, float, float]) -> float:
    """Percent, pixel by pixel in loops."""
    total = 0.0
    for i in range(len(depth) - 1):
        motion = np.linalg.inv(poses[i + 1]) @ poses[i]
        total += _carry(depth[i], depth[i + 1], motion, camera)
        total += _carry(depth[i + 1], depth[i], np.linalg.inv(motion), camera)
    return 100 * total / (2 * (len(depth) - 1))


def _carry(
    source: Array, target: Array, motion: Array, camera: tuple[float, float, float, float]
) -> float:
    fx, fy, cx, cy = camera
    landed = np.zeros_like(target)
    for y in range(source.shape[0]):
        for x in range(source.shape[1]):
            z = source[y, x]
            point = motion @ np.array([(x - cx) * z / fx, (y - cy) * z / fy, z, 1.0])
            u, v = round(fx * point[0] / point[2] + cx), round(fy * point[1] / point[2] + cy)
            if 0 <= u < target.shape[1] and 0 <= v < target.shape[0]:
                landed[v, u] = point[2]
    seen = landed > 0
    return float(np.mean(np.abs(target - landed)[seen] / target[seen])) if seen.any() else 0.0
