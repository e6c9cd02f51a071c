import { erased } from '../../contract/erased-text.ts';
import { placeOf } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { type Event, hopsHeader } from '../../contract/records/event.ts';
import type { Rendered } from '../../contract/records/rendered.ts';
import type { Db } from '../../sqlite/db.ts';
import { bytesOf, type ReadBudget } from '../../sqlite/read-budget.ts';
import { packLines, type StoredLines, unpackLines } from './event-codec.ts';

/**
 * Attempts are stored in blocks. A block has the lines that one operation wrote, compressed together, one or more about
 * each delivery. A line has the delivery's rendered request and attempts as text, by the functions below the class; ''
 * for none. `before` is the block with the previous line about the delivery.
 */
export type BlockLine = { before: number | null; rendered: string; attempts: string };

/** A line of a block as text. */
export const lineText = (number: number, before: number | null, { rendered, attempts }: Omit<BlockLine, 'before'>) =>
  `${number}\t${before ?? ''}\t${rendered}\t${attempts}`;

/** The delivery of a line and its content. */
export function lineOfText(text: string): [number: number, line: BlockLine] {
  const [number, before, rendered = '', attempts = ''] = text.split('\t');
  return [Number(number), { before: before === '' ? null : Number(before), rendered, attempts }];
}

/** Above this many bytes of blocks in memory, changed ones are stored early, and all are forgotten. */
const knownBytesMax = 32 * 1024 * 1024;

/**
 * The blocks of one operation. A block is read once while there is room in memory; lines that the operation has written
 * are visible to it.
 */
export class AttemptBlocks {
  readonly #db: Db;
  readonly #budget: ReadBudget | undefined;
  readonly #known = new Map<number, Map<number, BlockLine[]>>();
  #knownBytes = 0;
  /** Changed blocks, with the number of deliveries that were removed from each. */
  readonly #changed = new Map<number, number>();
  /** The block that this operation writes, with the deliveries that have a line in it. */
  #current: { id: number; lines: string[]; live: Set<number> } | null = null;

  constructor(db: Db, budget?: ReadBudget) {
    this.#db = db;
    this.#budget = budget;
  }

  /** The id of the block that this operation writes. */
  get current(): number {
    return this.#writable().id;
  }

  /** Adds a line to the current block. */
  write(number: number, line: BlockLine): void {
    this.append([number], lineText(number, line.before, line));
  }

  /** Adds lines of these deliveries to the current block, as text. */
  append(numbers: Iterable<number>, lines: string): void {
    const { id, lines: written, live } = this.#writable();
    written.push(lines);
    for (const number of numbers) live.add(number);
    this.#known.delete(id);
  }

  /** Replaces all lines about a delivery, oldest first; `newest` is its newest block. */
  change(newest: number | null, number: number, change: (line: BlockLine) => BlockLine): void {
    for (const id of this.history(newest, number).ids.reverse()) {
      const lines = this.#block(id);
      lines.set(number, (lines.get(number) ?? []).map(change));
      this.#changed.set(id, this.#changed.get(id) ?? 0);
    }
  }

  /** Removes all lines about a delivery, and the blocks that become empty. */
  remove(newest: number | null, number: number): void {
    for (const id of this.history(newest, number).ids) {
      this.#block(id).delete(number);
      this.#changed.set(id, (this.#changed.get(id) ?? 0) + 1);
    }
  }

