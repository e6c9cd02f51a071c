import { openStorage } from '../../test/support/storage.ts';
import type { Clock } from '../async/clock.ts';
import { byItself } from '../contract/by-itself.ts';
import { type AlertBody, alertInput } from '../contract/documents/alert.ts';
import type { IssueNotice } from '../contract/records/issue.ts';
import { Secret } from '../contract/secret.ts';
import { type FakeAnswer, fakeEgress } from '../egress/fake/fake-egress.testing.ts';
import type { Notes } from '../notes/notes.ts';
import { loadConfiguration } from '../pipeline/snapshot/snapshot.ts';
import { silentTelemetry } from '../telemetry/silent-telemetry.testing.ts';
import { startAlerts } from './notifier.ts';

export const alertId = 'alr_1';

/** A stored webhook alert, changed by `part`. */
export function webhookAlert(part: Record<string, unknown> = {}): AlertBody {
  const body = { type: 'webhook', name: 'Ops', settings: { url: 'https://ops.example/in' }, ...part };
  return alertInput.parse(body) as AlertBody; // without secrets, the parsed and the stored form are the same
}

/** A notifier over memory with one webhook alert, whose receiver responds with `answer`. */
export async function openNotifier(
  clock: Clock,
  {
    alert = webhookAlert(),
    notes,
    answer = () => ({ status: 200 }),
  }: { alert?: AlertBody; notes?: Notes; answer?: (index: number) => FakeAnswer | Promise<FakeAnswer> } = {},
) {
  const egress = fakeEgress({ handler: (_, index) => answer(index) });
  const storage = await openStorage();
  const resolved = new Set<string>();
  const failures: unknown[] = [];
  const scrubber = { scrub: (text: string) => text, learn() {} };
  const configuration = await loadConfiguration(storage.catalog, scrubber, (error) => failures.push(error));
  let count = 0;

  const put = (body: AlertBody, version: number) => {
    const at = new Date(clock.now()).toISOString();
    const document = { kind: 'alert' as const, id: alertId, body, version };
    return configuration.change(byItself, () => [
      { op: 'put', document: { ...document, createdAt: at, updatedAt: at, updatedBy: 'test' } },
    ]);
  };
  await put(alert, 1);
  const notifier = await startAlerts({
    notes: notes ?? storage.notes,
    configuration,
    egress,
    clock,
    newId: (kind) => `${kind}_${String(count++).padStart(4, '0')}`,
    telemetry: { ...silentTelemetry(), failed: (error) => failures.push(error) },
    baseUrl: () => 'https://millrace.example',
    scrub: (text) => text,
    isOpen: (id) => !resolved.has(id),
    isHttpAllowed: () => false,
    isMailAllowed: () => false,
    mayAct: () => true,
  });

  return {
    notifier,
    failures,
    resolved,
    /** The messages sent, as the receiver parses them. */
    sent: () =>
      egress.requests.map(({ headers, body }) => {
        const { type, data } = JSON.parse(String(body));
        const issues = data.issues as { id: string; change: string }[]; // the format of webhook.ts
        const id = headers.find(([name]) => name === 'webhook-id')?.[1] ?? '';
        return { id, type, title: data.title as string, changes: issues.map((one) => `${one.id} ${one.change}`) };
      }),
    change: (body: AlertBody) => put(body, (configuration.snapshot.documents.alert.get(alertId)?.version ?? 0) + 1),
    async remove() {
      const document = configuration.snapshot.documents.alert.get(alertId);
      if (document !== undefined) await configuration.change(byItself, () => [{ op: 'delete', document }]);
    },
    [Symbol.asyncDispose]: () => notifier[Symbol.asyncDispose](),
  };
}

/** A notice of an issue; `number` is its sequence number within the issue. */
export function notice(
  issueId: string,
  change: IssueNotice['change'],
  clock: Clock,
  part: Partial<IssueNotice> = {},
): IssueNotice {
  numbers += 1;
  return {
    id: `${issueId}-${numbers}`,
    issueId,
    change,
    kind: 'failing',
    severity: 'warning',
    title: `HTTP 500 from ${issueId}`,
    detail: 'It answered 500.',
    likelyFix: 'Ask its operator.',
    connectionId: 'con_1',
    destinationId: 'dst_1',
    actionId: null,
    at: new Date(clock.now()).toISOString(),
    path: `/issues/${issueId}`,
    ...part,
  };
}

let numbers = 0;

export const secretOf = (text: string) => new Secret(text, '2026-01-01T00:00:00.000Z');
