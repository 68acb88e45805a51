#version 120
// A triangle of the mesh, cut between two surfaces.
varying vec3 v_colour;
varying vec3 v_pixel;
varying vec3 v_cut;

void main() {
    if (v_cut.y < 0.999) {
        discard;                 // a corner without a depth
    }
    if (v_cut.x > 0.999) {
        // All corners lie beside a cut. As the camera that took the picture sees it, such a triangle
        // closes the seam; from aside it would be a sheet stretched between two surfaces.
        vec2 pixel = v_pixel.xy / v_pixel.z;
        vec2 right = dFdx(pixel), up = dFdy(pixel);
        float density = abs(right.x * up.y - right.y * up.x) * v_cut.z * v_cut.z;
        if (density < 0.5) {
            discard;
        }
    }
    gl_FragColor = vec4(v_colour, 1.0);
}
