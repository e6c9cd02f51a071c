import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { apiQuery } from '../../data/api.ts';

const settleMs = 250;

/** Whether the name of an action is free, while it is being typed; null until that is known. */
export function useNameCheck(typed: string, ownId: string | null): 'free' | 'taken' | null {
  const [name] = useDebouncedValue(typed.trim(), settleMs);
  const { data } = useQuery({ ...apiQuery('listActions', { query: { name, limit: 200 } }), enabled: name !== '' });
  if (name === '' || name !== typed.trim() || data === undefined) return null;
  const same = data.data.filter((one) => fold(one.name) === fold(name));
  if (same.some(({ id }) => id !== ownId)) return 'taken';
  // Of the name that it has already there is nothing to say.
  return same.length === 0 ? 'free' : null;
}

/** Names are the same when they differ in case or in Unicode composition only. */
const fold = (name: string) => name.trim().normalize('NFC').toLowerCase();
