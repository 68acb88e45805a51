#version 120
// A point as a square: what is small looks the same, and drivers on the CPU need less for it.
varying vec3 v_colour;

void main() {
    gl_FragColor = vec4(v_colour, 1.0);
}
