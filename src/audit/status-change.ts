import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { DeliveryStatus } from '../contract/records/delivery.ts';

/** An audit entry about a delivery with its change of status, which only the storage knows. */
export function ofStatus(entry: NewAuditEntry, before: DeliveryStatus, after: DeliveryStatus): NewAuditEntry {
  return { ...entry, changes: [{ pointer: '/status', before, after }, ...entry.changes] };
}
