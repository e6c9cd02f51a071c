import { useQuery } from '@tanstack/react-query';
import { apiQuery } from '../../data/api.ts';
import { parts } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';

/** Something that happened at a time and may explain a chart: a change of the configuration, or an issue that opened. */
export type ChartMark = { at: string; label: string; tone: 'work' | 'bad'; to: string };

/** The documents that deliveries depend on. */
const kinds: Readonly<Record<string, string>> = {
  connection: '/connections/',
  destination: '/connections',
  action: '/actions/',
  behavior: '/behaviors/',
  collector: '/data-collection/',
};
const acts = new Set(['create', 'change', 'delete', 'restore', 'rollback', 'rotate_key', 'pause', 'resume']);
const marksMost = 12;

/** What happened to these things (undefined: to all) between two times, newest first. Nothing without the rights. */
export function useChartMarks(from: string, until: string, ids?: readonly string[]): readonly ChartMark[] {
  const mayAudit = useMay('audit:view');
  const mayIssues = useMay('deliveries:view');
  const { data: audit } = useQuery({
    ...apiQuery('listAudit', { query: { result: 'done', createdAfter: from, createdBefore: until, limit: 200 } }),
    enabled: mayAudit && from !== '',
    staleTime: 30_000,
  });
  const { data: issues } = useQuery({ ...apiQuery('listIssues', { query: { limit: 100 } }), enabled: mayIssues });
  const isOf = (id: string | null) => ids === undefined || (id !== null && ids.includes(id));
  const changes = (audit?.data ?? [])
    .filter(({ kind, act, id }) => kind in kinds && acts.has(act) && isOf(id))
    .map(({ createdAt, kind, id, name, principal }): ChartMark => {
      const place = kinds[kind] ?? '/';
      return {
        at: createdAt,
        label: parts.chart.changed(name ?? id ?? kind, principal),
        tone: 'work',
        to: place.endsWith('/') ? `${place}${id ?? ''}` : place,
      };
    });
  const opened = (issues?.data ?? [])
    .filter(({ openedAt }) => openedAt >= from && openedAt < until)
    .filter((one) => isOf(one.connectionId) || isOf(one.destinationId) || isOf(one.actionId))
    .map(({ id, openedAt, title }): ChartMark => ({ at: openedAt, label: title, tone: 'bad', to: `/issues/${id}` }));
  return [...changes, ...opened].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, marksMost);
}
