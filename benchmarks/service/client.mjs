// The load: so many campaigns in flight at any time, each on a connection of its own. Bare sockets, since its CPU time is taken from the service under test.
import { connect } from 'node:net';

const body = JSON.stringify({ prompt: 'A campaign for a small lake that nobody knows yet', images: { count: 1 } });
const post = `POST /api/campaigns HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = (id) => `GET /api/campaigns/${id}?wait=20&until=ended HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

class Connection {
  #socket;
  #text = '';
  #waiting;

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
      const response = take(this.#text);
      if (response === undefined) return;
      this.#text = '';
      this.#waiting.resolve(response);
    });
    const fail = (error) => this.#waiting?.reject(error ?? new Error('The connection was closed.'));
    this.#socket.on('error', fail).on('close', () => fail());
  }

  send(request) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#waiting = undefined;
    this.#socket.destroy();
  }
}

/** A whole response, or undefined while there is more to come. */
function take(text) {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = text.slice(0, headEnd);
  const rest = text.slice(headEnd + 4);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head);
  if (length ? rest.length < Number(length[1]) : !rest.endsWith('0\r\n\r\n')) return undefined;
  return { status: Number(head.slice(9, 12)), body: rest };
}

async function campaign(connection) {
  const accepted = await connection.send(post);
  if (accepted.status !== 202) throw new Error(`POST: ${accepted.status} ${accepted.body.slice(0, 200)}`);
  const id = /"id":\s*"([^"]+)"/.exec(accepted.body)[1];
  for (;;) {
    const { status, body: text } = await connection.send(get(id));
    const state = /"status":\s*"(\w+)"/.exec(text)?.[1];
    if (status !== 200 || state === 'FAILED') throw new Error(`GET: ${status} ${text.slice(0, 200)}`);
    if (state === 'COMPLETE') return;
  }
}

process.on('message', async ({ port, level, warmSeconds, windowSeconds }) => {
  let isOver = false;
  let milliseconds = [];
  const failures = [];
  const slots = Array.from({ length: level }, async () => {
    const connection = new Connection(port);
    try {
      while (!isOver) {
        const began = performance.now();
        await campaign(connection);
        milliseconds.push(performance.now() - began);
      }
    } catch (error) {
      failures.push(error.message);
    }
    connection.close();
  });
  const wait = (seconds) => new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  await wait(warmSeconds);
  milliseconds = [];
  const began = performance.now();
  process.send({ began: true });
  await wait(windowSeconds);
  process.send({ seconds: (performance.now() - began) / 1000, milliseconds, failures });
  isOver = true;
  await Promise.all(slots);
  process.send({ idle: true });
});
