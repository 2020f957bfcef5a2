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
  const { engines } = results;
  const list = Object.entries(engines).map(([name, engine]) => ({ name, ...engine }));
  const height = TITLE + list.length * STEP + MARGIN;
  const charts = rows.filter((row) => row.chart);
  const drawn = charts.map((row, index) => {
    const x = MARGIN + (index % COLUMNS) * (CHART_WIDTH + MARGIN);
    const y = Math.floor(index / COLUMNS) * height;
    return `<g transform="translate(${x} ${y})">${drawChart(row, list, firstLimit(row, results))}</g>`;
  });
  const width = MARGIN + COLUMNS * (CHART_WIDTH + MARGIN);
  const total = Math.ceil(charts.length / COLUMNS) * height + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img"
  aria-label="DurableTask.PostgreSQL beside other engines: ${escape(charts.map((row) => row.chart).join('; '))}">
  <style>${STYLE}
  </style>
  ${drawn.join('\n  ')}
</svg>
`;
}

function drawChart(row, engines, goal) {
  const values = engines.map(({ tests }) => row.value(tests));
  const longest = Math.max(goal ?? 0, ...values.map((value) => value ?? 0));
  const room = CHART_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const widthOf = (value) => (value / longest) * room;
  const bars = engines.map((engine, index) => drawBar(row, engine, values[index], TITLE + index * STEP, widthOf));
  const direction = row.better === 'more' ? 'longer is better' : 'shorter is better';
  const at = (LABEL_WIDTH + widthOf(goal ?? 0)).toFixed(1);
  const line = goal === undefined ? '' : `
    <line class="goal" x1="${at}" x2="${at}" y1="${TITLE - 5}" y2="${TITLE + engines.length * STEP}"><title>goal</title></line>`;
  return `<text class="title" y="20">${escape(row.chart)} <tspan class="muted" font-weight="400">(${direction})</tspan></text>
    ${bars.join('\n    ')}${line}`;
}

function drawBar(row, engine, value, y, widthOf) {
  const kind = engine.name === 'postgresql' ? 'own' : 'other';
  const label = `<text class="muted" x="${LABEL_WIDTH - 8}" y="${y + 13}" text-anchor="end">${escape(shortTitle(engine.title))}</text>`;
  if (value === undefined) {
    return `${label}<text class="muted" x="${LABEL_WIDTH + 6}" y="${y + 13}">${escape(row.instead?.(engine.tests) ?? '–')}</text>`;
  }
  const width = Math.max(1, widthOf(value)).toFixed(1);
  return `${label}<rect class="${kind}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`
    + `<text x="${(LABEL_WIDTH + Number(width) + 6).toFixed(1)}" y="${y + 13}">${number(value, row.digits)}</text>`;
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
