#version 120
// Colours of a cloud by the picture, which is finer than the points are.

uniform sampler2D u_picture;

vec3 unfaded(vec2 place) {
    return texture2D(u_picture, place).rgb;
}
