/**
 * One hostile request: what it tries (no two are the same), its bytes, and the expected statuses. 0: the connection
 * may end without a response. `{key}` is the key of a collector; `{con}`, `{dst}`, `{act}`, `{beh}`, `{col}` are ids.
 */
export type Attack = {
  readonly mechanism: string;
  readonly bytes: Buffer;
  readonly statuses: readonly number[];
  /** More bytes are announced than sent, so that no request can follow on the connection. */
  readonly isCutShort: boolean;
  readonly isHead: boolean;
};

type Row = readonly [mechanism: string, bytes: string | Buffer, ...statuses: number[]];

/** The token of attacks with credentials. */
export const token = 'administrator-of-these-tests';
export const host = 'Host: localhost\r\n';
export const bearer = `Authorization: Bearer ${token}\r\n`;

/** Attacks of one family; bytes are Latin-1 unless they are a Buffer. */
export function attacks(family: string, rows: readonly Row[], isCutShort = false): Attack[] {
  return rows.map(([what, bytes, ...statuses]) => {
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    const isHead = buffer.subarray(0, 5).toString('latin1') === 'HEAD ';
    return { mechanism: `${family}: ${what}`, bytes: buffer, statuses, isCutShort, isHead };
  });
}

/** A request with the administrator's token. */
export function request(method: string, target: string, headers = ''): string {
  return `${method} ${target} HTTP/1.1\r\n${host}${bearer}${headers}\r\n`;
}

/** A request with the administrator's token and a body of the right length. */
export function send(method: string, target: string, body: string | Buffer, headers = json): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return Buffer.concat([Buffer.from(request(method, target, `${headers}Content-Length: ${bytes.length}\r\n`)), bytes]);
}

export const json = 'Content-Type: application/json\r\n';

/** Inserts the ids and keys of a running server into the bytes of an attack. */
export function aimed(bytes: Buffer, names: Record<string, string>): Buffer {
  const text = bytes.toString('latin1');
  const filled = text.replaceAll(/\{(key|con|dst|act|beh|col)\}/g, (whole, name: string) => names[name] ?? whole);
  if (filled === text) return bytes;
  // The values are padded to the length of their placeholders, so that a correct Content-Length stays correct.
  const grown = filled.length - text.length - headGrowth(text, names);
  return Buffer.from(
    grown === 0 ? filled : filled.replace(/(Content-Length: )(\d+)(?=\r\n)/, (_, a, n) => `${a}${Number(n) + grown}`),
    'latin1',
  );
}

function headGrowth(text: string, names: Record<string, string>): number {
  const head = text.split('\r\n\r\n', 1)[0] ?? '';
  return (
    head.replaceAll(/\{(key|con|dst|act|beh|col)\}/g, (whole, name: string) => names[name] ?? whole).length -
    head.length
  );
}
