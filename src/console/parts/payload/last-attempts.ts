import { useQuery } from '@tanstack/react-query';
import type { Delivery, ErrorKind, LastAttempt } from '../../../contract/records/delivery.ts';
import { apiQuery, kept } from '../../data/data.ts';
import { outcomes, statusLine } from '../../messages/en.ts';
import { useMay } from '../../session/rights.ts';

const idsMax = 100;

/** The last attempts of deliveries by their ids, for the first 100; read again when one of these has moved on. */
export function useLastAttempts(
  deliveries: readonly Pick<Delivery, 'id' | 'attempts' | 'status'>[],
): ReadonlyMap<string, LastAttempt['last']> {
  const mayLook = useMay('deliveries:view');
  const asked = deliveries.slice(0, idsMax);
  const { data } = useQuery({
    ...apiQuery('getLastAttempts', { query: { ids: asked.map(({ id }) => id).join() } }),
    queryKey: ['getLastAttempts', 'of', asked.map(({ id, attempts, status }) => `${id} ${attempts} ${status}`).join()],
    enabled: mayLook && asked.length > 0,
    ...kept,
    select: byDelivery,
  });
  return data ?? none;
}

const byDelivery = ({ data }: { data: readonly LastAttempt[] }): ReadonlyMap<string, LastAttempt['last']> =>
  new Map(data.map(({ deliveryId, last }) => [deliveryId, last]));

const none: ReadonlyMap<string, never> = new Map<string, never>();

/** What came back: the status with its name, or the kind of error; null: nothing yet. */
export function resultWords(status: number | null | undefined, errorKind: ErrorKind | null | undefined): string | null {
  if (status != null) return statusLine(status);
  return errorKind == null ? null : outcomes.errorKind[errorKind].short;
}
