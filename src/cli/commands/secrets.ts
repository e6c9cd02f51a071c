import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import type { SealingState } from '../../contract/sealing.ts';
import { type Context, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';

const lookEveryMs = 500;

/** `millrace secrets status|rotate`. */
export function secretCommands(command: Command, { deps, server, configure, withSettings, output }: Context) {
  const group = command.command('secrets').description('manage the encryption keys of stored secrets');

  subcommand(group, 'status', 'show the encryption keys, and how many stored bodies need each').action(async () =>
    showKeys(await server().call('getSealing')),
  );

  withSettings(group.command('rotate'), ['dataDir', 'databaseUrl', 'secretKey'])
    .option('--new-key', 'create a new key first, if the keys are stored in the data folder')
    .option('--offline', 'work on the stored data without a server')
    .description('encrypt every stored secret again with the first key, while the server runs')
    .action(async ({ newKey = false, offline = false, ...options }) => {
      const state = offline
        ? await configure(options).rotateSecrets({ newKey }, tell)
        : await whileRunning(await server().call('rotateSecrets', { body: { newKey } }));
      const { rotation } = state;
      if (rotation?.state !== 'done')
        throw new CommandError(
          exitCodes.failed,
          rotation?.error ?? 'The server restarted during the rotation. Rotate again.',
        );
      output.line(`encrypted with key ${state.keyId}: ${rotation.total} stored bodies`);
      const old = state.keys.filter(({ id }) => id !== state.keyId);
      if (old.length > 0)
        output.line(
          `needed only by backups: ${old.map(({ id }) => id).join(', ')} (keep these keys as long as the backups)`,
        );
    });

  async function whileRunning(begun: SealingState): Promise<SealingState> {
    let state = begun;
    while (state.rotation?.state === 'running') {
      tell(state.rotation);
      await setTimeout(lookEveryMs);
      state = await server().call('getSealing');
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
