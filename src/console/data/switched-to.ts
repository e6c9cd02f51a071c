import type { AuditChange } from '../../contract/records/audit.ts';
import type { Switched } from '../messages/en.ts';

/** What a change of the status alone is called; undefined: something else changed, too, or nothing did. */
export function switchedTo(changes: readonly AuditChange[]): Switched | undefined {
  const [change, ...others] = changes.filter(({ pointer }) => pointer !== '/version');
  if (change?.pointer !== '/status' || others.length > 0) return undefined;
  if (change.after === 'paused' || change.after === 'disabled') return change.after;
  return change.before === 'paused' ? 'resumed' : 'enabled';
}
