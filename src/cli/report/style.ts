/** The look of the report; light or dark as the reader's system is. */
export const style = `
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --ink: #1b1c1f; --muted: #666a73; --line: #e3e3dd;
  --blue: 37 99 217; --orange: 200 84 16; --green: 14 122 86;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #121316; --card: #1a1c20; --ink: #e9eaed; --muted: #9a9ea8; --line: #2d3037;
    --blue: 116 165 255; --orange: 255 152 84; --green: 72 203 154;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 48px 24px 64px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main { max-width: 1120px; margin: 0 auto; }
h1 { margin: 4px 0 8px; font-size: 34px; line-height: 1.15; font-weight: 650; letter-spacing: -0.02em; }
h2 { margin: 0 0 4px; font-size: 17px; font-weight: 620; letter-spacing: -0.005em; }
p { margin: 0 0 16px; }
.muted, .lead { color: var(--muted); }
.lead { max-width: 88ch; font-size: 14px; }
.eyebrow { color: var(--muted); font-size: 13px; }
code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { font-size: 13px; overflow-wrap: anywhere; }
pre { margin: 12px 0 0; font-size: 12.5px; line-height: 1.5; overflow-x: auto; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
header code { display: inline-block; padding: 3px 9px; border: 1px solid var(--line); border-radius: 6px; background: var(--card); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(142px, 1fr)); margin: 28px 0 20px;
  border: 1px solid var(--line); border-radius: 12px; background: var(--card); overflow: hidden; }
.facts div { padding: 14px 18px 15px; box-shadow: 1px 1px 0 0 var(--line); }
.facts dt { color: var(--muted); font-size: 13px; }
.facts dd { margin: 2px 0 0; font-size: 21px; font-weight: 600; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; }
section { margin: 0 0 20px; padding: 22px 24px 24px; border: 1px solid var(--line); border-radius: 12px; background: var(--card); }
.pair-of { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 0 20px; }
.pair-of.wide-left { grid-template-columns: minmax(0, 1.65fr) minmax(0, 1fr); }
.pair-of > section { min-width: 0; }
.scroll { overflow-x: auto; }

svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--muted); font-size: 12.5px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); }
.axis { stroke: var(--muted); }
.curve { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round; }
.train .curve { stroke: rgb(var(--blue)); } .train circle, .train .name { fill: rgb(var(--blue)); }
.validation .curve { stroke: rgb(var(--orange)); } .validation circle, .validation .name { fill: rgb(var(--orange)); }
.test .curve { stroke: rgb(var(--green)); stroke-width: 1.5; stroke-dasharray: 2 5; } .test .name { fill: rgb(var(--green)); }
.name { font-weight: 600; }

table { border-collapse: separate; border-spacing: 0; }
th { font-weight: 500; }
.confusion { border-spacing: 2px; width: 100%; font-variant-numeric: tabular-nums; font-size: 13.5px; }
.confusion th { padding: 2px 6px; color: var(--muted); white-space: nowrap; }
.confusion tbody th { text-align: right; }
.confusion td { min-width: 34px; width: calc(82% / var(--classes)); height: 34px; padding: 0 4px; text-align: center; border-radius: 4px; }
.confusion td.right { background: rgb(var(--blue) / var(--shade, 0.06)); font-weight: 600; }
.confusion td.wrong { background: rgb(var(--orange) / var(--shade)); }
.confusion td.none { color: var(--line); }
.confusion .corner { font-size: 12px; text-align: right; white-space: nowrap; }
.confusion .corner span:first-child::before { content: "↓ "; }
.confusion .corner span:last-child::before { content: "→ "; }
.confusion.tall thead th:not(.corner) { height: 92px; padding: 4px 0; vertical-align: bottom; }
.confusion.tall thead th:not(.corner) span { writing-mode: vertical-rl; transform: rotate(180deg); margin: 0 auto; }
.confusion.tall .corner { vertical-align: bottom; }

.bar { display: block; height: 5px; border-radius: 3px; background: linear-gradient(rgb(var(--blue)), rgb(var(--blue))) 0 0 / calc(100% * var(--share)) 100% no-repeat, var(--line); }
.bar.wrong { background-image: linear-gradient(rgb(var(--orange)), rgb(var(--orange))); background-color: transparent; }
.mixups { margin: 14px 0 0; padding: 0; list-style: none; }
.mixups li { display: grid; grid-template-columns: minmax(0, 1fr) 72px 3ch; align-items: center; gap: 14px; padding: 7px 0; border-top: 1px solid var(--line); }
.mixups li:first-child { border-top: 0; }
.mixups b { font-weight: 620; }
.mixups .pair { color: var(--muted); } .mixups .pair b { color: var(--ink); }
.mixups .number { text-align: right; }
.scores { width: 100%; font-size: 14px; }
.scores th, .scores td { padding: 7px 10px; border-top: 1px solid var(--line); text-align: right; }
.scores thead th { border-top: 0; color: var(--muted); font-size: 13px; }
.scores th:first-child { padding-left: 0; text-align: left; }
.scores td .bar { margin: 4px 0 0 auto; width: 100%; max-width: 220px; height: 3px; }

.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(112px, 1fr)); gap: 18px 14px; margin-top: 16px; }
figure { margin: 0; }
figure img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 8px; background: #000; image-rendering: pixelated; }
figcaption { padding-top: 6px; line-height: 1.35; font-size: 13.5px; }
figcaption b { display: block; font-weight: 640; }
figcaption .said { color: rgb(var(--orange)); }
.diagram { margin: 12px 0 20px; overflow-x: auto; }
.diagram img { display: block; min-width: 720px; width: 100%; height: auto; }
footer { margin-top: 28px; color: var(--muted); font-size: 12.5px; }
footer code { font-size: 12px; }
@media (max-width: 820px) {
  body { padding: 28px 14px 48px; } h1 { font-size: 26px; } section { padding: 18px 16px; }
  .pair-of.wide-left { grid-template-columns: minmax(0, 1fr); }
  .mistakes { grid-template-columns: repeat(auto-fill, minmax(88px, 1fr)); }
}
@media print { body { padding: 0; background: none; } section, .facts { break-inside: avoid; } }
`;
