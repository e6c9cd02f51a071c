import { useMemo } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { useAllQuery, watched } from '../../data/data.ts';

const none: readonly Parameter[] = [];

/** The parameters that rules and mappings can use, those that events have most often first. Empty without the right. */
export function useParameters(): readonly Parameter[] {
  const { data } = useAllQuery('listParameters', { query: { offered: 'true' } }, watched);
  return useMemo(() => (data === undefined ? none : data.toSorted((a, b) => b.share - a.share)), [data]);
}
