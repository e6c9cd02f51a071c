import type { AlertNotice } from '../contract/documents/alert.ts';
import type { OutboxMessage } from '../outbox/outbox.ts';

const changes: Record<AlertNotice['change'], string> = {
  opened: 'New',
  reopened: 'Reopened',
  worsened: 'Worse',
  resolved: 'Resolved',
  reminded: 'Still open',
};

const counted: Record<AlertNotice['change'], string> = {
  opened: 'opened',
  reopened: 'reopened',
  worsened: 'worse',
  resolved: 'resolved',
  reminded: 'still open',
};

/** The title of a message, in one line. */
export function titleOf({ about, notices, total }: Pick<OutboxMessage, 'about' | 'notices' | 'total'>): string {
  if (about === 'test') return 'This is a test. The alert works.';
  const [first] = notices;
  const what = total === 1 && first !== undefined ? headOf(first) : manyOf(notices, total);
  return about === 'summary' ? `During quiet hours: ${what}` : what;
}

/** What a message shows: issues with their links, at most `shownMax`, and how many more there are. */
export function contentOf({ about, title, total, notices }: OutboxMessage, baseUrl: string | null, shownMax: number) {
  const shown = notices.slice(0, shownMax);
  return {
    /** null: the only issue is its own title. */
    title: total === 1 && about !== 'summary' ? null : title,
    issues: shown.map((notice) => {
      return { head: headOf(notice), lines: linesOf(notice), link: linkTo(notice.path, baseUrl) };
    }),
    more: total - shown.length,
  };
}

/** The change of one issue, in one line. */
function headOf({ change, title, severity }: AlertNotice): string {
  const line = `${changes[change]}: ${title.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`;
  return severity === 'critical' && change !== 'resolved' ? `${line} (critical)` : line;
}

/** More lines about the issue: its cause and the most likely fix. */
function linesOf({ change, detail, likelyFix }: AlertNotice): string[] {
  return [detail, change === 'resolved' ? '' : likelyFix].map((text) => text.trim()).filter((text) => text !== '');
}

/** The URL of an issue's page; null while the base URL of this server is unknown. */
export function linkTo(path: string, base: string | null): string | null {
  return base === null ? null : `${base.replace(/\/+$/, '')}${path.startsWith('/') ? path : `/${path}`}`;
}

function manyOf(notices: readonly AlertNotice[], total: number): string {
  const by = new Map<AlertNotice['change'], number>();
  for (const { change } of notices) by.set(change, (by.get(change) ?? 0) + 1);
  const parts = Object.entries(counted).flatMap(([change, word]) => {
    const count = by.get(change as AlertNotice['change']); // the keys of a constant object
    return count === undefined ? [] : [`${count} ${word}`];
  });
  const rest = total - notices.length;
  if (rest > 0) parts.push(`${rest} more`);
  return parts.length === 1
    ? `${total} issues ${parts[0]?.replace(/^\d+ /, '')}`
    : `${total} issues: ${parts.join(', ')}`;
}
