#version 120
// Inverse depth of the points, pixels at an edge moved to one of its two surfaces, along one axis.
// renderers/cloud_edges.py does the same with NumPy and is held equal by tests.

uniform sampler2D u_source;      // disparity, or inverse depth of the pass before; NaN where unknown
uniform sampler2D u_rgb;         // what tells the surfaces apart beside depth
uniform vec2 u_size;             // columns and rows of points
uniform vec2 u_step;             // from sample to sample, in points
uniform vec2 u_calibration;      // inverse depth = x + y * u_source
uniform float u_least;           // inverse depth of the far limit
uniform float u_edge_ratio;

float inverse_depth(float place) {
    vec2 uv = (gl_FragCoord.xy + place * u_step) / u_size;
    return u_calibration.x + u_calibration.y * texture2D(u_source, uv).r;
}

// Where depth is unknown (NaN fails the comparison) or beyond the limit, the surface goes on.
float known(float q, float otherwise) {
    return q > u_least ? q : otherwise;
}

vec3 colour(float place) {
    return texture2D(u_rgb, (gl_FragCoord.xy + place * u_step) / u_size).rgb;
}

float unlike(vec3 one, vec3 other) {
    vec3 apart = abs(one - other);
    return apart.r + apart.g + apart.b;
}

void main() {
    float q = inverse_depth(0.0);
    if (!(q > u_least)) {
        gl_FragColor = vec4(0.0);
        return;
    }
    float a1 = known(inverse_depth(-1.0), q);
    float a2 = known(inverse_depth(-2.0), a1);
    float a3 = known(inverse_depth(-3.0), a2);
    float a4 = known(inverse_depth(-4.0), a3);
    float b1 = known(inverse_depth(1.0), q);
    float b2 = known(inverse_depth(2.0), b1);
    float b3 = known(inverse_depth(3.0), b2);
    float b4 = known(inverse_depth(4.0), b3);
    float lowest = min(min(min(a1, a2), min(a3, a4)), min(min(min(b1, b2), min(b3, b4)), q));
    float highest = max(max(max(a1, a2), max(a3, a4)), max(max(max(b1, b2), max(b3, b4)), q));
    float steepest = max(max(max(abs(q - a1), abs(a1 - a2)), max(abs(a2 - a3), abs(a3 - a4))),
                         max(max(abs(q - b1), abs(b1 - b2)), max(abs(b2 - b3), abs(b3 - b4))));
    float outer = min(abs(a3 - a4), abs(b3 - b4));
    // The change is concentrated; on a slanted plane it is the same everywhere.
    if (steepest > (u_edge_ratio - 1.0) * lowest && steepest > 3.0 * outer) {
        vec3 own = colour(0.0);
        float before = unlike(own, colour(-4.0)), after = unlike(own, colour(4.0));
        float towards_far = a4 < b4 ? before - after : after - before;
        float nearness = (q - lowest) / max(highest - lowest, 1e-6) - 0.5;
        q = nearness + 0.6 * towards_far > 0.0 ? highest : lowest;
    }
    gl_FragColor = vec4(q, 0.0, 0.0, 0.0);
}
