import type { Right } from '../accounts/rights.ts';
import type { ManagedKind } from './document.ts';

/** The kinds of documents in exports and imports, ordered so that each refers only to earlier ones and to itself. */
export const transferKinds = ['collector', 'connection', 'destination', 'behavior', 'action', 'alert'] as const;
export type TransferKind = (typeof transferKinds)[number] & ManagedKind;

/** The area of rights of each kind. */
const areas = {
  collector: 'collectors',
  connection: 'connections',
  destination: 'connections',
  behavior: 'behaviors',
  action: 'actions',
  alert: 'settings',
} as const satisfies Record<TransferKind, string>;

/** The right to export (`view`) or import (`manage`) documents of a kind. */
export function rightOf(kind: TransferKind, need: 'view' | 'manage'): Right {
  return `${areas[kind]}:${need}`;
}

/** The kind with this name, in the singular or plural; undefined: there is none. */
export function transferKindOf(name: unknown): TransferKind | undefined {
  return transferKinds.find((kind) => name === kind || name === `${kind}s`);
}
