import type { Header } from '../../egress/egress.ts';
import type { SenderHttp, Sent } from './sender.ts';

/** Statuses that reject this message for good. With any other one a later attempt may succeed. */
const finalStatuses = new Set([400, 405, 411, 413, 414, 415, 422, 431]);

/** Posts JSON once. A 2xx response is a success. */
export async function postJson(
  { url, headers, body }: { url: string; headers: readonly Header[]; body: string },
  { egress, scrub }: SenderHttp,
): Promise<Sent> {
  const outcome = await egress.send({
    method: 'POST',
    url,
    headers: [['content-type', 'application/json'], ...headers],
    body,
    connectTimeoutMs: 5_000,
    timeoutMs: 15_000,
    responseBytesMax: 4_096,
  });
  if (outcome.kind === 'error') return { ok: false, detail: scrub(outcome.error.message), isFinal: false };
  const { status } = outcome;
  const said = scrub(new TextDecoder().decode(outcome.body))
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
  const detail = said === '' ? `Answered ${status}.` : `Answered ${status}: ${said}`;
  if (status >= 200 && status < 300) return { ok: true, detail };
  return { ok: false, detail, isFinal: finalStatuses.has(status) };
}
