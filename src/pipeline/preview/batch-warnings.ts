import type { DestinationBody } from '../../contract/documents/destination.ts';

/** What a person should know of a preview where batches, or many records, are concerned. Pure. */
export function batchWarnings({ template, settings }: DestinationBody, records: number, body: string): string[] {
  const { batch } = settings;
  const warnings: string[] = [];
  if (batch.records === 1) {
    if (records > 1) warnings.push(`Without batching a request has one record; this one was made of ${records}.`);
    return warnings;
  }
  if (readsFirstAlone(template))
    warnings.push('The template reads it.data[0] alone: the other records of a batch would not be sent.');
  if (records === 1) warnings.push(`Up to ${batch.records} records share a request; this one was made of one.`);
  if (records > batch.records)
    warnings.push(`A request has ${batch.records} records at most; this one was made of ${records}.`);
  if (records > 1 && Buffer.byteLength(body) > batch.bytes)
    warnings.push(`The body is longer than ${batch.bytes} bytes: it would be sent in parts.`);
  return warnings;
}

/** It mentions the first record, and the list of records nowhere else. */
function readsFirstAlone(template: string): boolean {
  return /\bit\.data\s*\[\s*0\s*\]/.test(template) && !/\bit\.data(?!\s*\[\s*0\s*\])\b/.test(template);
}
