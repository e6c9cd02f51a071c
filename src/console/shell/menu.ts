import type { Right } from '../../contract/accounts/rights.ts';
import { shell } from '../messages/en.ts';
import type { IconName } from '../parts/parts.ts';

/** `letter`: what leads here after `g`. */
type Entry = { to: string; label: string; icon: IconName; letter: string; right: Right | null };
export type MenuEntry = (typeof menu)[number];

/** The pages of the left menu, in its order. */
export const menu = [
  { to: '/', label: shell.pages.home, icon: 'home', letter: 'h', right: null },
  { to: '/actions', label: shell.pages.actions, icon: 'actions', letter: 'a', right: 'actions:view' },
  { to: '/behaviors', label: shell.pages.behaviors, icon: 'behaviors', letter: 'b', right: 'behaviors:view' },
  { to: '/connections', label: shell.pages.connections, icon: 'connections', letter: 'c', right: 'connections:view' },
  { to: '/events', label: shell.pages.events, icon: 'events', letter: 'e', right: 'events:view' },
  { to: '/deliveries', label: shell.pages.deliveries, icon: 'deliveries', letter: 'd', right: 'deliveries:view' },
  { to: '/issues', label: shell.pages.issues, icon: 'issues', letter: 'i', right: 'deliveries:view' },
  { to: '/replays', label: shell.pages.replays, icon: 'replays', letter: 'r', right: 'deliveries:view' },
  {
    to: '/data-collection',
    label: shell.pages.dataCollection,
    icon: 'collection',
    letter: 'o',
    right: 'collectors:view',
  },
  { to: '/inbox', label: shell.pages.inbox, icon: 'inbox', letter: 'x', right: 'deliveries:view' },
  { to: '/settings', label: shell.pages.settings, icon: 'settings', letter: 's', right: null },
  { to: '/docs', label: shell.pages.docs, icon: 'book', letter: 'l', right: null },
] as const satisfies readonly Entry[];
