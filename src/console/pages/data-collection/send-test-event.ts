/** What the collector said to a test event. */
export type Sent = { ok: true } | { ok: false; status: number };

/** Sends one event to a collector of this server, as any page would: without credentials, with the key alone. */
export async function sendTestEvent(key: string): Promise<Sent> {
  const event = { 'wt.ev': 'test_event', 'wt.ti': 'Sent from the console', 'wt.dcsvid': 'console' };
  const response = await fetch(`/v3/${encodeURIComponent(key)}`, {
    method: 'POST',
    credentials: 'omit',
    body: JSON.stringify({ events: [event] }),
  });
  return response.ok ? { ok: true } : { ok: false, status: response.status };
}
