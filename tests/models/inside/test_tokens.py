"""Tokens as colours and their likeness, against the plain formulas."""

import numpy as np
import pytest

from models.inside.attention import attention_of
from models.inside.tokens import followed, patch_at, principal_basis, similarity

NOISE = np.random.default_rng(0)


def scene(h: int = 9, w: int = 16, c: int = 24) -> np.ndarray:
    """Tokens of a few objects, with components of different strengths."""
    places = NOISE.normal(size=(h, w, 6)) * [5, 4, 3, 1, 0.5, 0.2]
    return (places @ NOISE.normal(size=(6, c)) + 2).astype(np.float32)


def test_colours_are_the_principal_components() -> None:
    tokens = scene()
    basis = principal_basis(tokens)
    flat = tokens.reshape(-1, tokens.shape[-1]).astype(np.float64)
    u, s, _ = np.linalg.svd(flat - flat.mean(0), full_matrices=False)
    expected = (u * s)[:, :3]
    found = basis.components(tokens).reshape(-1, 3)
    signs = np.sign((found * expected).sum(0))
    np.testing.assert_allclose(found, expected * signs, rtol=0, atol=1e-4 * s[0])
    np.testing.assert_allclose(basis.spread, expected.std(0), rtol=1e-4)


def test_a_still_camera_keeps_its_colours() -> None:
    still = scene()
    basis = first = principal_basis(still)
    for _ in range(100):
        noisy = still + NOISE.normal(0, 0.3, still.shape).astype(np.float32)
        basis = followed(basis, noisy)
    for channel in range(3):
        before, after = (b.components(still)[..., channel].ravel() for b in (first, basis))
        assert np.corrcoef(before, after)[0, 1] >= 0.99


def test_equally_strong_components_neither_swap_nor_flip() -> None:
    h, w, c = 12, 16, 10
    basis = None
    columns: list[np.ndarray] = []
    for frame in range(100):
        gain = np.array([3.0, 3.0, 2.0]) + 0.3 * np.sin(frame + np.arange(3))
        places = np.random.default_rng(1).normal(size=(h, w, 3)) * gain
        tokens = (places @ np.eye(3, c)).astype(np.float32)
        basis = principal_basis(tokens) if basis is None else followed(basis, tokens)
        columns.append(basis.axes)
    for channel in range(3):
        turned = [float(axes[:, channel] @ columns[0][:, channel]) for axes in columns]
        assert min(turned) >= 0.99


def test_the_basis_of_a_lasting_scene_is_its_own() -> None:
    basis, later = principal_basis(scene()), scene()
    for _ in range(300):
        basis = followed(basis, later)
    plane = principal_basis(later).axes
    np.testing.assert_allclose(plane @ (plane.T @ basis.axes), basis.axes, atol=1e-4)
    np.testing.assert_allclose(basis.axes.T @ basis.axes, np.eye(3), atol=1e-5)


def test_one_step_is_the_formula() -> None:
    tokens, old = scene().astype(np.float64), principal_basis(scene())
    flat = tokens.reshape(-1, tokens.shape[-1])
    centred = flat - flat.mean(0)
    plane, _ = np.linalg.qr(centred.T @ (centred @ old.axes))
    left, _, right = np.linalg.svd(plane.T @ old.axes)
    mixed = 0.95 * old.axes + 0.05 * (plane @ left @ right)
    axes = np.empty_like(mixed)
    for k in range(3):  # Gram and Schmidt
        rest = mixed[:, k] - axes[:, :k] @ (axes[:, :k].T @ mixed[:, k])
        axes[:, k] = rest / np.linalg.norm(rest)
    found = followed(old, tokens.astype(np.float32))
    np.testing.assert_allclose(found.axes, axes, atol=1e-4)


def test_constant_tokens_have_a_colour() -> None:
    tokens = np.ones((4, 5, 8), np.float32)
    colours = followed(principal_basis(tokens), tokens).colours(tokens)
    assert colours.shape == (4, 5, 3)
    assert colours.dtype == np.uint8


def test_similarity_is_the_cosine() -> None:
    tokens = scene()
    found = similarity(tokens, (2, 3))
    query = tokens[2, 3].astype(np.float64)
    for row, column in np.ndindex(*tokens.shape[:2]):
        token = tokens[row, column].astype(np.float64)
        cosine = token @ query / np.sqrt((token @ token) * (query @ query))
        assert found[row, column] == pytest.approx(cosine, abs=1e-4)
    assert found[2, 3] == pytest.approx(1)


def test_attention_of_a_patch_is_a_row_of_the_matrix() -> None:
    grid, heads, d = (3, 4), 2, 5
    queries, keys = NOISE.normal(size=(2, heads, 13, d)).astype(np.float32)
    found = attention_of(queries, keys, (1, 2), grid)
    logits = np.einsum("hqd,hkd->hqk", queries, keys).astype(np.float64) / np.sqrt(d)
    matrix = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    row = matrix[:, 1 + 1 * 4 + 2]
    np.testing.assert_allclose(found.heads, row[:, 1:].reshape(heads, *grid), atol=1e-4)
    np.testing.assert_allclose(found.to_class, row[:, 0], atol=1e-4)
    np.testing.assert_allclose(found.mean, row[:, 1:].mean(0).reshape(grid), atol=1e-4)


def test_a_point_of_the_picture_is_in_one_patch() -> None:
    assert patch_at((0.0, 0.0), (3, 4)) == (0, 0)
    assert patch_at((0.999, 0.999), (3, 4)) == (2, 3)
    assert patch_at((0.5, 0.34), (3, 4)) == (1, 2)
    assert patch_at((1.0, 7.0), (3, 4)) == (2, 3)
