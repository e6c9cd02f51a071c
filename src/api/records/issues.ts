import { invalid } from '../../contract/errors.ts';
import { type Issue, type IssueSample, sampleTextMax } from '../../contract/records/issue.ts';
import type { IssueRecord } from '../../issues/issues.ts';
import type { IssueAct } from '../../watch/issue-life.ts';
import { shownIssue } from '../../watch/shown-issue.ts';
import type { ApiParts, Call, Handlers } from '../call/call.ts';
import { withoutQuote } from '../call/payload-redaction.ts';
import { pageOfAll } from '../http/pagination.ts';
import { found } from '../http/validate.ts';

type ActIds = 'acknowledgeIssue' | 'resolveIssue' | 'muteIssue' | 'unmuteIssue' | 'reopenIssue';

/** Issues, and the operations on them. */
export function issueHandlers({ issues, pipeline, journal, now, telemetry }: ApiParts) {
  async function show(record: Readonly<IssueRecord>, { may }: Pick<Call<'getIssue'>, 'may'>): Promise<Issue> {
    const issue = shownIssue(record, { held: await pipeline.queueStatus.heldAt(record), now: now() });
    return may('payloads:view') ? issue : withoutQuote(issue);
  }

  function find(id: string): Readonly<IssueRecord> {
    return found(issues.get(id), `There is no issue ${id}; it may have been removed.`);
  }

  /** The last attempt of the newest sample that is still stored. */
  async function sampleOf({ samples }: Readonly<IssueRecord>, isShown: boolean): Promise<IssueSample | null> {
    for (const deliveryId of samples) {
      const delivery = await journal.log.delivery(deliveryId);
      const attempt = delivery?.attemptLog.at(-1);
      if (delivery == null || attempt === undefined) continue;
      const { startedAt, response, error } = attempt;
      const text = isShown ? (response?.body?.slice(0, sampleTextMax).toWellFormed() ?? null) : null;
      return {
        deliveryId,
        eventId: delivery.eventId,
        actionId: delivery.actionId,
        at: startedAt,
        status: response?.status ?? null,
        errorKind: error?.kind ?? null,
        response: text,
      };
    }
    return null;
  }

  async function does(call: Call<ActIds>, act: IssueAct): Promise<Issue> {
    const { params, entry } = call;
    const { id } = params;
    await issues.refresh();
    const done = await issues.act(id, act, entry({ id, name: issues.get(id)?.title ?? null }));
    if (done !== null) telemetry.audited(done);
    return show(find(id), call);
  }

  return {
    async listIssues(call) {
      const { query } = call;
      await issues.refresh();
      const { state, ...same } = query;
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
      // Last opened first, then by id.
      const { data, page } = pageOfAll(wanted, query, {
        sortKeyOf: ({ openedAt, id }) => `${String(openedAt).padStart(15, '0')} ${id}`,
        isSortKey: (at) => /^\d{15} iss_[0-9a-z_-]{1,64}$/.test(at),
      });
      return { data: await Promise.all(data.map((one) => show(one, call))), page };
    },
    async getIssue(call) {
      await issues.refresh();
      const record = find(call.params.id);
      return { ...(await show(record, call)), sample: await sampleOf(record, call.may('payloads:view')) };
    },
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
  } satisfies Partial<Handlers>;
}
