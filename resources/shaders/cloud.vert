// One vertex per point, its surface read from what surface.frag prepared.

attribute vec2 a_cell;           // column and row of the grid, the row within its band

uniform sampler2D u_surface;     // per point: inverse depth (0: none), its change to the next point
uniform vec2 u_first;            // pixel of the first point
uniform vec3 u_grid;             // stride, columns and rows of points
uniform float u_gap;             // pixels from point to point; at most, where the stride is broken
uniform float u_row;             // first row of the band
uniform vec2 u_half_canvas;      // physical pixels
uniform float u_mesh;            // 1: vertices of a mesh
uniform float u_edge_ratio;      // between neighbouring depths, from which a mesh is cut
uniform vec2 u_source_px;        // width and height of the picture

varying float v_fade;
varying float v_size_px;
varying vec2 v_source;           // of a point: its place in the picture, 0 to 1
varying vec4 v_across;           // of a point: from its left to its right, and from top to bottom
varying vec3 v_pixel;            // column, row, 1; each times w, to be linear on screen
varying vec3 v_cut;              // beside a cut, has a depth, width in px of a source pixel

vec4 surface_at(vec2 cell) {
    return texture2DLod(u_surface, (cell + 0.5) / u_grid.yz, 0.0);
}

// On-screen way to the next point along `direction`.
vec2 way(vec2 pixel, vec2 direction, float q, float change, vec4 clip) {
    float next_q = clamp(q + change * u_gap / u_grid.x, 0.8 * q, 1.25 * q);
    vec4 next = u_transform * vec4(unproject(pixel + direction * u_gap, 1.0 / next_q), 1.0);
    return (next.xy / next.w - clip.xy / clip.w) * u_half_canvas;
}

// Width of a splat, and which part of the picture it shows.
void set_splat(vec2 pixel, vec4 surface, vec4 clip) {
    vec2 right = way(pixel, vec2(1.0, 0.0), surface.r, surface.g, clip);
    vec2 below = way(pixel, vec2(0.0, 1.0), surface.r, surface.b, clip);
    // Upright squares of this width cover the lattice of the two ways, also where it is skew.
    vec2 apart = abs(right) + abs(below);
    // Rims would grow into slabs: no gap is wider than two of a wall that faces the viewer.
    float gap_px = min(max(apart.x, apart.y), 2.0 * u_gap * facing_px(surface.r, clip.w));
    v_size_px = gl_PointSize = splat_px(gap_px);
    // Screen to picture is the inverse of the two ways.
    float area = right.x * below.y - right.y * below.x;
    vec4 inverse = vec4(below.y, -right.y, below.x, -right.x) / (abs(area) > 1e-3 ? area : 1e-3);
    v_across = v_size_px * inverse * u_gap / u_source_px.xyxy;
    v_source = (pixel + 0.5) / u_source_px;
}

// Whether the surface does not go on as it should at a neighbour `apart` cells away.
bool is_cut(vec2 cell, vec2 apart, vec4 surface) {
    float other = surface_at(clamp(cell + apart, vec2(0.0), u_grid.yz - 1.0)).r;
    float goes_on = max(surface.r + dot(surface.gb, apart), 0.5 * surface.r);
    return other <= 0.0 || max(other / goes_on, goes_on / other) > u_edge_ratio;
}

bool is_beside_cut(vec2 cell, vec4 surface) {
    return is_cut(cell, vec2(1.0, 0.0), surface) || is_cut(cell, vec2(-1.0, 0.0), surface)
        || is_cut(cell, vec2(0.0, 1.0), surface) || is_cut(cell, vec2(0.0, -1.0), surface)
        || is_cut(cell, vec2(1.0, 1.0), surface) || is_cut(cell, vec2(-1.0, -1.0), surface)
        || is_cut(cell, vec2(1.0, -1.0), surface) || is_cut(cell, vec2(-1.0, 1.0), surface);
}

void main() {
    vec2 cell = a_cell + vec2(0.0, u_row);
    vec2 pixel = u_first + floor(cell * u_grid.x + 0.001);
    vec4 surface = surface_at(min(cell, u_grid.yz - 1.0));
    bool is_there = surface.r > 0.0 && cell.y < u_grid.z;
    if (!is_there && u_mesh < 0.5) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
        gl_PointSize = 1.0;
        return;
    }
    float q = max(surface.r, 0.02);
    vec4 clip = u_transform * vec4(unproject(pixel, 1.0 / q), 1.0);
    gl_Position = clip;
    v_fade = fade(clip.w);
    if (u_mesh > 0.5) {
        v_pixel = vec3(pixel, 1.0) * clip.w;
        v_cut = vec3(is_beside_cut(cell, surface), is_there, facing_px(q, clip.w));
    } else {
        set_splat(pixel, surface, clip);
    }
}
