import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { allQuery } from '../../data/api.ts';
import { watchedMs } from '../../data/refresh.ts';
import { useMay } from '../../session/rights.ts';

const none: readonly Parameter[] = [];

/** The parameters that rules and mappings can use, those that events have most often first. Empty without the right. */
export function useParameters(): readonly Parameter[] {
  const mayView = useMay('parameters:view');
  const { data } = useQuery({
    ...allQuery('listParameters', { query: { offered: 'true' } }),
    enabled: mayView,
    refetchInterval: watchedMs,
  });
  return useMemo(() => (data === undefined ? none : data.toSorted((a, b) => b.share - a.share)), [data]);
}
