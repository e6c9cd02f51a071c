import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A call of a process that changed or synced files below a folder, or sent an HTTP response, in order of its start. */
export type DiskStep =
  /** Opened for writing; creates the file if there is none, and empties it if `isEmptied`. */
  | { kind: 'open'; path: string; isEmptied: boolean }
  | { kind: 'folder'; path: string }
  | { kind: 'write'; path: string; offset: number; bytes: Buffer }
  | { kind: 'truncate'; path: string; size: number }
  | { kind: 'rename'; path: string; to: string }
  | { kind: 'unlink'; path: string }
  /** fsync or fdatasync, at its end; `covers` is the number of steps that had started before it started. */
  | { kind: 'sync'; path: string; covers: number }
  | { kind: 'answer'; text: string };

/** Why recording is not possible here, as a sentence; null: it is possible. */
export function whyNoRecording(): string | null {
  const { status } = spawnSync('strace', ['-D', '-f', '--seccomp-bpf', '-e', 'trace=fsync', '-o', '/dev/null', 'true']);
  return status === 0
    ? null
    : 'This soak records with strace, which is missing or may not trace here: apt-get install strace (Linux; a container needs CAP_SYS_PTRACE).';
}

const watched =
  'open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,ioctl,' +
  'link,linkat,symlink,symlinkat,fsync,fdatasync,sync_file_range,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat';

/** The command that runs another one in the same process and records its calls in `log`. */
export function recordingTo(log: string): string[] {
  return [
    'strace',
    '-D',
    '-f',
    '--seccomp-bpf',
    '-y',
    '-xx',
    '-s',
    '100000000',
    '-qq',
    '-o',
    log,
    '-e',
    `trace=${watched}`,
  ];
}

type Call = { name: string; args: string; result: string; begin: number; end: number };

/** The steps of a recording at or below `root`. Throws for a call without a step. */
export function stepsOf(log: string, root: string): DiskStep[] {
  const isOurs = (path: string | undefined): path is string => path === root || path?.startsWith(`${root}/`) === true;
  const positions = new Map<string, number>();
  const found = callsOf(log).flatMap((call) => stepsOfCall(call, isOurs, positions));
  const ordered = found.sort((a, b) => a.at - b.at);
  return ordered.map(({ step, began }) =>
    step.kind === 'sync' ? { ...step, covers: ordered.filter(({ at }) => at < began).length } : step,
  );
}

/**
 * The calls of a recording. Lines of a call that was interrupted by another thread are joined. Failed calls are left
 * out; one that was interrupted by the death of the process counts as done.
 */
function callsOf(log: string): Call[] {
  const begun = new Map<string, { text: string; begin: number }>();
  const calls: Call[] = [];
  for (const [line, text] of readFileSync(log, 'latin1').split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(text) ?? [];
    if (rest.endsWith(' <unfinished ...>')) {
      begun.set(thread, { text: rest.slice(0, -' <unfinished ...>'.length), begin: line });
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const first = resumed === null ? undefined : begun.get(thread);
    const [, name, args = '', result = ''] =
      /^(\w+)\((.*)\)\s+= (.*)$/.exec((first?.text ?? '') + (resumed?.[1] ?? rest)) ?? [];
    if (name !== undefined && !result.startsWith('-1'))
      calls.push({ name, args, result, begin: first?.begin ?? line, end: line });
  }
  return calls;
}

type Placed = { step: DiskStep; at: number; began: number };

function stepsOfCall(
  { name, args, result, begin, end }: Call,
  isOurs: (path: string | undefined) => path is string,
  positions: Map<string, number>,
): Placed[] {
  const place = (step: DiskStep): Placed[] => [{ step, at: begin, began: begin }];
  const descriptors = [...args.matchAll(/(\d+)<((?:\\x..)*)>(\(deleted\))?/g)].map(([, number = '', path, gone]) => ({
    number,
    path: gone === undefined ? decoded(path).toString() : undefined,
  }));
  const texts = [...args.matchAll(/"((?:\\x..)*)"(\.\.\.)?/g)].map(([, hex]) => decoded(hex));
  const [descriptor] = descriptors;
  const path = descriptor?.path;
  const named = texts[0]?.toString();
  const done = (length: number) => (result === '?' ? length : Number.parseInt(result, 10));

  if (name.startsWith('open') || name === 'creat') {
    const opened = /^(\d+)<((?:\\x..)*)>/.exec(result);
    positions.set(opened?.[1] ?? '', 0);
    const file = decoded(opened?.[2]).toString();
    return isOurs(file) && /O_CREAT|O_TRUNC/.test(args)
      ? place({ kind: 'open', path: file, isEmptied: args.includes('O_TRUNC') })
      : [];
  }
  if (name === 'write' || name === 'writev') {
    const bytes = Buffer.concat(texts);
    if (/^(socket|TCP)/.test(path ?? '') && bytes.toString('latin1', 0, 9) === 'HTTP/1.1 ')
      return place({ kind: 'answer', text: bytes.toString() });
    if (!isOurs(path)) return [];
    const offset = positions.get(descriptor?.number ?? '') ?? 0;
    positions.set(descriptor?.number ?? '', offset + done(bytes.length));
    return place({ kind: 'write', path, offset, bytes: bytes.subarray(0, done(bytes.length)) });
  }
  if (name === 'pwrite64' || name === 'pwritev') {
    if (!isOurs(path)) return [];
    const offset = Number(/, (\d+)$/.exec(args)?.[1]);
    const bytes = Buffer.concat(texts);
    return place({ kind: 'write', path, offset, bytes: bytes.subarray(0, done(bytes.length)) });
  }
  if (name === 'copy_file_range' || name === 'sendfile') {
    const [from, to] = name === 'sendfile' ? descriptors.toReversed() : descriptors;
    if (to === undefined || !isOurs(to.path)) return [];
    const offset = positions.get(to.number) ?? 0;
    positions.set(to.number, offset + Number(result));
    const bytes = readFileSync(from?.path ?? '').subarray(offset, offset + Number(result)); // Node.js copies whole files
    return place({ kind: 'write', path: to.path, offset, bytes });
  }
  if (name === 'fsync' || name === 'fdatasync')
    return isOurs(path) ? [{ step: { kind: 'sync', path, covers: 0 }, at: end, began: begin }] : [];
  if (name === 'ftruncate') {
    const size = Number(/, (\d+)$/.exec(args)?.[1]);
    return isOurs(path) ? place({ kind: 'truncate', path, size }) : [];
  }
  if (name.startsWith('rename') && isOurs(named)) return place({ kind: 'rename', path: named, to: String(texts[1]) });
  if ((name === 'unlink' || name === 'unlinkat') && isOurs(named)) return place({ kind: 'unlink', path: named });
  if (name.startsWith('mkdir') && isOurs(named)) return place({ kind: 'folder', path: named });
  if (name === 'ioctl' && !args.includes('FICLONE')) return [];
  if (isOurs(path) || isOurs(named)) throw new Error(`No step for ${name} of ${path ?? named}.`);
  return [];
}

function decoded(hex = ''): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}
