import { Command, CommanderError } from 'commander';
import { AppError } from '../contract/errors.ts';
import { accountCommands } from './commands/accounts.ts';
import { auditCommands } from './commands/audit.ts';
import { backupCommands } from './commands/backup.ts';
import { deliveryCommands } from './commands/deliveries.ts';
import { doctorCommand } from './commands/doctor.ts';
import { documentCommands } from './commands/documents.ts';
import { issueCommands } from './commands/issues.ts';
import { moveCommand } from './commands/move.ts';
import { nodesCommand } from './commands/nodes.ts';
import { privacyCommands } from './commands/privacy.ts';
import { replayCommands } from './commands/replays.ts';
import { secretCommands } from './commands/secrets.ts';
import { sendCommand } from './commands/send.ts';
import { settingsCommands } from './commands/settings.ts';
import { startCommand } from './commands/start.ts';
import { statsCommand } from './commands/stats.ts';
import { templateCommands } from './commands/template.ts';
import { transferCommands } from './commands/transfer.ts';
import { versionCommand } from './commands/version.ts';
import { addSettings, type Context, choice, configureFrom, readText } from './context.ts';
import { demoCommand } from './demo/demo.ts';
import { CommandError, type ExitCode, exitCodes } from './exit.ts';
import { createOutput, outputFormats } from './output.ts';
import type { Deps } from './program.ts';
import { connectTo } from './server.ts';

export type { Deps } from './program.ts';

/**
 * Runs one command line (without the program's own name) and returns its exit code (exit.ts). Results go to stdout, one
 * line about a failure to stderr. Never throws.
 */
export async function run(argv: readonly string[], deps: Deps): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const program = new Command('millrace');
  const context: Context = {
    deps,
    output: createOutput(deps, () => program.opts().output),
    configure: (options = {}, presets) => configureFrom(deps, { ...program.opts(), ...options }, presets),
    server: () => connectTo(context.configure().settings),
    withSettings: (command, shown) => addSettings(command, deps, shown),
    read: (file) => readText(file, deps),
    endWith(code) {
      exitCode = code;
    },
  };
  program
    .description('Receives events, matches them against rules, and delivers authenticated HTTP requests.')
    .version(deps.version, '--version', 'show the version')
    .option('--config <file>', 'YAML file with settings')
    .option('--url <url>', 'URL of the server')
    .option('--token <token>', 'API token')
    .addOption(choice('--output <format>', 'output format', outputFormats).default('table'))
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      writeErr: (text) => deps.stderr.write(text.replace(/^error: /, 'millrace: ')),
    });
  for (const add of [
    startCommand,
    demoCommand,
    sendCommand,
    templateCommands,
    documentCommands,
    transferCommands,
    deliveryCommands,
    replayCommands,
    issueCommands,
    statsCommand,
    nodesCommand,
    doctorCommand,
    accountCommands,
    auditCommands,
    secretCommands,
    settingsCommands,
    privacyCommands,
    backupCommands,
    moveCommand,
    versionCommand,
  ]) {
    add(program, context);
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    deps.stderr.write(`millrace: ${error instanceof Error ? saidOf(error) : String(error)}\n`);
    return error instanceof CommandError ? error.exitCode : exitCodes.failed;
  }
}

/** An error of one sentence; what made the database unavailable follows it. */
function saidOf(error: Error): string {
  const cause = error instanceof AppError && error.code === 'unavailable' ? error.cause : null;
  return cause instanceof Error ? `${error.message} (${cause.message})` : error.message;
}
