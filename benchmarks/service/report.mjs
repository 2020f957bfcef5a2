// The table and the picture of a run.
import { drawCharts } from '../harness/chart.mjs';

export const median = (values) => {
  const sorted = values.filter((value) => value !== undefined && !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted.length === 0 ? undefined : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** The medians as Markdown: a row a service, a column for all levels. */
export function table({ services }) {
  const lines = [
    '| service | campaigns/s | p50, ms | p99, ms | CPU a campaign, ms: service | PostgreSQL | Azurite | Redis | statements | write transactions | memory, MiB | not complete 75 s after a kill | all complete after, s |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const [name, { levels, lost, recoverySeconds }] of Object.entries(services)) {
    const all = (key, digits = 0) => Object.values(levels).map((level) => format(level[key], digits)).join(' / ');
    lines.push(`| ${[name, all('rate'), all('p50', 1), all('p99'), all('service', 2), all('postgres', 2), all('azurite', 2), all('redis', 2),
      all('statements', 1), all('commits', 1), all('megabytes'), lost, lost > 0 ? '–' : format(recoverySeconds, 1)].join(' | ')} |`);
  }
  return lines.join('\n');
}

/** Throughput, latency and processor time at each number of campaigns in flight, as SVG. */
export function picture({ services }) {
  const levels = Object.keys(Object.values(services)[0].levels);
  const charts = levels.flatMap((level) => [
    chart(`Campaigns a second, ${level} in flight`, 'more', ({ levels: { [level]: at } }) => at.rate, 0),
    chart(`CPU a campaign, all processes, ms, ${level} in flight`, 'less', ({ levels: { [level]: at } }) => at.service + at.postgres + at.azurite + at.redis, 1),
  ]);
  return drawCharts('Atelier beside services that do the same work', charts);

  function chart(title, better, pick, digits) {
    const bars = Object.entries(services).map(([name, service]) => ({ label: name, isOwn: name === 'atelier', value: pick(service), text: format(pick(service), digits) }));
    return { title, better, bars };
  }
}

const format = (value, digits) => (value === undefined ? '–' : value.toFixed(digits));
