import { useDebouncedState } from '@mantine/hooks';
import { foldName } from '../../../contract/fold-name.ts';
import { kept, useApiQuery } from '../../data/data.ts';

/**
 * Whether another document than `ownId` has a name, as the server finds it a moment after `look` was told what is typed:
 * names that differ in case and accents are the same.
 */
export function useTakenName(route: 'listActions' | 'listBehaviors', ownId: string | undefined) {
  const [typed, look] = useDebouncedState('', 200);
  const name = typed.trim();
  const query = { name, sort: 'name' as const, limit: 200 };
  const { data } = useApiQuery(route as 'listActions', { query }, { ...kept, enabled: name !== '' }); // both take the same
  const holderOf = (wanted: string) => data?.data.find((one) => foldName(one.name) === foldName(wanted));
  return {
    look,
    isTaken(wanted: string): boolean {
      const holder = holderOf(wanted);
      return holder !== undefined && holder.id !== ownId;
    },
    /** The server has said of the whole name that no document has it. */
    isFree: (wanted: string): boolean =>
      name !== '' && typed === wanted && data !== undefined && holderOf(wanted) === undefined,
  };
}
