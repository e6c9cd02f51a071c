import type { UseQueryResult } from '@tanstack/react-query';
import type { CallInput, ClientError, RouteResponse } from '../../client/client.ts';
import { useMay } from '../session/rights.ts';
import { kept, useApiQuery, watched } from './api.ts';

type Asked = NonNullable<CallInput<'getStats'>['query']>;

export type Stats = RouteResponse<'getStats'>;

/**
 * What happened to everything, to each thing of a kind, or to one thing, up to now and again every quarter of a minute.
 * Without `settings:view` nothing is asked, and `data` stays undefined.
 */
export function useStats(
  kind: NonNullable<Asked['kind']> = 'all',
  id?: string,
  time: NonNullable<Asked['range']> | Pick<Asked, 'range' | 'from' | 'until'> = '24h',
  isWanted = true,
): UseQueryResult<Stats, ClientError> {
  const query = {
    kind,
    ...(typeof time === 'string' ? { range: time } : timeOf(time)),
    ...(id === undefined ? {} : { id }),
  };
  return useApiQuery('getStats', { query }, { ...kept, ...watched, enabled: useMay('settings:view') && isWanted });
}

/** A time may come with more than is asked for. */
const timeOf = ({ range, from, until }: Pick<Asked, 'range' | 'from' | 'until'>) =>
  from === undefined ? { range } : { range, from, until };
