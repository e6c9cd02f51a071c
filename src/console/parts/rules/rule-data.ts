import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import type { Parameter } from '../../../contract/documents/parameter.ts';
import { kept, useApiQuery, watched } from '../../data/data.ts';

/** So many parameters are read at first: all of them where there are not more. */
export const parametersLoaded = 200;
const none: readonly Parameter[] = [];

/**
 * The parameters that rules and mappings can use, those that events have most often first: the predefined ones and the
 * first 200, and of more those with `wanted` in their names. Empty without the right.
 */
export function useParameters(wanted = ''): readonly Parameter[] {
  const query = { offered: 'true', sort: 'share', limit: parametersLoaded } as const;
  const first = useApiQuery('listParameters', { query }, watched).data;
  const [name] = useDebouncedValue(wanted.trim(), 150);
  const isAll = (first?.page.next ?? null) === null;
  const found = useApiQuery(
    'listParameters',
    { query: { ...query, name } },
    { ...kept, enabled: !isAll && name !== '' },
  ).data;
  return useMemo(() => {
    if (first === undefined) return none;
    const known = new Set(first.data.map((one) => one.name));
    return [...first.data, ...(found?.data ?? none).filter((one) => !known.has(one.name))];
  }, [first, found]);
}