  /** Removes the lines of deliveries that are deleted already; these no longer count as live. */
  clean(id: number, isGone: (number: number) => boolean): void {
    for (const number of [...this.#block(id).keys()].filter(isGone)) {
      this.#block(id).delete(number);
      this.#changed.set(id, this.#changed.get(id) ?? 0);
    }
  }

  /** Stores the blocks that were written or changed, if any. */
  flush(): void {
    this.#saveChanged();
    if (this.#current === null || this.#current.lines.length === 0) return;
    const { id, lines, live } = this.#current;
    const sql = 'INSERT INTO attempt_block (id, live, lines) VALUES (?, ?, ?)';
    this.#db.run(sql, id, live.size, packLines(lines.join('\n')));
  }

  #saveChanged(): void {
    for (const [id, taken] of this.#changed) {
      const lines = [...this.#block(id)].flatMap(([number, own]) =>
        own.map((line) => lineText(number, line.before, line)),
      );
      const sql = 'UPDATE attempt_block SET live = live - ?, lines = ? WHERE id = ?';
      this.#db.run(sql, taken, packLines(lines.join('\n')), id);
      this.#db.run('DELETE FROM attempt_block WHERE id = ? AND live <= 0', id);
    }
    this.#changed.clear();
    this.#known.clear();
    this.#knownBytes = 0;
  }

  /** The rendered request of a delivery as text; `id` is its rendered_block. */
  rendered(id: number, number: number): string | null {
    const line = this.#block(id)
      .get(number)
      ?.findLast(({ rendered }) => rendered !== '');
    return line?.rendered ?? null;
  }

  /**
   * All lines about a delivery, oldest first; `newest` is its newest block, `ids` are the blocks with these lines, newest
   * first. With `isEnough`, which is called after each block, the oldest may be left out: `isCut`.
   */
  history(
    newest: number | null,
    number: number,
    isEnough: (lines: readonly BlockLine[]) => boolean = () => false,
  ): { lines: BlockLine[]; ids: number[]; isCut: boolean } {
    const parts: BlockLine[][] = [];
    const ids: number[] = [];
    let id = newest;
    for (let isEnd = false; id !== null && !isEnd; ) {
      const here = this.#block(id).get(number) ?? [];
      parts.push(here);
      ids.push(id);
      id = here[0]?.before ?? null;
      isEnd = isEnough(here);
    }
    return { lines: parts.reverse().flat(), ids, isCut: id !== null };
  }

  #writable() {
    if (this.#current === null) {
      const last = this.#db.get<{ id: number | null }>('SELECT max(id) AS id FROM attempt_block')?.id ?? 0;
      this.#current = { id: last + 1, lines: [], live: new Set() };
    }
    return this.#current;
  }

  #block(id: number): Map<number, BlockLine[]> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#knownBytes > knownBytesMax) this.#saveChanged();
    const block = new Map<number, BlockLine[]>();
    for (const text of this.#texts(id)) {
      this.#knownBytes += bytesOf(text);
      const [number, line] = lineOfText(text);
      const here = block.get(number);
      if (here === undefined) block.set(number, [line]);
      else here.push(line);
    }
    this.#known.set(id, block);
    return block;
  }

  #texts(id: number): string[] {
    if (id === this.#current?.id) return this.#current.lines.flatMap((lines) => lines.split('\n'));
    const sql = 'SELECT lines FROM attempt_block WHERE id = ?';
    const texts = unpackLines(this.#db.get<{ lines: StoredLines }>(sql, id)?.lines ?? '');
    this.#budget?.unpack(texts);
    return texts;
  }
}

/** 0: the request body equals the rendered body. */
type PackedBody = string | null | 0;

/** The request and the response are in the exchange of `batchId`. */
const inExchange = 1;

/** `bytes`: the size of a body that is not stored. */
type PackedRequest = [method: string, url: string, headers: [string, string][], body: PackedBody, bytes?: number];
type PackedResponse = [
  status: number,
  headers: [string, string][],
  body: string | null,
  truncated: 0 | 1,
  bytes?: number,
];

/** An attempt as stored: its fields in a fixed order. */
export type PackedAttempt = [
  id: string,
  number: number,
  counted: 0 | 1,
  outcome: Attempt['outcome'],
  startedAt: string,
  durationMs: number,
  timings: (number | null)[],
  request: PackedRequest | typeof inExchange | null,
  response: PackedResponse | typeof inExchange | null,
  error: [kind: string, message: string] | null,
  versions: [action: number | null, destination: number, connection: number],
  batchId: string | null,
  /** Only of a batch. */
  records?: number,
];

/** The exchange of a batch, shared by all its attempts. */
type PackedExchange = [request: PackedRequest | null, response: PackedResponse | null];

function packAttempt(attempt: Attempt, renderedBody: string | undefined): PackedAttempt {
  const { timings: t, request, response, error, versions, batchId } = attempt;
  const packed: PackedAttempt = [
    attempt.id,
    attempt.number,
    attempt.counted ? 1 : 0,
    attempt.outcome,
    attempt.startedAt,
    attempt.durationMs,
    [t.queueMs, t.tokenMs, t.dnsMs, t.connectMs, t.tlsMs, t.firstByteMs, t.totalMs],
    batchId === null ? packRequest(request, renderedBody) : inExchange,
    batchId === null ? packResponse(response) : inExchange,
    error && [error.kind, error.message],
    [versions.action, versions.destination, versions.connection],
    batchId,
  ];
  if (batchId !== null) packed.push(attempt.records);
  return packed;
}

