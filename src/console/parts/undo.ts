import { useSyncExternalStore } from 'react';
import type { Arguments } from '../../client/client.ts';
import { createClient } from '../../client/client.ts';
import type { RouteId } from '../../contract/routes.ts';
import { queryClient } from '../data/query-client.ts';
import { changes } from '../messages/en/changes.ts';
import { tokenOf } from '../session/session.ts';
import { notifyDone, notifyFailed } from './notify.ts';

type DeleteId = Extract<RouteId, `delete${string}`>;

const listeners = new Set<() => void>();
/** What was deleted here and can still be taken back: the id, and what sends the deletion. */
const waiting = new Map<string, () => void>();
let hidden: ReadonlySet<string> = new Set();

/** Says what a switch did, with Undo for ten seconds. */
export function notifyUndo(message: string, undo: () => void): void {
  notifyDone(message, { action: { label: changes.undo, run: undo } });
}

/**
 * Deletes a thing in ten seconds, or as soon as its message is closed or the page is left; until then Undo keeps it. It
 * is to be hidden meanwhile (`useDeleted`); when the server refuses, it is there again and the reason is said.
 */
export function deleteLater(
  routeId: DeleteId,
  id: string,
  message: string,
  onRefused?: (error: unknown) => void,
): void {
  const { call } = createClient({
    url: location.origin,
    token: tokenOf(),
    // It must arrive even when the page is just being closed.
    fetch: (input, init) => fetch(input, { ...init, keepalive: true }),
  });
  const send = async () => {
    if (!waiting.delete(id)) return;
    try {
      await call(routeId, ...([{ params: { id } }] as unknown as Arguments<DeleteId>)); // each of these takes an id
      await queryClient.invalidateQueries();
    } catch (error) {
      notifyFailed(error);
      onRefused?.(error);
    } finally {
      show(id);
    }
  };
  waiting.set(id, () => void send());
  hide(id);
  notifyDone(message, {
    action: {
      label: changes.undo,
      run() {
        waiting.delete(id);
        show(id);
      },
    },
    onGone: () => void send(),
  });
}

/** The ids of what was deleted and is still there for the server: not to be shown. */
export function useDeleted(): ReadonlySet<string> {
  return useSyncExternalStore(watch, () => hidden);
}

addEventListener('pagehide', () => {
  for (const send of [...waiting.values()]) send();
});

function hide(id: string): void {
  tell(new Set([...hidden, id]));
}

function show(id: string): void {
  tell(new Set([...hidden].filter((one) => one !== id)));
}

function tell(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
