#version 120
// A point as a disc, where it is large enough to show its shape.
varying vec3 v_colour;
varying float v_size_px;

void main() {
    vec2 off = gl_PointCoord - 0.5;
    if (v_size_px > 5.2 && dot(off, off) > 0.25) {
        discard;
    }
    gl_FragColor = vec4(v_colour, 1.0);
}
