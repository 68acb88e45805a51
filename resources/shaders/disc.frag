// A point as a disc, where it is large enough to show its shape.
varying float v_size_px;

void main() {
    vec2 off = gl_PointCoord - 0.5;
    if (v_size_px > 5.2 && dot(off, off) > 0.25) {
        discard;
    }
    gl_FragColor = part_at(off);
}
