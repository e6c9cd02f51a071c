import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { DeliveryStatus } from '../contract/records/delivery.ts';

/** An entry about a delivery with what became of its status, which is known only where it is stored. */
export function ofStatus(entry: NewAuditEntry, before: DeliveryStatus, after: DeliveryStatus): NewAuditEntry {
  return { ...entry, changes: [{ pointer: '/status', before, after }, ...entry.changes] };
}
