"""The page's style sheet: light or dark like the reader's system, and printable."""

LANE_COLOURS = {"a": "#4cb5f5", "b": "#ffb000"}
"""The lanes' colours, as in the window."""

_MORE = {
    "c": ("#e879c9", "#b8388f"),
    "d": ("#27cdb4", "#0a8a77"),
    "e": ("#ff7a5c", "#cf4326"),
    "f": ("#ac92ff", "#6a4bd3"),
    "g": ("#bccb3a", "#72810a"),
    "h": ("#c9a384", "#8a6038"),
}
"""Of the other lanes, on a dark and on a light page."""

_DASHES = {"e": "10 4", "f": "2 4", "g": "10 4 2 4", "h": "5 5"}
"""Of curves, because eight colours are hard to tell apart."""

_CHIPS = "".join(f".chip.{lane}{{background:{dark}}}" for lane, (dark, _) in _MORE.items())
_CURVES = "".join(f".curve.{lane}{{stroke:var(--{lane})}}" for lane in _MORE) + "".join(
    f".curve.{lane}{{stroke-dasharray:{dash}}}" for lane, dash in _DASHES.items()
)
_ON_DARK = "".join(f";--{lane}:{dark}" for lane, (dark, _) in _MORE.items())
_ON_LIGHT = "".join(f";--{lane}:{light}" for lane, (_, light) in _MORE.items())

STYLE = (
    """
:root{color-scheme:light dark;--paper:#fbfbfa;--text:#1c1e21;--quiet:#6a6f76;--line:#dedfe2;
--a:#1789d0;--b:#c98a00;--truth:#5d8a5fON_LIGHT}
@media(prefers-color-scheme:dark){:root{--paper:#0d0e10;--text:#dcdee1;--quiet:#8d939b;
--line:#2c2f35;--a:LANE_A;--b:LANE_B;--truth:#8fc491ON_DARK}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}
h1{font-size:26px;font-weight:600;margin:0;line-height:1.4}
h2{font-size:18px;font-weight:600;margin:40px 0 12px;padding-top:16px;
border-top:1px solid var(--line)}
h3{font-size:15px;font-weight:600;margin:20px 0 6px}
p,ul{margin:6px 0 12px;max-width:76ch}ul{padding-left:20px}li{margin:3px 0}
.quiet{color:var(--quiet)}
.chip{display:inline-block;min-width:1.5em;padding:0 .35em;border-radius:4px;font-weight:700;
font-size:.8em;text-align:center;color:#0d0e10}
.chip.a{background:LANE_A}.chip.b{background:LANE_B}MORE_CHIPS.chip.truth{background:#8fc491}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th{font-weight:500;text-align:left}
.numbers{margin:16px 0}
.numbers th,.numbers td{padding:5px 20px 5px 0;border-bottom:1px solid var(--line)}
.numbers td{text-align:right}.numbers td:last-child{text-align:left}
.numbers tr:first-child th:not(:last-child){text-align:right}
.numbers .best{font-weight:700}
.facts th,.facts td{padding:2px 20px 2px 0;vertical-align:top;font-size:13px;
overflow-wrap:anywhere}
.facts th{color:var(--quiet);white-space:nowrap}
.pictures{width:100%;table-layout:fixed}
.pictures th{font-size:13px;padding:4px 6px 4px 0;vertical-align:top}
.pictures th:first-child{width:84px}
.pictures td{padding:0 4px 8px 0}
.sheet{display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));
font-size:13px}
.sheet img{margin-top:4px}
.pictures img,.sheet img{width:100%;display:block;border-radius:3px}
figure{margin:12px 0 4px}figcaption{font-size:13px;color:var(--quiet);margin-left:6.4%}
.legend{margin-left:6.4%;font-size:13px}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--quiet);font-size:12px}
.tick.y,.name{text-anchor:end}.tick.x{text-anchor:middle}
svg .name{font-weight:700;dominant-baseline:middle}
.grid{stroke:var(--line);stroke-width:1}
.rest{stroke:var(--quiet);stroke-width:1}
.cut{stroke:var(--quiet);stroke-width:1.2;stroke-dasharray:3 4}
.curve{fill:none;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
svg image{image-rendering:pixelated}
.curve.a{stroke:var(--a);stroke-width:2.3}.curve.b{stroke:var(--b)}.curve.truth{stroke:var(--truth)}
MORE_CURVES
.curve.over{stroke-dasharray:9 9}
@media(max-width:900px){main{padding:20px 16px 40px}svg text{font-size:15px}
.pictures th:first-child{width:64px}}
@media print{:root{color-scheme:light;--paper:#fff;--text:#1c1e21;--quiet:#555a60;--line:#dedfe2;
--a:#1789d0;--b:#c98a00;--truth:#5d8a5fON_LIGHT}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:11pt}main{max-width:none;padding:0}
figure,svg,tr,li,.sheet div{break-inside:avoid}h1,h2,h3,.legend,figcaption{break-after:avoid}
h2{margin-top:20px}}
""".replace("LANE_A", LANE_COLOURS["a"])
    .replace("LANE_B", LANE_COLOURS["b"])
    .replace("ON_LIGHT", _ON_LIGHT)
    .replace("ON_DARK", _ON_DARK)
    .replace("MORE_CHIPS", _CHIPS)
    .replace("MORE_CURVES", _CURVES)
    .strip()
)
