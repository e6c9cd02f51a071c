import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { singleKeysChoice, useKeptChoice } from '../session/kept-choice.ts';
import { menu } from './menu.ts';

/**
 * The keys of one letter. Pages take part by marks in their markup: `data-key-filter` on the filter, `data-key-new`,
 * `data-key-edit`, `data-key-retry` and `data-key-test` on the link or button that does it, `data-row-link` on the link of
 * each row; and with `usePageKeys`.
 */
export function useShortcuts({ openHelp, isBusy }: { openHelp: () => void; isBusy: boolean }): void {
  const navigate = useNavigate();
  const isOn = useKeptChoice(singleKeysChoice)[0] === 'on';
  useEffect(() => {
    if (!isOn || isBusy) return;
    let isGoing = false;

    function pressed(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isWriting(event.target)) return;
      if (document.querySelector('[aria-modal="true"]') !== null) return;
      if (isGoing) {
        isGoing = false;
        const entry = menu.find(({ letter }) => letter === event.key);
        if (entry === undefined) return;
        event.preventDefault();
        void navigate({ to: entry.to });
        return;
      }
      const act =
        keys[event.key] ?? [...pageKeys].map(({ current }) => current[event.key]).find((one) => one !== undefined);
      if (act === undefined) return;
      event.preventDefault();
      act();
    }

    const keys: Keys = {
      g: () => {
        isGoing = true;
      },
      '?': openHelp,
      '/': () => document.querySelector<HTMLElement>('[data-key-filter]')?.focus(),
      n: () => click('[data-key-new]'),
      e: () => click('[data-key-edit]'),
      r: () => click('[data-key-retry]'),
      t: () => click('[data-key-test]'),
      j: () => moveRow(1),
      k: () => moveRow(-1),
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [isOn, isBusy, openHelp, navigate]);
}

type Keys = Readonly<Record<string, () => void>>;

const pageKeys = new Set<{ readonly current: Keys }>();

/** Keys of one letter that only this page has. */
export function usePageKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    pageKeys.add(latest);
    return () => void pageKeys.delete(latest);
  }, []);
}

/** Collects what is typed after Ctrl K until the palette can take it: its code may still be loading. */
export function useTypedAhead(isOpen: boolean): { readonly current: string } {
  const typed = useRef('');
  useEffect(() => {
    if (!isOpen) return;
    function pressed(event: KeyboardEvent) {
      const { key, ctrlKey, metaKey, target } = event;
      const isInDialog = target instanceof Element && target.closest('[aria-modal="true"]') !== null;
      if (key.length > 1 || ctrlKey || metaKey || isInDialog) return;
      event.preventDefault();
      typed.current += key;
    }
    document.addEventListener('keydown', pressed, { capture: true });
    return () => {
      document.removeEventListener('keydown', pressed, { capture: true });
      typed.current = '';
    };
  }, [isOpen]);
  return typed;
}

function click(mark: string): void {
  document.querySelector<HTMLElement>(mark)?.click();
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

function moveRow(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row-link]')];
  const present = rows.findIndex((row) => row.matches(':focus'));
  const next = present < 0 ? (step > 0 ? 0 : rows.length - 1) : present + step;
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
}
