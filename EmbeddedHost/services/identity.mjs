// PostgreSQL refuses to run as root. Where the host runs as root, the server runs as an ordinary user of the machine.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs';

/**
 * How to run the programs of PostgreSQL: a command and arguments to put in front of theirs, spawn options, and `own`, which
 * gives a folder to the user that runs them.
 */
export function identityFor(program, dataFolder) {
  if (process.platform !== 'linux') return plain;

  // A server whose supervisor was killed must end too: the kernel sends it SIGINT, PostgreSQL's fast shutdown.
  const tie = ['--pdeathsig', 'INT'];
  if (process.getuid() !== 0) return works(tie, program) ? wrapped(tie) : plain;

  const user = existsSync(dataFolder) ? ownerOf(dataFolder) : account('postgres') ?? account('nobody');
  if (!user) throw new Error('PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody');

  const become = ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  // In a folder that only root may enter, such as /root, the ordinary user also needs the right to pass through.
  const passes = ['dac_read_search', 'dac_override'].map((capability) =>
    ['--securebits', '+no_setuid_fixup', '--inh-caps', `+${capability}`, '--ambient-caps', `+${capability}`]);
  for (const pass of [[], ...passes]) {
    const args = [...become, ...pass, ...tie];
    if (works(args, program)) return { ...wrapped(args), own: (path) => chownSync(path, user.uid, user.gid) };
  }
  throw new Error(`PostgreSQL runs as an ordinary user, who cannot reach ${program}: choose another folder with --data`);
}

const plain = { command: undefined, prefix: [], own: () => {} };

function wrapped(args) {
  return { command: 'setpriv', prefix: args, own: () => {} };
}

function works(args, program) {
  return spawnSync('setpriv', [...args, 'test', '-x', program], { stdio: 'ignore' }).status === 0;
}

function ownerOf(folder) {
  const { uid, gid } = statSync(folder);
  return { uid, gid };
}

function account(name) {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith(`${name}:`));
  if (!line) return undefined;
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}
