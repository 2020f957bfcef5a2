// The process that Azurite runs in: node azurite-process.mjs <packages> <blob|all> <Azurite's own arguments>
import { createRequire } from 'node:module';
import { join } from 'node:path';

const SAVE_EVERY = 100; // milliseconds, while the index is small
const REST = 20; // as many times as long as a write took: at most a twentieth of the time is spent on them

const [packages, services] = process.argv.splice(2, 2);
const require = createRequire(join(packages, 'package.json'));

// The end of its input means that the process that started it is gone: then it stops in order, as it does on SIGTERM.
process.stdin.on('close', () => process.kill(process.pid, 'SIGTERM')).resume();
process.stdin.unref?.();

// A Ctrl+C in the terminal is handled by the host.
process.on('SIGINT', () => {});

// Azurite writes its index of blobs every five seconds, all of it each time. An image that was stored should still be there after a kill -9, so a
// change is written much sooner; but an index of many blobs takes long to write, and no request is answered meanwhile.
require('lokijs').prototype.autosaveEnable = function (_, callback) {
  const saveAfter = (milliseconds) => {
    this.autosaveHandle = setTimeout(() => {
      if (!this.autosaveDirty()) return saveAfter(SAVE_EVERY);
      const began = performance.now();
      this.saveDatabase((error) => {
        callback?.(error);
        if (this.autosaveHandle) saveAfter(Math.max(SAVE_EVERY, (performance.now() - began) * REST));
      });
    }, milliseconds);
  };
  this.autosave = true;
  saveAfter(SAVE_EVERY);
};

require(join(packages, 'node_modules', 'azurite', 'dist', 'src', services === 'blob' ? 'blob/main.js' : 'azurite.js'));
