#version 120
// Two triangles over the whole viewport, behind everything.
attribute vec2 a_corner;

void main() {
    gl_Position = vec4(a_corner, 1.0, 1.0);
}
