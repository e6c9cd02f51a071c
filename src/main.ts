import { text } from 'node:stream/consumers';
import { backup, renderTemplate, restore, startApp, verifyAudit, version } from './app.ts';
import { run } from './cli/cli.ts';
import { untilSignal } from './cli/signals.ts';
import { loadConfig } from './config/load.ts';
import { settingFlags } from './config/names.ts';
import { inspectDataFolder } from './inspect.ts';

process.exitCode = await run(process.argv.slice(2), {
  version,
  flags: settingFlags(),
  configure(flags, presets = {}) {
    const config = loadConfig({ flags, env: process.env, presets, now: Date.now() });
    return {
      settings: config,
      start: () => startApp(config),
      backup: async (file) => backup(config.dataDir, file),
      restore: async (file, options) => restore(file, config.dataDir, options),
      verifyAudit: async (path, known) => verifyAudit(path, known),
      inspect: async () => inspectDataFolder(config),
    };
  },
  renderTemplate,
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => text(process.stdin),
  env: process.env,
  now: Date.now,
  untilSignal,
});
