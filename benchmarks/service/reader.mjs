// Reads as the page does while campaigns run: a list, a search, a campaign, one after another, ten rounds a second.
const milliseconds = { list: [], search: [], campaign: [] };
let isOver = false;

process.on('message', async ({ port, level }) => {
  if (!port) {
    isOver = true;
    return;
  }
  const address = `http://127.0.0.1:${port}/api/campaigns`;
  for (let n = 0; !isOver; n++) {
    const began = performance.now();
    const page = await timed('list', `${address}?limit=50`);
    await timed('search', `${address}?q=word${(n * 37) % 5000}`);
    if (page.items.length > 0) await timed('campaign', `${address}/${page.items[n % page.items.length].id}`);
    await new Promise((resolve) => { setTimeout(resolve, Math.max(0, 100 - (performance.now() - began))); });
  }
  process.send({ level, ...Object.fromEntries(Object.entries(milliseconds).map(([kind, values]) => [kind, percentiles(values)])) });
  process.disconnect();
});

async function timed(kind, url) {
  const began = performance.now();
  const response = await fetch(url);
  const body = await response.json();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${JSON.stringify(body)}`);
  milliseconds[kind].push(performance.now() - began);
  return body;
}

function percentiles(values) {
  const sorted = values.sort((a, b) => a - b);
  return { p50: sorted[Math.floor(sorted.length * 0.5)], p99: sorted[Math.floor(sorted.length * 0.99)] };
}
