import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Attack, Came } from './attack.ts';

/** A template engine without a sandbox, in a process that stands for the server. */
export type Permissive = AsyncDisposable & {
  /** Also reports whether the process was changed. Null: it hung or died. */
  render(attack: Attack): Promise<(Came & { isChanged: boolean }) | null>;
  /** Ends the process; the next render starts another. */
  end(): Promise<void>;
};

/** How long the server may hang before it is given up. */
const HANG_MS = 40;

/**
 * Concatenates the template's code and runs it by `eval` among the process's own objects: no limits, one realm for
 * all renders.
 */
export function permissive(): Permissive {
  let server: ChildProcess | null = null;
  const end = async () => {
    const gone =
      server !== null && server.exitCode === null && server.signalCode === null ? once(server, 'exit') : null;
    server?.kill('SIGKILL');
    server = null;
    await gone;
  };
  return {
    async render({ template, data }) {
      server ??= await start();
      const { promise, resolve } = Promise.withResolvers<(Came & { isChanged: boolean }) | null>();
      const timer = setTimeout(resolve, HANG_MS, null);
      server.once('message', resolve);
      server.once('exit', () => resolve(null));
      server.send({ template, data: data ?? '[{}]' });
      const came = await promise;
      clearTimeout(timer);
      server.removeAllListeners();
      // The next test should have a working server.
      if (came === null || came.isChanged) await end();
      return came;
    },
    end,
    [Symbol.asyncDispose]: end,
  };
}

async function start(): Promise<ChildProcess> {
  const server = spawn(process.execPath, ['--max-old-space-size=64', '-e', SERVER], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await once(server, 'message');
  return server;
}

const SERVER = `
const { parse, stringify } = JSON;
const reply = process.send.bind(process);
const later = setImmediate;
const TAG = /\\{\\{([!*@#/]?)([\\s\\S]*?)\\}\\}/g;
const BLOCKS = [[/^@if(\\(.*\\))$/, 'if $1 {'], [/^@each(\\(.*\\)) *=> *(.*)$/, '$1.forEach(($2) => {'], [/^\\/each$/, '});'], [/^\\/if$/, '}']];
const glue = (template) => {
  let code = 'let o = "";', at = 0;
  for (const tag of template.matchAll(TAG)) {
    code += 'o += ' + stringify(template.slice(at, tag.index)) + ';';
    at = tag.index + tag[0].length;
    const block = BLOCKS.find(([form]) => form.test(tag[1] + tag[2]));
    if (tag[1] === '!') code += tag[2] + ';';
    else code += block ? (tag[1] + tag[2]).replace(...block) : 'o += (' + tag[2] + ');';
  }
  return '(function (it, skip, fail) {' + code + 'o += ' + stringify(template.slice(at)) + '; return o })';
};
const state = () => [Object.getOwnPropertyNames(globalThis), Object.getOwnPropertyNames(Object.prototype), Object.isFrozen(Array.prototype)].join();
const untouched = state();
process.on('message', ({ template, data }) => {
  let came = { kind: 'failed', text: '', hasRun: false };
  try {
    const render = (0, eval)(glue(template));
    came.hasRun = true;
    const result = render({ data: parse(data) }, (reason) => { throw { skipped: reason } }, (reason) => { throw new Error(reason) });
    const text = typeof result === 'object' ? stringify(result) : String(result);
    came = text === undefined || text === '' ? { kind: 'skipped', text: '', hasRun: true } : { kind: 'body', text, hasRun: true };
  } catch (error) {
    try { came = { ...came, kind: error.skipped === undefined ? 'failed' : 'skipped', text: String(error.skipped ?? error.message) } } catch {}
  }
  later(() => reply({ ...came, isChanged: state() !== untouched }));
});
reply('ready');
`;
