// Shared by the fragment shaders of the cloud.

uniform vec3 u_behind;           // what distant points fade into

varying float v_fade;

vec4 colour_at(vec2 place) {
    return vec4(mix(unfaded(place), u_behind, v_fade), 1.0);
}
