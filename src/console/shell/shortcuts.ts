import { useNavigate } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { menu } from './menu.ts';

const stored = 'millrace.single-keys';
const listeners = new Set<() => void>();

/** Whether shortcuts of one letter are on (WCAG 2.1.4: they can be switched off), and how to switch them. */
export function useSingleKeys(): [isOn: boolean, set: (isOn: boolean) => void] {
  const isOn = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => localStorage.getItem(stored) !== 'off',
  );
  return [
    isOn,
    (next) => {
      localStorage.setItem(stored, next ? 'on' : 'off');
      for (const listener of listeners) listener();
    },
  ];
}

/**
 * The keys that work on every page. Pages take part by marks in their markup: `data-key-filter` on the filter,
 * `data-key-new` on the link or button that creates, `data-row-link` on the link of each row.
 */
export function useShortcuts({ openHelp, isBusy }: { openHelp: () => void; isBusy: boolean }): void {
  const navigate = useNavigate();
  const [isOn] = useSingleKeys();
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
      const act = keys[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    }

    const keys: Record<string, () => void> = {
      g: () => {
        isGoing = true;
      },
      '?': openHelp,
      '/': () => document.querySelector<HTMLElement>('[data-key-filter]')?.focus(),
      n: () => document.querySelector<HTMLElement>('[data-key-new]')?.click(),
      j: () => moveRow(1),
      k: () => moveRow(-1),
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [isOn, isBusy, openHelp, navigate]);
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
