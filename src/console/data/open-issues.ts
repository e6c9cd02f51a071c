import { useApiQuery, watched } from './api.ts';

const countMax = 100;

/** How many issues are open: the number, and as a text that says when there are more than were counted. */
export function useOpenIssues(): { count: number; text: string } {
  const { data } = useApiQuery('listIssues', { query: { state: 'open', limit: countMax } }, watched);
  const count = data?.data.length ?? 0;
  return { count, text: data?.page.next == null ? String(count) : `${countMax}+` };
}
