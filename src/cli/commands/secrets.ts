import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { SealingState } from '../../contract/sealing.ts';
import type { Context } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';

const lookEveryMs = 500;

/** `millrace secrets status|rotate`. */
export function secretCommands(command: Command, { deps, server, configure, withSettings, output }: Context) {
  const group = command.command('secrets').description('the keys that seal stored secrets');

  group
    .command('status')
    .description('which key seals, and how many stored bodies need each')
    .action(async () => showKeys(await server().sealing()));

  withSettings(group.command('rotate'))
    .option('--new-key', 'make a new key first, where keys are kept in the data folder')
    .option('--offline', 'on the data folder of a stopped server')
    .description('seal every stored secret anew with the first key, while the server runs')
    .action(async ({ newKey = false, offline = false, ...options }) => {
      const state = offline
        ? await configure(options).rotateSecrets({ newKey }, tell)
        : await whileRunning(await server().rotateSecrets({ newKey }));
      const { rotation } = state;
      if (rotation?.state !== 'done')
        throw new CommandError(exitCodes.failed, rotation?.error ?? 'The server was started again: rotate once more.');
      output.line(`sealed with key ${state.keyId}: ${rotation.total} stored bodies`);
      const old = state.keys.filter(({ id }) => id !== state.keyId);
      if (old.length > 0)
        output.line(`needed by backups alone: ${old.map(({ id }) => id).join(', ')} (keep them as long as these)`);
    });

  async function whileRunning(begun: SealingState): Promise<SealingState> {
    let state = begun;
    while (state.rotation?.state === 'running') {
      tell(state.rotation);
      await setTimeout(lookEveryMs);
      state = await server().sealing();
    }
    return state;
  }

  function tell({ done, total }: { done: number; total: number }) {
    if (total > 0) deps.stderr.write(`${done} of ${total} …\n`);
  }

  function showKeys({ keyId, keys }: SealingState) {
    output.rows(keys, [
      ['KEY', (one) => one.id],
      ['', (one) => (one.id === keyId ? 'seals' : 'opens')],
      ['BODIES', (one) => one.bodies],
    ]);
  }
}