/** The attempts of a settlement as text; '' for none. */
export function attemptsText(log: readonly Attempt[], renderedBody: string | undefined): string {
  return log.length === 0 ? '' : `[${log.map((attempt) => attemptText(attempt, renderedBody)).join()}]`;
}

/**
 * The JSON of a packed attempt. That of the common kind, an exchange of its own without an error, is written field by
 * field, which takes half the time.
 */
function attemptText(attempt: Attempt, renderedBody: string | undefined): string {
  const { timings: t, request, response, error, versions: v, batchId } = attempt;
  const isCommon = request !== null && response !== null && error === null && batchId === null;
  if (!isCommon || request.bodyBytes !== undefined || response.bodyBytes !== undefined)
    return JSON.stringify(packAttempt(attempt, renderedBody));
  const { body } = request;
  const start = `"${attempt.id}",${attempt.number},${attempt.counted ? 1 : 0},"${attempt.outcome}","${attempt.startedAt}"`;
  const times = `${t.queueMs},${t.tokenMs},${t.dnsMs},${t.connectMs},${t.tlsMs},${t.firstByteMs},${t.totalMs}`;
  const sent = JSON.stringify([request.method, request.url, request.headers]).slice(0, -1);
  const sentBody = body === renderedBody ? '0' : JSON.stringify(body);
  const received = `${response.status},${headersText(response.headers)},${JSON.stringify(response.body)}`;
  const versions = `${v.action},${v.destination},${v.connection}`;
  return `[${start},${attempt.durationMs},[${times}],${sent},${sentBody}],[${received},${response.truncated ? 1 : 0}],null,[${versions}],null]`;
}

/** The JSON of the headers of responses that have the same head. */
const texts = new WeakMap<readonly [string, string][], string>();

function headersText(headers: [string, string][]): string {
  const known = texts.get(headers);
  if (known !== undefined) return known;
  const text = JSON.stringify(headers);
  // Those of the egress: frozen when a head is the same as the one before.
  if (Object.isFrozen(headers) && headers.every(Object.isFrozen)) texts.set(headers, text);
  return text;
}

export function exchangeText({ request, response }: Attempt): string {
  const packed: PackedExchange = [packRequest(request, undefined), packResponse(response)];
  return JSON.stringify(packed);
}

/** `exchanges`: the exchanges of batches, by id, as text. */
export function unpackAttempt(
  packed: PackedAttempt,
  renderedBody: string | undefined,
  exchanges: Readonly<Record<string, string>>,
): Attempt {
  const [id, number, counted, outcome, startedAt, durationMs, t, , , error, versions, batchId, records = 1] = packed;
  const [queueMs = null, tokenMs = null, dnsMs = null, connectMs = null, tlsMs = null, firstByteMs = null, total] = t;
  const exchange = batchId === null ? undefined : exchanges[batchId];
  const shared: PackedExchange = exchange === undefined ? [null, null] : JSON.parse(exchange);
  const request = packed[7] === inExchange ? shared[0] : packed[7];
  const response = packed[8] === inExchange ? shared[1] : packed[8];
  return {
    id,
    number,
    counted: counted === 1,
    batchId,
    records,
    startedAt,
    durationMs,
    timings: { queueMs, tokenMs, dnsMs, connectMs, tlsMs, firstByteMs, totalMs: total ?? 0 },
    request: request && {
      method: request[0],
      url: request[1],
      headers: request[2],
      body: request[3] === 0 ? (renderedBody ?? null) : request[3],
      ...(request[4] === undefined ? {} : { bodyBytes: request[4] }),
    },
    response: response && {
      status: response[0],
      headers: response[1],
      body: response[2],
      truncated: response[3] === 1,
      ...(response[4] === undefined ? {} : { bodyBytes: response[4] }),
    },
    error: error && { kind: error[0] as NonNullable<Attempt['error']>['kind'], message: error[1] }, // packed from one
    outcome,
    versions: { action: versions[0], destination: versions[1], connection: versions[2] },
  };
}

/** The status of a stored attempt's response; null without one. `exchange`: that of its batch. */
export function statusOfExchange(packed: PackedAttempt, exchange: string | undefined): number | null {
  if (packed[8] !== inExchange) return packed[8]?.[0] ?? null;
  const shared: PackedExchange = exchange === undefined ? [null, null] : JSON.parse(exchange);
  return shared[1]?.[0] ?? null;
}

