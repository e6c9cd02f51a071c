import type { Delivery } from '../../../contract/delivery.ts';

const columns = [
  'id',
  'status',
  'reason',
  'errorKind',
  'detail',
  'eventId',
  'actionId',
  'connectionId',
  'destinationId',
  'attempts',
  'createdAt',
  'finishedAt',
  'nextAttemptAt',
  'test',
] as const satisfies readonly (keyof Delivery)[];

/** The line of names over a file of deliveries. */
export const csvHead = `${columns.join(',')}\r\n`;

/** One delivery as a line of CSV (RFC 4180). */
export function csvLine(delivery: Delivery): string {
  return `${columns.map((name) => cell(delivery[name])).join(',')}\r\n`;
}

function cell(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  // A spreadsheet would run what begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
