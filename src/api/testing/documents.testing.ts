import type { TestServer } from './server.testing.ts';

export const crm = { name: 'CRM', baseUrl: 'https://crm.example/v2' };
export type Made = { id: string; version: number; name: string };

/** A connection with an enabled destination. */
export async function orders(server: TestServer, more: Record<string, unknown> = {}) {
  const connection = (await server.make('/connections', crm)) as Made;
  const destination = (await server.make(`/connections/${connection.id}/destinations`, {
    name: 'Orders',
    status: 'enabled',
    ...more,
  })) as Made;
  return { connection, destination };
}
