import { useLocalStorage } from '@mantine/hooks';
import { useMe } from './rights.ts';

/**
 * A choice of the signed-in user, kept in this browser, and its setter. An API token counts as a user of its own. `initial`
 * must be the same value at each render.
 */
export function useKept<T>(name: string, initial: T): [T, (next: T) => void] {
  const me = useMe();
  const [value, set] = useLocalStorage({
    key: `millrace.${name}.${me?.user?.id ?? me?.tokenId ?? ''}`,
    defaultValue: initial,
    getInitialValueInEffect: false,
  });
  return [value, set];
}
