// The table of a run.

export const median = (values) => {
  const sorted = values.filter((value) => value !== undefined && !Number.isNaN(value)).sort((a, b) => a - b);
  return sorted.length === 0 ? undefined : (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** The medians as Markdown: a row a service, a column for all levels. */
export function table({ services }) {
  const lines = [
    '| service | campaigns/s | p50, ms | p99, ms | CPU a campaign, ms: service | PostgreSQL | Azurite | Redis | statements | write transactions | memory, MiB | lost by a kill | recovered after, s |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const [name, { levels, lost, recoverySeconds }] of Object.entries(services)) {
    const all = (key, digits = 0) => Object.values(levels).map((level) => format(level[key], digits)).join(' / ');
    lines.push(`| ${[name, all('rate'), all('p50', 1), all('p99'), all('service', 2), all('postgres', 2), all('azurite', 2), all('redis', 2),
      all('statements', 1), all('commits', 1), all('megabytes'), lost, format(recoverySeconds, 1)].join(' | ')} |`);
  }
  return lines.join('\n');
}

const format = (value, digits) => (value === undefined ? '–' : value.toFixed(digits));