function packRequest(request: Attempt['request'], renderedBody: string | undefined): PackedRequest | null {
  if (request === null) return null;
  const { method, url, headers, body, bodyBytes } = request;
  if (bodyBytes !== undefined) return [method, url, headers, body, bodyBytes];
  return [method, url, headers, body === renderedBody ? 0 : body];
}

function packResponse(response: Attempt['response']): PackedResponse | null {
  if (response === null) return null;
  const { status, headers, body, truncated, bodyBytes } = response;
  const packed: PackedResponse = [status, headers, body, truncated ? 1 : 0];
  if (bodyBytes !== undefined) packed.push(bodyBytes);
  return packed;
}

/** An attempt without its bodies. `renderedBytes` is the size of a request body that equals the rendered one. */
export function withoutBodies(packed: PackedAttempt, renderedBytes: number): PackedAttempt {
  const bare: PackedAttempt = [...packed];
  const [request, response] = [packed[7], packed[8]];
  if (request !== null && request !== inExchange) bare[7] = bareRequest(request, renderedBytes);
  if (response !== null && response !== inExchange) bare[8] = bareResponse(response);
  return bare;
}

/** The exchange of a batch without bodies. */
export function bareExchange(text: string): string {
  const [request, response]: PackedExchange = JSON.parse(text);
  return JSON.stringify([request && bareRequest(request, 0), response && bareResponse(response)]);
}

/**
 * The exchange of a batch without anything that can have data of an erased record: without bodies, of the URL only the
 * origin, and `[erased]` for each header except the type of the body and the hops.
 */
export function anonymousExchange(text: string): string {
  const [request, response]: PackedExchange = JSON.parse(bareExchange(text));
  if (request !== null) {
    const hasBody = request[3] !== null || request[4] !== undefined;
    const isOwn = (name: string) => name === hopsHeader || (hasBody && name === 'Content-Type');
    request[1] = `${URL.parse(request[1])?.origin ?? ''}/${erased}`;
    request[2] = request[2].map((header) => (isOwn(header[0]) ? header : [header[0], erased]));
  }
  if (response !== null) response[1] = response[1].map(([name]) => [name, erased]);
  return JSON.stringify([request, response]);
}

function bareRequest(request: PackedRequest, renderedBytes: number): PackedRequest {
  const [method, url, headers, body] = request;
  if (body === null) return request;
  return [method, url, headers, null, body === 0 ? renderedBytes : Buffer.byteLength(body)];
}

function bareResponse(response: PackedResponse): PackedResponse {
  const [status, headers, body, truncated] = response;
  return body === null ? response : [status, headers, null, truncated, Buffer.byteLength(body)];
}

/** `body` 0: the JSON of the data of the delivery's event; 1: of a list with only that. */
type PackedRendered = [path: string, headers: [string, string][], body: string | 0 | 1, isObject: 0 | 1];

export function renderedText({ path, headers, body, isObject, copyOf }: Rendered): string {
  const isCopy = copyOf !== undefined && placeOf('event', copyOf) !== null;
  const packed: PackedRendered = [path, headers, isCopy ? (body.startsWith('[') ? 1 : 0) : body, isObject ? 1 : 0];
  return JSON.stringify(packed);
}

/** Whether the text has a reference to the event of its delivery in place of the body. */
export function copiesEvent(text: string): boolean {
  const [, , body]: PackedRendered = JSON.parse(text);
  return typeof body !== 'string';
}

/** `event`: that of the delivery. Null when the text refers to an event that is missing. */
export function renderedOf(text: string, event: Event | null): Rendered | null {
  const [path, headers, body, isObject]: PackedRendered = JSON.parse(text);
  if (typeof body === 'string') return { path, headers, body, isObject: isObject === 1 };
  if (event === null) return null;
  const { id, data } = event;
  return { path, headers, body: JSON.stringify(body === 0 ? data : [data]), isObject: isObject === 1, copyOf: id };
}

/** The text with the body in place of a reference to the event; null when that is missing. */
export function withoutReference(text: string, event: Event | null): string | null {
  const rendered = renderedOf(text, event);
  if (rendered === null) return null;
  const { copyOf: _, ...whole } = rendered;
  return renderedText(whole);
}
