import type { DueDelivery, Settlement } from '../journal/journal.ts';
import { failureText } from './failure-text.ts';
import type { Finding, Names } from './finding.ts';

const shapeMost = 120;

/** Whether the delivery is finished or waits for a person. */
export function isFinal({ status }: Settlement): boolean {
  return status === 'failed' || status === 'held';
}

/** Whether the step reports a failure; a wait that the peer asked for is none. */
export function isFailure(delivery: DueDelivery, settlement: Settlement): boolean {
  return settlement.errorKind !== null && (isFinal(settlement) || settlement.attempts > delivery.attempts);
}

/**
 * The finding that groups failed deliveries: by destination, error kind, and status or the shape of the error text.
 */
export function findingOf(
  { destinationId, connectionId, actionId }: DueDelivery,
  { errorKind, detail, log }: Settlement,
  names: Names,
  isCritical: boolean,
): Finding {
  const kind = errorKind ?? 'protocol';
  const status = kind.startsWith('http_') || kind === 'protocol' ? (log.at(-1)?.response?.status ?? null) : null;
  const isTemplate = kind === 'template';
  const { title, fix } = failureText(kind, status);
  const shape = status ?? shapeOf(detail ?? '');
  const by = isTemplate && actionId !== null ? ` (${names.action(actionId)})` : '';
  return {
    fingerprint: `failing ${destinationId} ${isTemplate ? actionId : ''} ${kind} ${shape}`,
    kind: isTemplate ? 'template' : 'failing',
    severity: isCritical ? 'critical' : 'warning',
    title: `${title} ${names.destination(destinationId)}${by}`,
    detail: detail ?? title,
    likelyFix: fix,
    cause: {
      code: isTemplate ? 'template_failing' : 'deliveries_failing',
      values: {
        subject: names.destination(destinationId),
        detail: detail ?? title,
        ...(status === null ? {} : { status }),
        ...(isTemplate && actionId !== null ? { action: names.action(actionId) } : {}),
      },
    },
    connectionId,
    destinationId,
    actionId: isTemplate ? actionId : null,
    errorKind: kind,
  };
}

/** The collective finding for a destination with too many kinds of failures. */
export function foldedFinding(finding: Finding, names: Names): Finding {
  const { destinationId } = finding;
  return {
    ...finding,
    fingerprint: `failing ${destinationId} other`,
    kind: 'failing',
    title: `Other failures of ${names.destination(destinationId ?? '')}`,
    cause: { code: 'other_failures', values: { subject: names.destination(destinationId ?? '') } },
    actionId: null,
    errorKind: null,
  };
}

/** The text without parts that differ each time: numbers, ids, quoted values. */
function shapeOf(detail: string): string {
  return detail
    .replaceAll(/"[^"]*"|'[^']*'|`[^`]*`/g, '…')
    .replaceAll(/\b[a-z]{3}_[0-9a-z]{26}\b|[0-9a-f]{8,}|\d+/gi, '#')
    .slice(0, shapeMost);
}
