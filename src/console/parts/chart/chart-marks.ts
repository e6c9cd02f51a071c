import { useApiQuery, useNamed } from '../../data/data.ts';
import { issueText, parts } from '../../messages/en.ts';
import { addressOf, hasPage } from '../text/address-of.ts';

/** Something that happened at a time and may explain a chart: a change of the configuration, or an issue that opened. */
type ChartMark = { at: string; label: string; tone: 'work' | 'bad'; to: '/' | null };

/** The documents that deliveries depend on. */
const kinds = new Set(['connection', 'destination', 'action', 'behavior', 'collector']);
const { acts, did } = parts.chart;
const marksMost = 12;

/** What happened to these things (undefined: to all) between two times, newest first. Nothing without the rights. */
export function useChartMarks(from: string, until: string, ids?: readonly string[]): readonly ChartMark[] {
  const destinations = useNamed('listAllDestinations');
  const { data: audit } = useApiQuery(
    'listAudit',
    { query: { result: 'done', createdAfter: from, createdBefore: until, limit: 200 } },
    { enabled: from !== '', staleTime: 30_000 },
  );
  const { data: issues } = useApiQuery('listIssues', { query: { limit: 100 } });
  const isOf = (id: string | null) => ids === undefined || (id !== null && ids.includes(id));
  const changes = (audit?.data ?? [])
    .filter(({ kind, act, id }) => kinds.has(kind) && act in acts && isOf(id))
    .map(({ createdAt, kind, act, id, name, principal }): ChartMark => {
      const label = did(name ?? id ?? kind, acts[act] ?? '', principal);
      const connectionId = destinations.get(id ?? '')?.connectionId;
      const isGone = id === null || act === 'delete' || (kind === 'destination' && connectionId === undefined);
      const to = isGone || !hasPage(kind) ? null : addressOf(kind, { id, connectionId });
      return { at: createdAt, label, tone: 'work', to };
    });
  const opened = (issues?.data ?? [])
    .filter(({ openedAt }) => openedAt >= from && openedAt < until)
    .filter((one) => isOf(one.connectionId) || isOf(one.destinationId) || isOf(one.actionId))
    .map(
      (issue): ChartMark => ({
        at: issue.openedAt,
        label: issueText(issue).title,
        tone: 'bad',
        to: addressOf('issue', issue),
      }),
    );
  return [...changes, ...opened].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, marksMost);
}
