import { checkAlert, movedSecrets } from '../../alerts/check-alert.ts';
import type { OutboxMessage } from '../../alerts/outbox.ts';
import { type AlertMessage, alertInput, alertNoticesMax } from '../../contract/documents/alert.ts';
import { invalidOrBlocked } from '../../contract/errors.ts';
import type { ApiParts, Handlers } from '../call/call.ts';
import { byId, pageOfStored } from '../http/pagination.ts';
import type { Kind } from './document-kind.ts';
import { documentHandlers, documentsOf } from './documents.ts';
import { withoutSecrets } from './secret-fields.ts';

/** Alerts, their test messages and their last messages. */
export function alertHandlers(parts: ApiParts) {
  const documents = documentsOf(alertKind(parts), parts);
  const find = (id: string) => documents.find(parts.pipeline.configuration.snapshot, id);

  return {
    ...documentHandlers('alert', documents),
    async testAlert({ params, record }) {
      const alert = find(params.id);
      await record({ id: alert.id, name: alert.body.name });
      const { sent, message, durationMs } = await parts.alerts.test(alert);
      return { ok: sent.ok, durationMs, detail: sent.detail, message: shownMessage(message) };
    },
    async listAlertMessages({ params, query }) {
      const { id } = find(params.id);
      return pageOfStored(query, byId('msg'), async (range) =>
        (await parts.alerts.messages({ alertId: id, ...range })).map(shownMessage),
      );
    },
  } satisfies Partial<Handlers>;
}

export function alertKind(parts: ApiParts): Kind<'alert'> {
  return {
    kind: 'alert',
    input: alertInput,
    wholes: ['settings', 'quietHours'],
    check({ body, before, kept, snapshot: { documents } }) {
      const errors = [
        ...checkAlert(body, parts),
        ...(before === null ? [] : movedSecrets(before.body, body, kept)),
        ...unknownIds(body.rules.connectionIds, before?.body.rules.connectionIds, documents.connection, 'connection'),
        ...unknownIds(body.rules.actionIds, before?.body.rules.actionIds, documents.action, 'action'),
      ];
      if (errors.length > 0) throw invalidOrBlocked(errors);
      return [];
    },
    rolledBack: (old, present) => withoutSecrets(old, (pointer) => movedSecrets(present, old, [pointer]).length > 0),
    shownWith: async ({ id }) => ({ health: await parts.alerts.health(id) }),
  };
}

/** References to deleted objects stay valid in an alert that already has them; a new reference must exist. */
function unknownIds(
  ids: readonly string[] | null,
  before: readonly string[] | null | undefined,
  among: ReadonlyMap<string, unknown>,
  what: 'connection' | 'action',
) {
  return (ids ?? []).flatMap((id, i) =>
    among.has(id) || before?.includes(id) === true
      ? []
      : [{ pointer: `/rules/${what}Ids/${i}`, detail: `There is no ${what} ${id}.`, code: `unknown_${what}` }],
  );
}

function shownMessage({ dueAt, firstAttemptAt: _, ...message }: OutboxMessage): AlertMessage {
  const { status, notices, createdAt, finishedAt } = message;
  return {
    ...message,
    notices: notices.slice(0, alertNoticesMax),
    createdAt: new Date(createdAt).toISOString(),
    nextAttemptAt: status === 'waiting' ? new Date(dueAt).toISOString() : null,
    finishedAt: finishedAt === null ? null : new Date(finishedAt).toISOString(),
  };
}
