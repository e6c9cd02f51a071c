import { connect } from 'node:net';

/** One response as received. */
export type Answer = { status: number; headers: readonly (readonly [name: string, value: string])[]; body: Buffer };

export type Heard = {
  answers: Answer[];
  /** Bytes after the last complete response. */
  rest: Buffer;
  isClosed: boolean;
  ms: number;
};

type Spoken = {
  port: number;
  bytes: Buffer;
  /** The source address of the client. */
  from?: string;
  isHead?: boolean;
  /** The next request on the same connection after the first response; it must ask to close. */
  next?: Buffer;
  /** Closes the connection after this many responses; without it the server must close it. */
  answers?: number;
  /** The deadline for the responses and, unless `answers` are counted, for the server's close. */
  ms?: number;
};

/** Sends bytes to a server and reads everything that it sends. */
export function speak({
  port,
  bytes,
  from,
  isHead = false,
  next: after,
  answers: most,
  ms = 60_000,
}: Spoken): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const startedAt = performance.now();
  const socket = connect({ port, host: '127.0.0.1', ...(from === undefined ? {} : { localAddress: from }) });
  let heard = Buffer.alloc(0);
  let next = after;

  const end = (isClosed: boolean) => {
    clearTimeout(timer);
    const { answers, rest } = readAnswers(heard, isHead);
    resolve({ answers, rest, isClosed, ms: performance.now() - startedAt });
    socket.destroy();
  };
  const timer = setTimeout(() => end(false), ms);
  socket.on('error', () => {}); // a reset ends the exchange too
  socket.on('close', () => end(true));
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk]);
    if (next === undefined && most === undefined) return;
    const { answers } = readAnswers(heard, isHead);
    if (most !== undefined && answers.length >= most) return end(false);
    if (next === undefined || answers.length === 0) return;
    if (!isClosing(answers.at(-1))) socket.write(next);
    next = undefined;
  });
  socket.write(bytes);
  return promise;
}

/** Complete responses one after the other; 1xx are skipped. Responses to HEAD, 204 and 304 have no body. */
export function readAnswers(bytes: Buffer, isHead: boolean): { answers: Answer[]; rest: Buffer } {
  const answers: Answer[] = [];
  let rest = bytes;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end === -1) return { answers, rest };
    const [line = '', ...lines] = rest.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(line)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) return { answers, rest };
    const headers = lines.map(
      (one) => [one.split(':', 1)[0]?.toLowerCase() ?? '', one.replace(/^[^:]*: */, '')] as const,
    );
    const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
    const isBare = status < 200 || status === 204 || status === 304 || (isHead && answers.length === 0);
    const to = end + 4 + (isBare ? 0 : length);
    if (rest.length < to) return { answers, rest };
    if (status >= 200) answers.push({ status, headers, body: rest.subarray(end + 4, to) });
    rest = rest.subarray(to);
  }
}

export function headerOf(answer: Answer, wanted: string): string | undefined {
  return answer.headers.find(([name]) => name === wanted)?.[1];
}

function isClosing(answer: Answer | undefined): boolean {
  return answer !== undefined && headerOf(answer, 'connection') === 'close';
}
