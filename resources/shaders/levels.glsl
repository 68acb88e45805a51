#version 120
// Colours of a cloud by its disparity, which is finer than the points are.

uniform sampler2D u_levels;      // 0 unknown, 1-255 far to near
uniform sampler2D u_table;       // 256 x 1

vec3 unfaded(vec2 place) {
    float level = texture2D(u_levels, place).r * 255.0;
    return texture2D(u_table, vec2((level + 0.5) / 256.0, 0.5)).rgb;
}
