#version 120
// Shared by the vertex shaders of the cloud: from a pixel and its inverse depth to the screen.

uniform vec4 u_camera;           // 1/fx, 1/fy, cx, cy
uniform float u_mirror;          // -1 mirrors
uniform float u_focal_px;        // the viewer's focal length in physical pixels
uniform mat4 u_transform;        // world to clip
uniform float u_point_size;      // in gaps between points
uniform float u_round;           // 1: discs where they are large enough to show it
uniform vec3 u_behind;           // what distant points fade into
uniform vec2 u_cue;              // share of the background at the far end, distance of that end

vec3 unproject(vec2 pixel, float z) {
    vec2 ray = (pixel - u_camera.zw) * u_camera.xy;
    return vec3(u_mirror * ray.x * z, -ray.y * z, -z);
}

// Width on screen of one source pixel on a wall that faces the viewer.
float facing_px(float q, float distance) {
    return u_camera.y / q * u_focal_px / distance;
}

// Share of the background in the colour of a point: distant ones fade.
float fade(float distance) {
    return u_cue.x * smoothstep(0.15, 1.0, distance / u_cue.y);
}

// Upright squares as wide as the gap close a surface; discs must reach across the gap's diagonal.
float splat_px(float gap_px) {
    // The margin closes the seams that rounding of sprite corners would leave.
    float width = u_point_size * 1.1 * gap_px + 0.5;
    return clamp(u_round > 0.5 && width > 4.0 ? 1.3 * width : width, 1.0, 64.0);
}
