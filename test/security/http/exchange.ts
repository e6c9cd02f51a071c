import { connect } from 'node:net';

/** One answer as it came over the wire. */
export type Answer = { status: number; headers: readonly (readonly [name: string, value: string])[]; body: Buffer };

export type Heard = {
  answers: Answer[];
  /** Bytes behind the last whole answer. */
  rest: Buffer;
  isClosed: boolean;
  ms: number;
};

type Spoken = {
  port: number;
  bytes: Buffer;
  /** Where the client comes from. */
  from?: string;
  isHead?: boolean;
  /** What is asked on the same connection once the first answer is there; it must ask to close. */
  next?: Buffer;
  /** Hang up after so many answers; without it the server is waited for. */
  answers?: number;
  /** Until when the server must have answered and, unless `answers` are counted, closed. */
  ms?: number;
};

/** Speaks bytes to a server and listens to everything that it says. */
export function speak({
  port,
  bytes,
  from,
  isHead = false,
  next: after,
  answers: most,
  ms = 15_000,
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
  socket.on('error', () => {}); // a reset is an end like another
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

/** Whole answers one after the other; 1xx are passed over. Answers to HEAD, 204 and 304 have no body. */
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
