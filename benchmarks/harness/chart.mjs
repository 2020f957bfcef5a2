// The plot: one small bar chart a figure, drawn as SVG that is readable on a light and on a dark page.
import { firstLimit, number, rows, shortTitle } from './summary.mjs';

const COLUMNS = 2;
const CHART_WIDTH = 430;
const LABEL_WIDTH = 150;
const VALUE_WIDTH = 66;
const BAR = 18;
const STEP = 25;
const TITLE = 34;
const MARGIN = 16;

const STYLE = `
    text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #24292f; }
    .title { font-size: 13px; font-weight: 600; }
    .muted { fill: #57606a; }
    .own { fill: #8250df; }
    .other { fill: #8c959f; }
    .goal { stroke: #bc4c00; stroke-width: 1.5; stroke-dasharray: 3 2; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .muted { fill: #9ea7b3; }
      .own { fill: #a371f7; }
      .other { fill: #6e7681; }
      .goal { stroke: #f0883e; }
    }`;

/** The charts of all figures that have one, as a whole SVG document. */
export function draw(results) {
  const engines = Object.entries(results.engines);
  const charts = rows.filter((row) => row.chart).map((row) => ({
    title: row.chart,
    better: row.better,
    goal: firstLimit(row, results),
    bars: engines.map(([name, { title, tests }]) => {
      const value = row.value(tests);
      const text = value === undefined ? row.instead?.(tests) ?? '–' : number(value, row.digits);
      return { label: shortTitle(title), isOwn: name === 'postgresql', value, text };
    }),
  }));
  return drawCharts('DurableTask.PostgreSQL beside other engines', charts);
}

/**
 * Charts side by side as an SVG document. A chart has a title, what is `better` (more or less), its bars and perhaps a goal; a bar has a label, a value
 * (undefined draws none), its text, and whether it is our own.
 */
export function drawCharts(label, charts) {
  const height = TITLE + charts[0].bars.length * STEP + MARGIN;
  const drawn = charts.map((chart, index) => {
    const x = MARGIN + (index % COLUMNS) * (CHART_WIDTH + MARGIN);
    const y = Math.floor(index / COLUMNS) * height;
    return `<g transform="translate(${x} ${y})">${drawChart(chart)}</g>`;
  });
  const width = MARGIN + COLUMNS * (CHART_WIDTH + MARGIN);
  const total = Math.ceil(charts.length / COLUMNS) * height + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img"
  aria-label="${escape(`${label}: ${charts.map((chart) => chart.title).join('; ')}`)}">
  <style>${STYLE}
  </style>
  ${drawn.join('\n  ')}
</svg>
`;
}

function drawChart({ title, better, goal, bars }) {
  const longest = Math.max(goal ?? 0, ...bars.map(({ value }) => value ?? 0));
  const room = CHART_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const widthOf = (value) => (value / longest) * room;
  const drawn = bars.map((bar, index) => drawBar(bar, TITLE + index * STEP, widthOf));
  const direction = better === 'more' ? 'longer is better' : 'shorter is better';
  const at = (LABEL_WIDTH + widthOf(goal ?? 0)).toFixed(1);
  const line = goal === undefined ? '' : `
    <line class="goal" x1="${at}" x2="${at}" y1="${TITLE - 5}" y2="${TITLE + bars.length * STEP}"><title>goal</title></line>`;
  return `<text class="title" y="20">${escape(title)} <tspan class="muted" font-weight="400">(${direction})</tspan></text>
    ${drawn.join('\n    ')}${line}`;
}

function drawBar({ label, isOwn, value, text }, y, widthOf) {
  const name = `<text class="muted" x="${LABEL_WIDTH - 8}" y="${y + 13}" text-anchor="end">${escape(label)}</text>`;
  if (value === undefined) return `${name}<text class="muted" x="${LABEL_WIDTH + 6}" y="${y + 13}">${escape(text)}</text>`;
  const width = Math.max(1, widthOf(value)).toFixed(1);
  return `${name}<rect class="${isOwn ? 'own' : 'other'}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`
    + `<text x="${(LABEL_WIDTH + Number(width) + 6).toFixed(1)}" y="${y + 13}">${escape(text)}</text>`;
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
