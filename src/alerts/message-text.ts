import type { AlertNotice } from '../contract/documents/alert.ts';
import type { OutboxMessage } from './outbox.ts';

/** How a message names a change: before the title of one issue, and after a number of issues. */
const words: Record<AlertNotice['change'], { one: string; many: string }> = {
  opened: { one: 'New', many: 'opened' },
  reopened: { one: 'Reopened', many: 'reopened' },
  worsened: { one: 'Worse', many: 'worse' },
  resolved: { one: 'Resolved', many: 'resolved' },
  reminded: { one: 'Still open', many: 'still open' },
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
  const line = `${words[change].one}: ${title.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`;
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
  const parts = Object.entries(words).flatMap(([change, { many }]) => {
    const count = notices.filter((one) => one.change === change).length;
    return count === 0 ? [] : [{ count, many }];
  });
  if (total > notices.length) parts.push({ count: total - notices.length, many: 'more' });
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return `${total} issues ${only.many}`;
  return `${total} issues: ${parts.map(({ count, many }) => `${count} ${many}`).join(', ')}`;
}
