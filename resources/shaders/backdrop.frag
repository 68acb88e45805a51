#version 120
// A gradient from bottom to top, dithered because dark steps of one level are visible as bands.
uniform vec3 u_bottom;
uniform vec3 u_top;
uniform float u_height_px;

void main() {
    float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    vec3 colour = mix(u_bottom, u_top, gl_FragCoord.y / u_height_px);
    gl_FragColor = vec4(colour + (noise - 0.5) / 255.0, 1.0);
}
