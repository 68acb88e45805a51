// Shared by the fragment shaders of points: each shows its own part of the picture.

uniform vec2 u_reach;            // what a point may show on either side of its place

varying vec2 v_source;
varying vec4 v_across;

// Colour `off` from the middle, -0.5 to 0.5.
vec4 part_at(vec2 off) {
    vec2 apart = v_across.xy * off.x + v_across.zw * off.y;
    return colour_at(v_source + clamp(apart, -u_reach, u_reach));
}

