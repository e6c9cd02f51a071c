import { AppError } from '../../contract/errors.ts';
import type { Replay } from '../../contract/records/replay.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { contentTag } from '../http/etag.ts';
import { isIdOf, neighbours, pageOfCut, readCursor } from '../http/pagination.ts';

type Ids = 'listReplays' | 'createReplay' | 'getReplay' | 'pauseReplay' | 'resumeReplay' | 'cancelReplay';

export function replayHandlers(parts: ApiParts): Handlers<Ids> {
  const { replays: log } = parts.journal;
  const { replays } = parts.pipeline;

  async function answer({ reply }: Pick<Call, 'reply'>, id: string): Promise<Replay> {
    const stored = await log.replay(id);
    if (stored === null) throw new AppError('not_found', `There is no replay ${id}; it may have been removed.`);
    const shown = await replays.show(stored);
    reply.header('etag', contentTag(shown));
    return shown;
  }

  async function move(call: Call<'pauseReplay' | 'resumeReplay' | 'cancelReplay'>, to: 'pause' | 'resume' | 'cancel') {
    const { id } = call.params;
    const { name, state } = await answer(call, id);
    const entry = call.entry({ id, name });
    if (!(await replays[to](id, entry))) throw new AppError('conflict', `The replay is ${state}, so ${refused[to]}`);
    parts.telemetry.audited(entry);
    return answer(call, id);
  }

  return {
    async listReplays({ query: { limit, cursor: text, state } }) {
      const cursor = readCursor(text, isIdOf('rpl'));
      const only = state === undefined ? {} : { state };
      const rows = await log.replays({ ...neighbours(cursor), ...only, limit: limit + 1 });
      const shown = await Promise.all(rows.map((one) => replays.show(one)));
      return pageOfCut(shown, { cursor, limit, placeOf: ({ id }) => id });
    },

    async createReplay(call) {
      const input = call.body();
      if (input.of === 'events' && !call.may('events:view'))
        throw new AppError('forbidden', 'A replay of events needs the right events:view.');
      if (input.plan) return replays.plan(input, call.may('payloads:view'));
      const id = parts.newId('replay');
      const { plan: _, ...said } = input;
      const entry = call.entry({ id, name: input.name ?? null, changes: [{ pointer: '', after: said }] });
      await replays.run(input, { id, startedBy: call.principal.name }, entry);
      parts.telemetry.audited(entry);
      call.reply.code(201);
      return answer(call, id);
    },

    getReplay: (call) => answer(call, call.params.id),
    pauseReplay: (call) => move(call, 'pause'),
    resumeReplay: (call) => move(call, 'resume'),
    cancelReplay: (call) => move(call, 'cancel'),
  };
}

const refused = {
  pause: "it can't be paused.",
  resume: "it can't be resumed.",
  cancel: "it can't be cancelled.",
};
