import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { useMay } from '../../session/rights.ts';
import { client } from '../../session/session.ts';

const most = 2_000;
const againMs = 15_000;
const none: readonly Parameter[] = [];

/** The parameters that rules and mappings can use, those that events have most often first. Empty without the right. */
export function useParameters(): readonly Parameter[] {
  const mayView = useMay('parameters:view');
  const { data } = useQuery({
    queryKey: ['listParameters', 'all'],
    queryFn: async () => {
      const found: Parameter[] = [];
      for await (const one of client().list('listParameters', { query: { offered: 'true' } })) {
        found.push(one);
        if (found.length === most) break;
      }
      return found;
    },
    enabled: mayView,
    staleTime: againMs,
    refetchInterval: againMs,
  });
  return useMemo(() => (data === undefined ? none : data.toSorted((a, b) => b.share - a.share)), [data]);
}
