import { fstatSync, writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import './idle-memory.ts';
import { run } from './cli/cli.ts';
import { CommandError, exitCodes } from './cli/exit.ts';
import type { Output } from './cli/program.ts';
import { untilSignal } from './cli/signals.ts';
import { drainMsOf } from './config/drain.ts';
import { ConfigError, loadConfig } from './config/load.ts';
import { settingFlags } from './config/names.ts';
import { inspectDataFolder } from './storage/inspect.ts';
import { version } from './version.ts';

// The database, its copies and logs have personal data and password hashes: only the user that runs the program reads them.
process.umask(0o077);

// Only a launcher that is killed ends before the program (scripts/node.cjs), which ends like it then: running on, it would
// keep the data folder and the port.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();

// The code of a command is loaded on use: commands that only call a server start twice as fast.
const backups = () => import('./sqlite/backup.ts');

let isServer = false;
process.exitCode = await run(process.argv.slice(2), {
  version,
  flags: settingFlags(),
  configure(flags, presets = {}) {
    const config = loadConfig({ flags, env: process.env, presets, now: Date.now() });
    return {
      settings: { ...config, drainMs: drainMsOf(config) },
      async start({ isHeld } = { isHeld: false }) {
        isServer = true;
        // For the threads that start from now on: a third of the launcher's value (scripts/node.cjs). 4 would cost 5 % more
        // processor time.
        setFlagsFromString('--max-semi-space-size=8');
        const { startApp } = await import('./app.ts');
        const started = await startApp(config, { env: process.env, process, startsHeld: isHeld }).catch(
          (error: unknown) => {
            throw error instanceof ConfigError ? new CommandError(exitCodes.usage, error.message) : error;
          },
        );
        // Node.js does this only at an orderly end; the start after a crash should be as fast.
        flushCompileCache();
        return started;
      },
      backup: async (file) => (await backups()).backup(config.dataDir, file),
      restore: async (file, options) => (await backups()).restore(file, config.dataDir, options),
      move: async (to, progress) => (await import('./move-data.ts')).moveData(config, to, progress),
      undoMove: async () => (await import('./move-data.ts')).undoMove(config),
      async verifyAudit(path, known) {
        if (path === null && config.databaseUrl !== null)
          return (await import('./verify-audit.ts')).verifyAudit(config, known);
        return (await import('./audit/sqlite/verify-file.ts')).verifyFile(path ?? config.dataDir, known);
      },
      rotateSecrets: async (options, progress) =>
        (await import('./rotate-secrets.ts')).rotateSecrets(config, options, progress),
      async inspect() {
        const { databaseUrl, secretKey } = config;
        if (databaseUrl === null) return inspectDataFolder(config);
        return (await import('./storage/inspect-postgres.ts')).inspectPostgres(databaseUrl.reveal(), secretKey);
      },
    };
  },
  renderTemplate: async (input) => (await import('./render-template.ts')).renderTemplate(input),
  stdout: whole(process.stdout),
  stderr: process.stderr,
  readStdin: () => text(process.stdin),
  env: process.env,
  now: Date.now,
  untilSignal,
});
// A server that has stopped ends, whatever is still open: an export to a receiver that does not answer, or what did not stop in time.
if (isServer) process.exit();

/**
 * The output of commands. Into a file it is written whole: Node.js drops without an error what a full disk did not take
 * of a text. A pipe whose reader wants no more, such as `head`, is no failure.
 */
function whole(stream: typeof process.stdout): Output {
  if (fstatSync(stream.fd).isFile()) return { write: (text) => writeFileSync(stream.fd, text) };
  return stream.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
}
