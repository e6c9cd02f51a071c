import { useQuery } from '@tanstack/react-query';
import { useMay } from '../session/rights.ts';
import { apiQuery } from './api.ts';
import { watchedMs } from './refresh.ts';

const countMax = 100;

/** How many issues are open: the number, and as a text that says when there are more than were counted. */
export function useOpenIssues(): { count: number; text: string } {
  const may = useMay('deliveries:view');
  const { data } = useQuery({
    ...apiQuery('listIssues', { query: { state: 'open', limit: countMax } }),
    enabled: may,
    refetchInterval: watchedMs,
  });
  const count = data?.data.length ?? 0;
  return { count, text: data?.page.next == null ? String(count) : `${countMax}+` };
}
