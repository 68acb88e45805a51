// A point as a square: what is small looks the same, and drivers on the CPU need less for it.

void main() {
    vec2 off = gl_PointCoord - 0.5;
    gl_FragColor = part_at(off);
}
