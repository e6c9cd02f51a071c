import { flushCompileCache } from 'node:module';
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { run } from './cli/cli.ts';
import { untilSignal } from './cli/signals.ts';
import { loadConfig } from './config/load.ts';
import { settingFlags } from './config/names.ts';
import { inspectDataFolder } from './inspect.ts';
import { version } from './version.ts';

// What a command needs is loaded with it: those that only ask a server start in half the time without the rest.
const backups = () => import('./sqlite/backup.ts');

/**
 * Gives back what loading the program left behind: 30 of some 180 MB, most of it room for new objects that V8 made for
 * this and would keep. Holds the process up for about 70 ms; does nothing unless Node.js runs with `--expose-gc`.
 */
function giveBackMemory() {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

process.exitCode = await run(process.argv.slice(2), {
  version,
  flags: settingFlags(),
  configure(flags, presets = {}) {
    const config = loadConfig({ flags, env: process.env, presets, now: Date.now() });
    return {
      settings: config,
      async start() {
        // For the heaps of threads that start from now on: half of ours as the launcher sets it, which is plenty for what they make.
        setFlagsFromString('--max-semi-space-size=8');
        const started = await (await import('./app.ts')).startApp(config, {
          env: process.env,
          process,
          loaded: giveBackMemory,
        });
        // Node.js does so at an orderly end; the next start is to be as quick after any other.
        flushCompileCache();
        return started;
      },
      backup: async (file) => (await backups()).backup(config.dataDir, file),
      restore: async (file, options) => (await backups()).restore(file, config.dataDir, options),
      verifyAudit: async (path, known) => (await import('./audit/sqlite/verify-file.ts')).verifyFile(path, known),
      rotateSecrets: async (options, progress) =>
        (await import('./rotate-secrets.ts')).rotateSecrets(config, options, progress),
      inspect: async () => inspectDataFolder(config),
    };
  },
  renderTemplate: async (input) => (await import('./render-template.ts')).renderTemplate(input),
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => text(process.stdin),
  env: process.env,
  now: Date.now,
  untilSignal,
});
