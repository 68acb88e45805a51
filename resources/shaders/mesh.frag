// A triangle of the mesh, cut between two surfaces.
uniform vec2 u_source_px;        // width and height of the picture
varying vec3 v_pixel;
varying vec3 v_cut;

void main() {
    if (v_cut.y < 0.999) {
        discard;                 // a corner without a depth
    }
    vec2 pixel = v_pixel.xy / v_pixel.z;
    if (v_cut.x > 0.999) {
        // All corners lie beside a cut. As the camera that took the picture sees it, such a triangle
        // closes the seam; from aside it would be a sheet stretched between two surfaces.
        vec2 right = dFdx(pixel), up = dFdy(pixel);
        float density = abs(right.x * up.y - right.y * up.x) * v_cut.z * v_cut.z;
        if (density < 0.5) {
            discard;
        }
    }
    gl_FragColor = colour_at((pixel + 0.5) / u_source_px);
}
