#version 120
// The surface of the points, once for each frame: inverse depth (0: no point), and its change to the
// next point along the row and along the column.

uniform sampler2D u_snapped;     // inverse depth after snap.frag, 0 where unknown
uniform vec2 u_size;             // columns and rows of points
uniform float u_nearest;         // inverse depth of the near limit

const float SAME = 1.1;          // ratio of inverse depths on one surface

float at(float across, float down) {
    return texture2D(u_snapped, (gl_FragCoord.xy + vec2(across, down)) / u_size).r;
}

// Adds a neighbour to those that are nearer (x: the nearest, y: count), alike, or farther.
void count(float q, float other, inout vec2 nearer, inout vec2 farther, inout float alike) {
    float is_near = float(other > SAME * q), is_far = float(other > 0.0 && SAME * other < q);
    nearer = vec2(max(nearer.x, other), nearer.y + is_near);
    farther = vec2(other > 0.0 ? min(farther.x, other) : farther.x, farther.y + is_far);
    alike += float(other > 0.0) - is_near - is_far;
}

// The smoother of the changes to two neighbours that are there.
float slope(float q, float before, float after) {
    float one = before > 0.0 ? q - before : 1e6, two = after > 0.0 ? after - q : 1e6;
    float smoother = abs(one) < abs(two) ? one : two;
    return abs(smoother) < 0.2 * q ? smoother : 0.0;
}

void main() {
    float q = at(0.0, 0.0);
    if (q <= 0.0 || q > u_nearest) {
        gl_FragColor = vec4(0.0);
        return;
    }
    float left = at(-1.0, 0.0), right = at(1.0, 0.0), above = at(0.0, -1.0), below = at(0.0, 1.0);
    vec2 nearer = vec2(0.0), farther = vec2(1e6, 0.0);
    float alike = 0.0;
    count(q, left, nearer, farther, alike);
    count(q, right, nearer, farther, alike);
    count(q, above, nearer, farther, alike);
    count(q, below, nearer, farther, alike);
    count(q, at(-1.0, -1.0), nearer, farther, alike);
    count(q, at(1.0, -1.0), nearer, farther, alike);
    count(q, at(-1.0, 1.0), nearer, farther, alike);
    count(q, at(1.0, 1.0), nearer, farther, alike);
    if (alike < 2.5 && nearer.y + farther.y > 0.5) {  // on no surface: join the larger one
        q = nearer.y > farther.y ? nearer.x : farther.x;
    }
    gl_FragColor = vec4(q, slope(q, left, right), slope(q, above, below), 0.0);
}
