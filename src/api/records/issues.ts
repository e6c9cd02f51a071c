import { AppError } from '../../contract/errors.ts';
import type { Issue } from '../../contract/records/issue.ts';
import type { IssueRecord } from '../../issues/issues.ts';
import type { IssueAct } from '../../watch/issue-life.ts';
import { shownIssue } from '../../watch/shown-issue.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { contentTag } from '../http/etag.ts';
import { pageOfList, readCursor } from '../http/pagination.ts';
import { invalid } from '../http/validate.ts';

type ActIds = 'acknowledgeIssue' | 'resolveIssue' | 'muteIssue' | 'unmuteIssue' | 'reopenIssue';

/** Issues, and the operations on them. */
export function issueHandlers({
  issues,
  pipeline,
  now,
  telemetry,
}: Pick<ApiParts, 'issues' | 'pipeline' | 'now' | 'telemetry'>): Handlers<'listIssues' | 'getIssue' | ActIds> {
  async function show(record: Readonly<IssueRecord>): Promise<Issue> {
    return shownIssue(record, { held: await pipeline.queueStatus.heldAt(record), now: now() });
  }

  async function answer({ params, reply }: Pick<Call<'getIssue'>, 'params' | 'reply'>): Promise<Issue> {
    const record = issues.get(params.id);
    if (record === undefined) throw unknown(params.id);
    const shown = await show(record);
    reply.header('etag', contentTag(shown));
    return shown;
  }

  async function does(call: Call<ActIds>, act: IssueAct): Promise<Issue> {
    const { id } = call.params;
    const done = await issues.act(id, act, call.entry({ id, name: issues.get(id)?.title ?? null }));
    if (done === null) throw unknown(id);
    telemetry.audited(done);
    return answer(call);
  }

  return {
    async listIssues({ query: { cursor: text, limit, state, ...same } }) {
      const cursor = readCursor(text, (at) => /^\d{15} iss_[0-9a-z_-]{1,64}$/.test(at));
      const wanted = Array.from(issues.all()).filter(
        (one) =>
          (same.title === undefined || one.title.toLowerCase().includes(same.title.toLowerCase())) &&
          (state === undefined || state.includes(one.state)) &&
          (same.kind ?? one.kind) === one.kind &&
          (same.severity ?? one.severity) === one.severity &&
          (same.connectionId ?? one.connectionId) === one.connectionId &&
          (same.destinationId ?? one.destinationId) === one.destinationId &&
          (same.actionId === undefined || one.actionId === same.actionId || one.actionIds.includes(same.actionId)),
      );
      const sorted = wanted.sort((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
      const { data, page } = pageOfList(sorted, { cursor, limit, placeOf });
      return { data: await Promise.all(data.map(show)), page };
    },
    getIssue: answer,
    acknowledgeIssue: (call) => does(call, { act: 'acknowledge', by: call.principal.name }),
    resolveIssue: (call) => does(call, { act: 'resolve', by: call.principal.name, note: call.body().note }),
    muteIssue(call) {
      const { until } = call.body();
      const at = until === null ? null : Date.parse(until);
      if (at !== null && at <= now()) throw invalid([{ pointer: '/until', detail: 'Must be in the future.' }]);
      return does(call, { act: 'mute', by: call.principal.name, until: at });
    },
    unmuteIssue: (call) => does(call, { act: 'unmute', by: call.principal.name }),
    reopenIssue: (call) => does(call, { act: 'reopen', by: call.principal.name }),
  };
}

/** Sort key: last opened first, then by id. */
function placeOf({ openedAt, id }: Readonly<IssueRecord>): string {
  return `${String(openedAt).padStart(15, '0')} ${id}`;
}

function unknown(id: string): AppError {
  return new AppError('not_found', `There is no issue ${id}; it may have been removed.`);
}
