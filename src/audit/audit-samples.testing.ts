import type { NewAuditEntry } from '../contract/records/audit.ts';

/** A sample entry: a user changed a connection. */
export function auditSample(fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    createdAt: '2026-03-01T12:00:00.000Z',
    principal: 'anna@example.com',
    principalId: 'usr_1',
    address: '192.0.2.7',
    requestId: 'req_1',
    act: 'change',
    kind: 'connection',
    id: 'con_1',
    name: 'CRM',
    result: 'done',
    code: null,
    changes: [{ pointer: '/name', before: 'Crm', after: 'CRM' }],
    ...fields,
  };
}
