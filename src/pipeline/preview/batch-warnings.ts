import type { DestinationBody } from '../../contract/documents/destination.ts';

/** Warnings of a preview about batches, or about several records without batches. Pure. */
export function batchWarnings({ template, settings }: DestinationBody, records: number, body: string): string[] {
  const { batch } = settings;
  const warnings: string[] = [];
  if (batch.records === 1) {
    if (records > 1) warnings.push(`Without batching, a request has one record; this preview has ${records}.`);
    return warnings;
  }
  if (readsFirstAlone(template))
    warnings.push('The template reads only it.data[0]: the other records of a batch would not be sent.');
  if (records === 1) warnings.push(`Up to ${batch.records} records share a request; this preview has one.`);
  if (records > batch.records)
    warnings.push(`A request has ${batch.records} records at most; this preview has ${records}.`);
  if (records > 1 && Buffer.byteLength(body) > batch.bytes)
    warnings.push(`The body is longer than ${batch.bytes} bytes, so the batch would be sent in parts.`);
  return warnings;
}

/** Whether it reads the first record, and the list of records nowhere else. */
function readsFirstAlone(template: string): boolean {
  return /\bit\.data\s*\[\s*0\s*\]/.test(template) && !/\bit\.data(?!\s*\[\s*0\s*\])\b/.test(template);
}
