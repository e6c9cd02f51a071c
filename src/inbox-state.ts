import type { Config } from './config/settings.ts';
import { parseBaseUrl } from './connections/base-url.ts';
import { isOwnUrl, type Listener } from './egress/guard/guard.ts';
import type { Configuration } from './pipeline/snapshot/snapshot.ts';

/**
 * Whether the Inbox receives requests. `auto`: as long as every connection that is not disabled goes to this server: a
 * pause does not open it again. Until it follows the configuration it is open, so that no delivery is blocked while the
 * server starts.
 */
export function inboxState({ inbox }: Config, listeners: () => readonly Listener[]) {
  let configuration: Pick<Configuration, 'snapshot'> | null = null;
  let known: { snapshot: Configuration['snapshot']; listening: number; isOpen: boolean } | null = null;

  function isOpen(): boolean {
    if (inbox !== 'auto') return inbox;
    if (configuration === null) return true;
    const { snapshot } = configuration;
    const own = listeners();
    if (known?.snapshot !== snapshot || known.listening !== own.length) {
      const inUse = Array.from(snapshot.documents.connection.values()).filter(({ body }) => body.status !== 'disabled');
      const isOwn = ({ body }: (typeof inUse)[number]) => {
        const base = parseBaseUrl(body);
        return base.ok && isOwnUrl(base.url.href, own);
      };
      known = { snapshot, listening: own.length, isOpen: inUse.every(isOwn) };
    }
    return known.isOpen;
  }

  return {
    isOpen,
    isAutomatic: inbox === 'auto',
    follow(one: Pick<Configuration, 'snapshot'>) {
      configuration = one;
    },
  };
}

/** The own listener, which own requests must never reach, except for the Inbox. */
export function listenerAt({ host, inbox }: Config, port: number): Listener {
  return { address: host === 'localhost' ? '127.0.0.1' : host, port, hasInbox: inbox !== false };
}
