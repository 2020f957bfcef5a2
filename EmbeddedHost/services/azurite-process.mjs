// The process that Azurite runs in: node azurite-process.mjs <packages> <blob|all> <Azurite's own arguments>
import { createRequire } from 'node:module';
import { join } from 'node:path';

const SAVE_EVERY = 100; // milliseconds

const [packages, services] = process.argv.splice(2, 2);
const require = createRequire(join(packages, 'package.json'));

// The end of its input means that the process that started it is gone: then it stops in order, as it does on SIGTERM.
process.stdin.on('close', () => process.kill(process.pid, 'SIGTERM')).resume();
process.stdin.unref?.();

// A Ctrl+C in the terminal is handled by the host.
process.on('SIGINT', () => {});

// Azurite writes its index of blobs every five seconds. An image that was stored must still be there after a kill -9, so a
// change is written much sooner; an index that has not changed is not written.
const { autosaveEnable } = require('lokijs').prototype;
require('lokijs').prototype.autosaveEnable = function (...args) {
  this.autosaveInterval = SAVE_EVERY;
  return autosaveEnable.apply(this, args);
};

require(join(packages, 'node_modules', 'azurite', 'dist', 'src', services === 'blob' ? 'blob/main.js' : 'azurite.js'));
