import { AppError } from '../../contract/errors.ts';
import { given } from '../../contract/given.ts';
import type { Replay, ReplayInput } from '../../contract/records/replay.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { contentTag } from '../http/etag.ts';
import { byId, pageOfStored } from '../http/pagination.ts';
import { found } from '../http/validate.ts';

export function replayHandlers(parts: ApiParts) {
  const { replays: log } = parts.journal.log;
  const { replays, eraser, configuration } = parts.pipeline;

  async function load(id: string): Promise<Replay> {
    return replays.show(found(await log.replay(id), `There is no replay ${id}; it may have been removed.`));
  }

  async function move(call: Call<'pauseReplay' | 'resumeReplay' | 'cancelReplay'>, to: 'pause' | 'resume' | 'cancel') {
    const { id } = call.params;
    const { name } = await load(id);
    const entry = call.entry({ id, name });
    if (!(await replays[to](id, entry)))
      throw new AppError('conflict', `The replay is ${(await load(id)).state}, so ${refused[to]}`);
    parts.telemetry.audited(entry);
    return load(id);
  }

  /** Whether a replay sends what the authors of an action decided not to send, for example without consent. */
  function overrulesAction({ to }: Extract<ReplayInput, { of: 'events' }>): boolean {
    if (to === null) return false;
    return to.ignoreRules || configuration.snapshot.documents.action.get(to.actionId)?.body.status === 'disabled';
  }

  /** The input in the audit trail, which no erasure changes: a visitor has a code there. */
  async function audited({ plan: _, ...input }: ReplayInput) {
    if (input.of !== 'events' || input.filter?.visitorId === undefined) return input;
    return { ...input, filter: { ...input.filter, visitorId: await eraser.codeOf(input.filter.visitorId) } };
  }

  return {
    listReplays: ({ query }) =>
      pageOfStored(query, byId('rpl'), async (range) => {
        const rows = await log.replays({ ...range, ...given({ state: query.state }) });
        return Promise.all(rows.map((one) => replays.show(one)));
      }),

    async createReplay(call) {
      const input = call.body();
      if (input.of === 'events' && !call.may('events:view'))
        throw new AppError('forbidden', 'A replay of events needs the right events:view.');
      if (input.of === 'events' && overrulesAction(input) && !call.may('actions:manage'))
        throw new AppError(
          'forbidden',
          'A replay that ignores the rules of an action, or uses a disabled one, needs the right actions:manage.',
        );
      if (input.plan) return replays.plan(input, call.may('payloads:view'));
      const id = parts.newId('replay');
      const entry = call.entry({
        id,
        name: input.name ?? null,
        changes: [{ pointer: '', after: await audited(input) }],
      });
      await replays.run(input, { id, startedBy: call.principal.name }, entry);
      parts.telemetry.audited(entry);
      const replay = await load(id);
      call.reply.code(201).header('etag', contentTag(JSON.stringify(replay)));
      return replay;
    },

    getReplay: ({ params }) => load(params.id),
    pauseReplay: (call) => move(call, 'pause'),
    resumeReplay: (call) => move(call, 'resume'),
    cancelReplay: (call) => move(call, 'cancel'),
  } satisfies Partial<Handlers>;
}

const refused = {
  pause: "it can't be paused.",
  resume: "it can't be resumed.",
  cancel: "it can't be cancelled.",
};
