import { Alert, Button, Group, Text } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { changes, formatRelative } from '../../messages/en.ts';
import { useMe } from '../../session/rights.ts';
import { Icon } from '../parts.ts';

const w = changes.draft;
const settleMs = 250;
const keptMs = 14 * 86_400_000;

/** `isPart`: without the secrets that were typed. */
type Kept = { at: number; value: unknown; isPart?: boolean };

/** The value of a form while it is being changed, and what this browser keeps of it. */
export type Draft<T> = {
  /** The value that is drawn, which may be some keys behind: `latest` is not. */
  value: T;
  latest: () => T;
  /** Like the setter of `useState`. */
  set: (next: T | ((present: T) => T)) => void;
  isDirty: boolean;
  /** Says above the form that unsaved changes were restored, and offers to discard them. */
  notice: ReactNode;
  /** Removes what is kept: after a save, and after leaving without one. */
  forget: () => void;
};

type Options<T> = {
  /** The part of the value that may be kept: without its secrets. The other members are restored from `initial`. */
  kept?: (value: T) => Partial<T>;
  /** The value that the form opens with, as a change of `initial`, such as a pasted command; precedes what was kept. */
  first?: T | undefined;
};

/**
 * `useState` for a form that survives a reload, a closed tab and a restart of the server: a value that differs from
 * `initial` is kept in this browser for 14 days, per user and `key`, and restored when the form is opened again. `kept`
 * takes secrets out.
 */
export function useDraft<T extends object>(key: string, initial: T, { kept, first }: Options<T> = {}): Draft<T> {
  const place = `millrace.draft.${useMe()?.name ?? ''}.${key}`;
  const [found] = useState(() => (first === undefined ? read(place) : null));
  const [value, change] = useState<T>(
    () => first ?? (found === null ? initial : { ...initial, ...(found.value as Partial<T>) }), // as it was written
  );
  const latest = useRef(value);
  const [isNoticed, setNoticed] = useState(found !== null);
  const isForgotten = useRef(false);
  const isDirty = JSON.stringify(value) !== JSON.stringify(initial);
  const keep = useRef(() => {});
  keep.current = () => {
    if (isForgotten.current) return;
    const { current } = latest;
    const part = kept === undefined ? current : kept(current);
    const isPart = JSON.stringify({ ...initial, ...part }) !== JSON.stringify(current);
    if (JSON.stringify(current) !== JSON.stringify(initial)) write(place, { at: Date.now(), value: part, isPart });
    else localStorage.removeItem(place);
  };
  const settled = useDebouncedCallback(() => keep.current(), settleMs);

  // At the latest when the page or the form is left.
  useEffect(() => {
    const atOnce = () => keep.current();
    addEventListener('pagehide', atOnce);
    return () => {
      removeEventListener('pagehide', atOnce);
      atOnce();
    };
  }, []);

  const set: Draft<T>['set'] = (next) => {
    isForgotten.current = false;
    latest.current = typeof next === 'function' ? next(latest.current) : next;
    change(latest.current);
    settled();
  };

  function forget() {
    isForgotten.current = true;
    setNoticed(false);
    localStorage.removeItem(place);
  }

  const notice =
    isNoticed && isDirty && found !== null ? (
      <Alert color="mill" icon={<Icon name="clock" />} mb="md" role="status">
        <Group justify="space-between" gap="xs">
          <Text size="md">
            {w.restored(formatRelative(new Date(found.at), Date.now()))} {found.isPart === true ? w.secrets : null}
          </Text>
          <Button
            size="xs"
            onClick={() => {
              set(initial);
              forget();
            }}
          >
            {w.discard}
          </Button>
        </Group>
      </Alert>
    ) : null;
  return { value, latest: () => latest.current, set, isDirty, notice, forget };
}

function read(place: string): Kept | null {
  try {
    const kept: Kept | null = JSON.parse(localStorage.getItem(place) ?? 'null');
    return kept !== null && Date.now() - kept.at < keptMs ? kept : null;
  } catch {
    return null; // not written by this function
  }
}

function write(place: string, kept: Kept): void {
  try {
    localStorage.setItem(place, JSON.stringify(kept));
  } catch {
    // The storage of the browser is full: the form still works, but is not kept.
  }
}
