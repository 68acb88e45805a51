// One vertex per filled point: a guess of the background behind something nearer.

attribute vec3 a_place;          // column, row, inverse depth
attribute vec3 a_colour;

uniform float u_gap;             // pixels between points

const float BEHIND = 1.06;       // where both are, what the camera saw goes first

varying vec3 v_colour;
varying float v_size_px;

void main() {
    vec4 clip = u_transform * vec4(unproject(a_place.xy, BEHIND / a_place.z), 1.0);
    gl_Position = clip;
    // Greyed, so that a guess is not taken for something the camera saw.
    float grey = dot(a_colour, vec3(0.299, 0.587, 0.114));
    vec3 colour = 0.8 * mix(a_colour, vec3(grey), 0.6);
    v_colour = mix(colour, u_behind, fade(clip.w));
    v_size_px = gl_PointSize = splat_px(2.0 * u_gap * facing_px(a_place.z, clip.w));
}
