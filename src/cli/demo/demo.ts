import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { startProgram, stopInTime } from '../commands/start.ts';
import { type Context, count, moreSettings } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { connectTo, type Server } from '../server.ts';
import { abortedBy } from '../signals.ts';
import { countsFrom, progressLine } from './progress.ts';
import { seededRandom } from './random.ts';
import { sampleShop } from './sample-shop.ts';
import { setUpDemo } from './set-up.ts';
import { slowPartner } from './slow-partner.ts';

type Options = { for?: number; rate: number; seed: number; cluster?: true; dataDir?: string; logLevel?: string };

type Welcome = { url: string; token: string; key: string; folder: { path: string; isTemporary: boolean } };

const visitors = 4;
const stopTimeoutMs = 10_000;

/** `millrace demo`: a server that receives events of a sample shop and delivers them to the Inbox. */
export function demoCommand(command: Command, { deps, configure, withSettings }: Context) {
  withSettings(command.command('demo'), ['host', 'port', 'dataDir', 'logLevel'])
    .addHelpText('after', moreSettings)
    .option('--for <seconds>', 'stop after this many seconds instead of at Ctrl-C', count)
    .option('--rate <number>', 'events per second', count, 3)
    .option('--seed <number>', 'seed of the visitors; the same seed gives the same events', count, 1)
    .option('--cluster', 'two nodes that share PostgreSQL, behind a load balancer; always in a temporary folder')
    .description('run a server with a sample shop and the Inbox, in a temporary folder unless --data-dir is given')
    .action(async (options: Options) => {
      using asked = deps.untilSignal();
      await using folder = await demoFolder(options.cluster === true ? undefined : options.dataDir);
      const program = configure(
        { inbox: 'on', ...options, dataDir: folder.path },
        { logLevel: 'silent', adminToken: randomBytes(24).toString('base64url') },
      );
      if (options.cluster === true) {
        const ended = abortedBy(asked.signal, options.for);
        await (await import('./cluster/cluster-demo.ts')).clusterDemo({
          deps,
          settings: program.settings,
          folder: folder.path,
          visitors,
          ...options,
          ended,
        });
        return;
      }
      const app = await startProgram(program);
      try {
        const server = connectTo({ url: app.url, adminToken: program.settings.adminToken });
        const { collectorKey } = await setUpDemo(server);
        welcome({ url: app.url, token: program.settings.adminToken?.reveal() ?? '', key: collectorKey, folder });
        await runShop(server, collectorKey, options, asked.signal);
      } finally {
        await stopInTime(app, stopTimeoutMs);
      }
    });

  function welcome({ url, token, key, folder }: Welcome) {
    deps.stdout.write(`Millrace demo: a sample shop sends events, and three actions deliver some of them to the Inbox.
One action delivers to a partner that is slow and sometimes fails, so that you can watch retries.

  Console     ${url}/welcome#token=${token}   (open this one)
  API         ${url}/api/v1   (described by ${url}/openapi.json)
  Metrics     ${url}/metrics
  Token       ${token}
  Data        ${folder.path}${folder.isTemporary ? ' (removed when the demo stops)' : ''}

  Deliveries:            curl -H "Authorization: Bearer ${token}" ${url}/api/v1/deliveries
  Requests to the Inbox: curl -H "Authorization: Bearer ${token}" ${url}/api/v1/inbox/requests
  Send an event:         curl ${url}/v3/${key} -d '{"events": [{"wt.ev": "$Purchase", "wt.tx_i": "A-1", "wt.product_name": "Kettle", "wt.tx_s": "49.90"}]}'

    Ctrl-C stops the demo.

`);
  }

  async function runShop(server: Server, key: string, options: Options, signal: Promise<string>) {
    const ended = abortedBy(signal, options.for);
    const shop = sampleShop({ random: seededRandom(options.seed), visitors });
    const partner = slowPartner(server);
    const progress = progressLine(deps.stdout, 5_000);
    while (!ended.aborted) {
      await partner.live(deps.now());
      await server.send(key, [shop.next(deps.now())]);
      progress.show(countsFrom(await server.counters()), deps.now());
      await sleep(1_000 / options.rate, null, { signal: ended }).catch(() => {});
    }
    progress.end();
    const { events, matches, delivered, failed } = countsFrom(await server.counters());
    deps.stdout.write(`\n${events} events, ${matches} matches, ${delivered} delivered, ${failed} failed.\n`);
    if (failed > 0) throw new CommandError(exitCodes.failed, `${failed} deliveries failed.`);
  }
}

async function demoFolder(given: string | undefined) {
  const path = given ?? (await mkdtemp(join(tmpdir(), 'millrace-demo-')));
  return {
    path,
    isTemporary: given === undefined,
    async [Symbol.asyncDispose]() {
      if (given === undefined) await rm(path, { recursive: true, force: true });
    },
  };
}
