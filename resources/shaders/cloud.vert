#version 120
// One vertex per grid pixel: unprojected, culled, sized and coloured here.
// renderers/point_cloud.py does the same with NumPy and is held equal by tests.

attribute vec2 a_pixel;          // column, row; whole numbers are pixel centres

uniform sampler2D u_disparity;   // one float per pixel, NaN where unknown
uniform sampler2D u_rgb;
uniform sampler2D u_levels;      // 0 unknown, 1-255 far to near
uniform sampler2D u_table;       // 256 x 1
uniform float u_by_level;        // 1: colour from levels and table, 0: from rgb

uniform vec4 u_lattice;          // first pixel in u_disparity, step, columns and rows
uniform vec4 u_coloured;         // the same of u_rgb and u_levels
uniform vec4 u_camera;           // 1/fx, 1/fy, cx, cy
uniform vec2 u_calibration;      // inverse depth = x + y * disparity
uniform vec2 u_inverse_limits;   // 1/far, 1/near
uniform vec2 u_edge;             // ratio, step in pixels
uniform float u_mirror;          // -1 mirrors
uniform float u_stride;
uniform float u_point_size;      // in gaps between points
uniform vec2 u_half_canvas;      // physical pixels
uniform float u_focal_px;        // the viewer's focal length in physical pixels
uniform mat4 u_transform;        // world to clip

varying vec3 v_colour;

// Where a texture holds a pixel of its lattice: 0 to 1, outside of that for one beyond the picture.
vec2 place(vec2 pixel, vec4 lattice) {
    return ((pixel - lattice.x) / lattice.y + 0.5) / lattice.zw;
}

float inverse_depth(vec2 pixel) {
    float disparity = texture2DLod(u_disparity, place(pixel, u_lattice), 0.0).r;
    return u_calibration.x + u_calibration.y * disparity;
}

// Unknown (NaN fails the comparison) and too far both lie at the far limit. Negative beyond the
// picture.
float neighbour(vec2 pixel) {
    vec2 uv = place(pixel, u_lattice);
    if (min(uv.x, uv.y) < 0.0 || max(uv.x, uv.y) > 1.0) {
        return -1.0;
    }
    float q = inverse_depth(pixel);
    return q > u_inverse_limits.x ? q : u_inverse_limits.x;
}

// Depth changes steeply on one side and not gently on the other: between two surfaces.
bool flying(float q, float before, float after) {
    float one = before < 0.0 ? 1.0 : max(before / q, q / before);
    float two = after < 0.0 ? 1.0 : max(after / q, q / after);
    return min(one, two) > 1.0 + (u_edge.x - 1.0) / 3.0 && max(one, two) > u_edge.x;
}

// Change of inverse depth to the next pixel, by the smoother of two neighbours that are there.
float slope(float q, float before, float after) {
    bool by_before = after < 0.0 || (before >= 0.0 && abs(before - q) < abs(after - q));
    return by_before ? (before < 0.0 ? 0.0 : q - before) : after - q;
}

vec3 unproject(vec2 pixel, float z) {
    vec2 ray = (pixel - u_camera.zw) * u_camera.xy;
    return vec3(u_mirror * ray.x * z, -ray.y * z, -z);
}

// On-screen way to the next point along `direction`.
vec2 way(vec2 direction, float q, float before, float after, vec4 clip) {
    float change = slope(q, before, after) * u_stride / u_edge.y;
    float next_q = clamp(q + change, 0.8 * q, 1.25 * q);
    vec4 next = u_transform * vec4(unproject(a_pixel + direction * u_stride, 1.0 / next_q), 1.0);
    return abs(next.xy / next.w - clip.xy / clip.w) * u_half_canvas;
}

void drop() {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 1.0;
    v_colour = vec3(0.0);
}

void main() {
    float q = inverse_depth(a_pixel);
    if (!(q >= u_inverse_limits.x && q <= u_inverse_limits.y)) {
        drop();
        return;
    }
    vec2 across = vec2(1.0, 0.0);
    vec2 down = vec2(0.0, 1.0);
    float left = neighbour(a_pixel - u_edge.y * across);
    float right = neighbour(a_pixel + u_edge.y * across);
    float above = neighbour(a_pixel - u_edge.y * down);
    float below = neighbour(a_pixel + u_edge.y * down);
    if (flying(q, left, right) || flying(q, above, below)) {
        drop();
        return;
    }
    vec4 clip = u_transform * vec4(unproject(a_pixel, 1.0 / q), 1.0);
    gl_Position = clip;
    // Upright squares of this width cover the lattice of the two ways, also where it is skew.
    vec2 apart = way(across, q, left, right, clip) + way(down, q, above, below, clip);
    float gap_px = max(apart.x, apart.y);
    // Rims would grow into slabs: no gap is wider than three of a wall that faces the viewer.
    float facing_px = u_stride * u_camera.y / q * u_focal_px / clip.w;
    gap_px = min(gap_px, 3.0 * facing_px);
    // The margin closes the seams that rounding of sprite corners would leave.
    gl_PointSize = clamp(u_point_size * 1.1 * gap_px + 0.5, 1.0, 64.0);
    vec2 uv = place(a_pixel, u_coloured);
    if (u_by_level > 0.5) {
        float level = texture2DLod(u_levels, uv, 0.0).r * 255.0;
        v_colour = texture2DLod(u_table, vec2((level + 0.5) / 256.0, 0.5), 0.0).rgb;
    } else {
        v_colour = texture2DLod(u_rgb, uv, 0.0).rgb;
    }
}
