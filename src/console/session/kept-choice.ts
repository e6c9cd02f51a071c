import { useLocalStorage } from '@mantine/hooks';
import { useMe } from './rights.ts';

/** A choice that this browser keeps, for all of its users. The first of its values is the default. */
type KeptChoice<Value extends string> = { key: string; values: readonly [Value, ...Value[]] };

/** The page that this browser begins with. */
export const landingChoice = {
  key: 'millrace.landing',
  values: ['/', '/events', '/deliveries', '/actions', '/connections'],
} as const;
/** How close the rows of lists are. */
export const densityChoice = { key: 'millrace.density', values: ['comfortable', 'compact'] } as const;
/** Whether shortcuts of one letter are on. WCAG 2.1.4: they can be switched off. */
export const singleKeysChoice = { key: 'millrace.single-keys', values: ['on', 'off'] } as const;
/** Whether Home leads to the first steps. */
export const welcomeChoice = { key: 'millrace.welcome', values: ['shown', 'hidden'] } as const;

const known = <Value extends string>({ values }: KeptChoice<Value>, text: string | null | undefined): Value =>
  values.find((one) => one === text) ?? values[0];

/** What was chosen. */
export function keptChoice<Value extends string>(choice: KeptChoice<Value>): Value {
  return known(choice, localStorage.getItem(choice.key));
}

/** What was chosen, in every part of the page, and its setter. */
export function useKeptChoice<Value extends string>(choice: KeptChoice<Value>): [Value, (next: Value) => void] {
  const [value, set] = useLocalStorage<Value>({
    key: choice.key,
    defaultValue: choice.values[0],
    getInitialValueInEffect: false,
    serialize: String,
    deserialize: (text) => known(choice, text),
  });
  return [value, set];
}

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
