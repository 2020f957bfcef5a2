// The AI provider of the benchmarks: POST /text and /image return {"text"} and {"image"} after a settable delay.
//
// It implements just enough HTTP/1.1 over bare sockets: on a machine with two cores, its CPU time is taken from the engine under
// test. /counts returns the counts of calls; /delay?delay=<ms> sets the delay; /reset?delay=<ms> sets it and resets the counts.
import { createServer } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n';
const responses = {
  '/text': respond({ text: 'A quiet boat for people who live near a lake. '.repeat(22) }),
  '/image': respond({ image: Buffer.alloc(15 * 1024, 'some 15 KB of picture').toString('base64') }),
};

let delay = 0;
let counts = zero();

const server = createServer({ noDelay: true }, (socket) => {
  let pending = Buffer.alloc(0);
  socket.on('error', () => socket.destroy()); // A worker was killed: its calls count all the same.
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let request; (request = takeRequest(pending)) !== undefined;) {
      pending = pending.subarray(request.length);
      handle(socket, request);
    }
  });
});
server.listen({ host: '127.0.0.1', port: Number(process.env.STUB_PORT), backlog: 4096 });

/** The first whole request in what has come, or undefined while it is not whole. */
function takeRequest(bytes) {
  const headLength = bytes.indexOf(HEAD_END);
  if (headLength < 0) return undefined;
  const head = bytes.toString('latin1', 0, headLength);
  const bodyLength = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  const length = headLength + HEAD_END.length + bodyLength;
  if (bytes.length < length) return undefined;
  return { length, target: head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/')), body: bytes.subarray(length - bodyLength, length) };
}

function handle(socket, { target, body }) {
  const response = responses[target];
  if (response === undefined) {
    socket.write(control(new URL(target, 'http://stub')));
    return;
  }

  const job = JSON.parse(body.toString());
  if (!job?.id) {
    socket.write(BAD_REQUEST);
    return;
  }

  const counted = counts; // A response that is still due at a reset belongs to the counts before it.
  counted.calls++;
  counted.distinct.add(`${target} ${job.id}`);
  if (delay === 0) {
    socket.write(response);
    return;
  }

  counted.open++;
  setTimeout(() => {
    counted.open--;
    if (!socket.destroyed) socket.write(response);
  }, delay);
}

function control({ pathname, searchParams }) {
  if (searchParams.has('delay')) delay = Number(searchParams.get('delay'));
  if (pathname === '/reset') counts = zero();
  const { open, calls, distinct } = counts;
  return respond({ open, calls, repeated: calls - distinct.size });
}

/** `open` are the calls that wait for their response. */
function zero() {
  return { open: 0, calls: 0, distinct: new Set() };
}

function respond(value) {
  const body = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
}
