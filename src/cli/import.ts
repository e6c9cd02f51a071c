import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImportProgress, ImportStep, TransferDocument } from '../contract/documents/transfer.ts';
import type { Context } from './context.ts';

type Import = { documents: TransferDocument[]; dryRun?: boolean };

const lookEveryMs = 1_000;

/** Fewer documents are imported in a moment. */
const longFrom = 1_000;

/** Imports documents. An import of many that takes longer than a second reports on stderr how far it is. */
export async function importDocuments(body: Import, { server, deps }: Context): Promise<ImportStep[]> {
  const client = server();
  if (body.documents.length < longFrom) return (await client.call('importConfiguration', { body })).steps;
  const progressId = randomUUID();
  const ended = new AbortController();
  const call = client.call('importConfiguration', { query: { progressId }, body }).finally(() => ended.abort());
  const { stderr } = deps;
  let shown = '';
  while (!ended.signal.aborted) {
    await sleep(lookEveryMs, undefined, { signal: ended.signal }).catch(() => {});
    if (ended.signal.aborted) break;
    // Before it begins and after it ends there is no progress.
    const progress = await client.call('importProgress', { params: { progressId } }).catch(() => null);
    const text = progress === null ? '' : words(progress);
    if (text === shown || text === '') continue;
    stderr.write(stderr.isTTY === true ? `\r\x1b[2K${text}` : `${text}\n`);
    shown = text;
  }
  if (shown !== '' && stderr.isTTY === true) stderr.write('\r\x1b[2K');
  return (await call).steps;
}

function words({ phase, done, documents }: ImportProgress): string {
  if (phase === 'check') return `checked ${done} of ${documents} documents`;
  return phase === 'compile' ? `compiled ${done} templates and expressions` : `storing ${documents} documents`;
}
