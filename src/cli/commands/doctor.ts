import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Finding } from '../../contract/finding.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit.ts';
import type { Program } from '../program.ts';

const earliest = Date.UTC(2025, 0, 1);
const diskLeast = 16 * 2 ** 20;
const diskAmple = 2 ** 30;

/** `millrace doctor`: checks whether the server would start here. */
export function doctorCommand(command: Command, { deps, configure, withSettings, output, endWith }: Context) {
  withSettings(command.command('doctor'), ['host', 'port', 'dataDir', 'databaseUrl', 'secretKey', 'diskReserveBytes'])
    .description('check whether the server can run here; exit code 1 if there is a problem')
    .action(async (options) => {
      const program = configure(options);
      const { settings } = program;
      const findings = [
        nodeVersion(),
        clock(deps.now()),
        // With PostgreSQL a node keeps nothing on its disk.
        ...(settings.databaseUrl === null ? [await folder(settings.dataDir), await disk(settings)] : []),
        ...(await program.inspect()),
        await port(settings),
      ];
      const marks = { ok: 'ok', warning: 'warning', problem: 'PROBLEM' };
      output.rows(findings, [
        ['', (one) => marks[one.state]],
        ['CHECK', (one) => one.name],
        ['', (one) => one.detail],
      ]);
      if (findings.some((one) => one.state === 'problem')) endWith(exitCodes.failed);
    });
}

function nodeVersion(): Finding {
  const { node } = process.versions;
  return { name: 'node', state: Number.parseInt(node, 10) >= 24 ? 'ok' : 'problem', detail: `Node.js ${node}` };
}

function clock(now: number): Finding {
  const detail = new Date(now).toISOString();
  if (now >= earliest) return { name: 'clock', state: 'ok', detail };
  return { name: 'clock', state: 'problem', detail: `${detail} is in the past: set the clock` };
}

async function folder(dataDir: string): Promise<Finding> {
  const path = resolve(dataDir);
  const existing = existingFolder(path);
  try {
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return { name: 'folder', state: 'problem', detail: `${existing} is not writable for this user` };
  }
  return { name: 'folder', state: 'ok', detail: existing === path ? `${path} is writable` : `${path} will be created` };
}

async function disk({ dataDir, diskReserveBytes }: Program['settings']): Promise<Finding> {
  const { bavail, bsize } = await statfs(existingFolder(resolve(dataDir)));
  const free = bavail * bsize;
  const detail = `${Math.floor(free / 2 ** 20)} MiB free`;
  if (free <= (diskReserveBytes ?? diskLeast))
    return { name: 'disk', state: 'problem', detail: `${detail}: not enough` };
  return { name: 'disk', state: free < diskAmple ? 'warning' : 'ok', detail };
}

/** The path, or the nearest folder above it that exists. */
function existingFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existingFolder(dirname(path));
}

async function port({ host, port }: Program['settings']): Promise<Finding> {
  const { promise, resolve: done } = Promise.withResolvers<Finding>();
  const server = createServer();
  server.once('error', (error) => {
    const code = 'code' in error ? error.code : error.message;
    const why = code === 'EADDRINUSE' ? 'is in use (by a running Millrace?)' : `can't be listened on (${code})`;
    done({ name: 'port', state: 'problem', detail: `${host}:${port} ${why}` });
  });
  server.listen({ host, port }, () =>
    server.close(() => done({ name: 'port', state: 'ok', detail: `${host}:${port} is free` })),
  );
  return promise;
}
