// The AI provider of the benchmarks: POST /text and /image answer {"text"} and {"image"} after a settable delay.
//
// It speaks just enough HTTP/1.1 over bare sockets: on a machine with two cores, whatever it burns is missing in the engine under
// test. GET /counts tells what was called. /delay?delay=<ms>
// sets the delay; /reset?delay=<ms> forgets the counts as well.
import { createServer } from 'node:net';

const HEAD_END = Buffer.from('\r\n\r\n');
const answers = {
  '/text': respond({ text: 'A quiet boat for people who live near a lake. '.repeat(22) }),
  '/image': respond({ image: Buffer.alloc(15 * 1024, 'some 15 KB of picture').toString('base64') }),
};

let delay = 0;
let open = 0; // calls that wait for their answer
let calls = 0;
let seen = new Map(); // kind and job -> how often

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
process.once('disconnect', () => process.exit()); // The harness is no more.

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
  const answer = answers[target];
  if (answer === undefined) {
    socket.write(control(new URL(target, 'http://stub')));
    return;
  }

  const call = `${target} ${JSON.parse(body.toString()).id}`;
  seen.set(call, (seen.get(call) ?? 0) + 1);
  calls++;
  if (delay === 0) {
    socket.write(answer);
    return;
  }

  open++;
  setTimeout(() => {
    open--;
    if (!socket.destroyed) socket.write(answer);
  }, delay);
}

function control({ pathname, searchParams }) {
  if (searchParams.has('delay')) delay = Number(searchParams.get('delay'));
  if (pathname === '/reset') {
    calls = 0;
    seen = new Map();
  }
  return respond({ open, calls, repeated: calls - seen.size });
}

function respond(value) {
  const body = Buffer.from(JSON.stringify(value));
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
}
