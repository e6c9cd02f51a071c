import type { Command } from 'commander';
import { type Issue, issueKind, issueSeverity, issueState } from '../../contract/records/issue.ts';
import { type Context, choice, count, countTo, subcommand } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { Column } from '../output.ts';

/** `millrace issues list|get|acknowledge|resolve|mute|unmute|reopen`. */
export function issueCommands(command: Command, { deps, server, output }: Context) {
  const group = command.command('issues').description('list and manage issues');

  subcommand(group, 'list', 'list issues, last opened first, without resolved ones')
    .addOption(choice('--state <state...>', 'only these states', issueState.options))
    .addOption(choice('--kind <kind>', 'only this kind', issueKind.options))
    .addOption(choice('--severity <severity>', 'only this severity', issueSeverity.options))
    .option('--connection <name>', 'only of this connection (id or name)')
    .option('--destination <name>', 'only of this destination (id or Connection/Destination)')
    .option('--limit <number>', 'maximum number', count, 50)
    .action(async ({ limit, state = ['open', 'acknowledged', 'muted'], connection, destination, ...filters }) => {
      const query = {
        ...filters,
        ...(await server().idsOf({ connection, destination })),
        state: state.join(','),
      };
      output.rows(await server().items(limit, 'listIssues', { query }), columns);
    });

  subcommand(group, 'get', 'show an issue: cause, likely fix, samples, recent changes', [
    '<id>',
    'id of an issue',
  ]).action(async (id: string) => output.value(await server().call('getIssue', { params: { id } })));

  const does = (verb: string, description: string) =>
    subcommand(group, verb, description, ['<id...>', 'ids of issues']);
  async function act(ids: readonly string[], one: (params: { id: string }) => Promise<Issue>) {
    for (const id of ids) output.line(`${id} ${(await one({ id })).state}`);
  }

  does('resolve', 'resolve issues')
    .option('--note <text>', 'reason')
    .action((ids: string[], { note }: { note?: string }) =>
      act(ids, (params) => server().call('resolveIssue', { params, body: { note } })),
    );
  does('mute', 'mute issues, until unmuted or for a time')
    .option('--hours <number>', 'duration in hours', countTo(876_000))
    .option('--until <time>', 'until this time (RFC 3339)')
    .action((ids: string[], { hours, until }: { hours?: number; until?: string }) => {
      if (hours !== undefined && until !== undefined)
        throw new CommandError(exitCodes.usage, 'Give --hours or --until, not both.');
      const end = hours === undefined ? (until ?? null) : new Date(deps.now() + hours * 3_600_000).toISOString();
      return act(ids, (params) => server().call('muteIssue', { params, body: { until: end } }));
    });
  const plain = [
    ['acknowledge', 'acknowledgeIssue', 'acknowledge issues'],
    ['unmute', 'unmuteIssue', 'unmute issues'],
    ['reopen', 'reopenIssue', 'reopen resolved issues'],
  ] as const;
  for (const [verb, routeId, description] of plain)
    does(verb, description).action((ids: string[]) => act(ids, (params) => server().call(routeId, { params })));
}

const columns: Column<Issue>[] = [
  ['ID', (one) => one.id],
  ['OPENED', (one) => one.openedAt],
  ['STATE', (one) => one.state],
  ['SEVERITY', (one) => one.severity],
  ['TITLE', (one) => one.title],
  ['COUNT', (one) => one.count],
  ['HELD', (one) => one.held],
  ['LAST SEEN', (one) => one.lastSeenAt],
];
