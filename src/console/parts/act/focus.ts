import { useLayoutEffect } from 'react';
import { queryClient } from '../../data/data.ts';

let focused: HTMLElement | null = null;

/**
 * Remembers what has the focus, and gives it back after a change: its button is disabled while it runs, and often gone
 * afterwards. Called once.
 */
export function watchFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    focused = target instanceof HTMLElement ? openerOf(target) : null;
  });
  // A click beside all controls gives the focus away.
  document.addEventListener('pointerdown', ({ target }) => {
    if (target instanceof Element && target.closest(controls) === null) focused = null;
  });
  queryClient.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type !== 'pending') giveBack(focused, document.body);
  });
}

const controls = 'a, button, input, select, textarea, label, summary, [tabindex]';

/** The button of a menu for its items, which are gone when their dialog closes. */
function openerOf(element: HTMLElement): HTMLElement {
  const button = element.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  return document.getElementById(button ?? '') ?? element;
}

/**
 * Unless something else has the focus by then than what `left` it: to the heading of the page when its place is gone, such
 * as the row of what was deleted.
 */
function giveBack(place: HTMLElement | null, left: Element | null): void {
  if (place === null) return;
  setTimeout(() => {
    const { activeElement, body } = document;
    if (activeElement !== body && activeElement !== left) return;
    const isThere = place.isConnected && !place.matches(':disabled');
    (isThere ? place : document.querySelector('h1'))?.focus({ preventScroll: true });
  }, 50);
}

/** Gives the focus back to what opened a dialog, also when the dialog is unmounted while it is open. */
export function useFocusBack(isOpen: boolean): void {
  useLayoutEffect(() => {
    if (!isOpen) return;
    const opener = focused;
    return () => giveBack(opener, document.activeElement);
  }, [isOpen]);
}
