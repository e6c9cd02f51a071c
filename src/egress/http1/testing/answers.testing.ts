import fc from 'fast-check';

/** A response as its bytes arrive, in pieces; then the connection ends. */
export interface Answered {
  readonly method: 'POST' | 'GET' | 'HEAD';
  readonly pieces: readonly Buffer[];
}

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const often = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: odd });

const lineEnd = often(pick('\r\n'), pick('\n', '\r', '\r\r\n', '\n\r\n', ' \r\n'));
const status = often(
  pick('200', '201', '202', '204', '304', '400', '404', '429', '500', '503', '999'),
  pick('100', '101', '102', '103', '199', '099', '000', '20', '2000', '2x0', '', '-10', ' 200', '１００'),
);
const version = often(
  pick('HTTP/1.1'),
  pick('HTTP/1.0', 'HTTP/2.0', 'HTTP/1.2', 'HTTP/0.9', 'http/1.1', 'HTTP/11', 'ICY', ''),
);
const reason = often(
  pick(' OK', ' ', '', ' Not Found'),
  pick('  two', ' t\tb', ' \x01', ' \x7f', ' é', 'OK', ' a\rb', ' a\0b'),
);
const statusLine = fc
  .tuple(
    often(pick(''), pick('\r\n', '\n', ' ', '\r\n\r\n')),
    version,
    pick(' ', ' ', ' ', ' ', '  ', '\t', ''),
    status,
    reason,
    lineEnd,
  )
  .map((parts) => parts.join(''));

const name = often(
  pick('x', 'X-Reason', 'Set-Cookie', 'content-type', 'date', '!#$%&*+-.^_`|~1'),
  pick('', 'x ', ' x', 'x\t', 'x(y)', 'é', 'x\0', 'x\x7f', 'x y', '"x"', 'x\r', ':', '@'),
);
const value = often(
  pick('a', '', 'a b', 'a, b', 'text/html; charset=utf-8', 'ü', '\xff', 'a\tb', 'a:b'),
  pick('\x01', 'a\0b', 'a\x7f', 'a\rb', 'a\n b', 'a\r\n b', 'a\r\n\tb', '\v', 'a\f'),
);
const separator = often(pick(': ', ':'), pick(':  ', ':\t', ' : ', ' :', '', ': \t ', '\t:', ':\r\n '));
const trailing = often(pick(''), pick(' ', '\t', '  \t '));
const field = fc.tuple(name, separator, value, trailing, lineEnd).map((parts) => parts.join(''));
const lengthValue = often(
  fc.nat(12).map(String),
  pick(
    '',
    '+2',
    '-1',
    '2, 2',
    '2,3',
    ' 2',
    '0x2',
    '2.0',
    '1e1',
    '00002',
    '2 2',
    '99999999999999999999',
    '18446744073709551616',
    '2\t',
    '٢',
    '2;',
    '"2"',
  ),
);
const lengthField = fc
  .tuple(
    often(pick('content-length', 'Content-Length'), pick('content-length ', 'content_length', 'content-lengthx')),
    separator,
    lengthValue,
    trailing,
    lineEnd,
  )
  .map((parts) => parts.join(''));
const codingValue = often(
  pick('chunked', 'Chunked'),
  pick(
    'identity',
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked, chunked',
    'chunkedx',
    'xchunked',
    ' chunked',
    'chunked;q=1',
    '',
    ',chunked',
    'chunked,',
    'chun ked',
    'chunked\t',
    '"chunked"',
    'chunked\x0b',
  ),
);
const codingField = fc
  .tuple(
    often(pick('transfer-encoding', 'Transfer-Encoding'), pick('transfer-encoding ', 'transfer_encoding')),
    separator,
    codingValue,
    trailing,
    lineEnd,
  )
  .map((parts) => parts.join(''));
const connectionField = fc
  .tuple(
    pick('connection', 'Connection', 'keep-alive', 'proxy-connection', 'upgrade'),
    pick(': '),
    pick('close', 'keep-alive', 'Keep-Alive', 'close, x', 'upgrade', 'timeout=5', 'h2c', ''),
    lineEnd,
  )
  .map((parts) => parts.join(''));

const text = fc.string({ maxLength: 12, unit: pick('a', 'b', '\r', '\n', '0', ' ', 'H') });
const size = (length: number) =>
  often(
    pick(length.toString(16), `0${length.toString(16)}`, length.toString(16).toUpperCase()),
    pick(
      '',
      'x',
      '-1',
      '+2',
      `${length.toString(16)} `,
      ` ${length}`,
      '0x2',
      'fffffffffffffffff',
      (length + 1).toString(16),
      '1g',
      `${length};`,
    ),
  );
const extension = often(
  pick(''),
  pick(';a', ';a=b', ';a="b c"', '; a = b', ' ;a', ';\x01', ';a="\r\n"', ';a\n', '\t', ';é'),
);
const chunk = text.chain((data) =>
  fc.tuple(size(data.length), extension, lineEnd, fc.constant(data), lineEnd).map((parts) => parts.join('')),
);
const trailers = often(
  pick(''),
  fc.array(field, { maxLength: 2 }).map((fields) => fields.join('')),
);
const chunks = fc
  .tuple(
    fc.array(chunk, { maxLength: 3 }),
    often(pick('0\r\n'), pick('', '00\r\n', '0', '0\n', '0;x=y\r\n', '0 \r\n', '0\r')),
    trailers,
    often(pick('\r\n'), pick('', '\n', '\r', '\r\n\r\n', 'x')),
  )
  .map(([some, ...parts]) => some.join('') + parts.join(''));

const emptyLine = often(pick('\r\n'), pick('\n', '\r', '', ' \r\n', '\r\r\n'));
const headOf = (framing: fc.Arbitrary<string[]>) =>
  fc
    .tuple(
      statusLine,
      fc.array(field, { maxLength: 3 }),
      framing,
      fc.array(connectionField, { maxLength: 1 }),
      emptyLine,
    )
    .map(([first, fields, framed, more, end]) => [first, ...fields, ...framed, ...more, end].join(''));
const interim = fc
  .tuple(
    pick('100 Continue', '102 Processing', '103 Early Hints', '199 X'),
    fc.array(field, { maxLength: 1 }),
    emptyLine,
  )
  .map(([line, fields, end]) => `HTTP/1.1 ${line}\r\n${fields.join('')}${end}`);

const withLength = text.chain((body) => {
  const exact = fc.constant(`content-length: ${body.length}\r\n`);
  return headOf(fc.tuple(often(exact, lengthField))).map((head) => head + body);
});
const withChunks = fc.tuple(headOf(fc.tuple(codingField)), chunks).map((parts) => parts.join(''));
const untilClose = fc.tuple(headOf(fc.constant([])), text).map((parts) => parts.join(''));
const contradictory = fc
  .tuple(headOf(fc.array(fc.oneof(lengthField, codingField), { minLength: 1, maxLength: 3 })), fc.oneof(text, chunks))
  .map((parts) => parts.join(''));
const beyond = often(pick(''), pick('x', '\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged', '\0'));

const whole = fc
  .tuple(
    often(fc.constant(''), interim),
    fc.oneof(withLength, withLength, withChunks, withChunks, untilClose, contradictory),
    beyond,
  )
  .map((parts) => parts.join(''));

type Change = { at: number; kind: 'delete' | 'insert' | 'replace' | 'cut'; byte: number };
const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.record<Change>({
    at: fc.nat(300),
    kind: pick('delete', 'insert', 'replace', 'cut'),
    byte: fc.oneof(pick(0x0a, 0x0d, 0x20, 0x3a, 0x00, 0x09, 0x30), fc.nat(255)),
  }),
  { maxLength: 2 },
);

function changed(bytes: Buffer, all: readonly Change[]): Buffer {
  let made = bytes;
  for (const { at, kind, byte } of all) {
    const i = made.length === 0 ? 0 : at % made.length;
    const [before, after] = [made.subarray(0, i), made.subarray(i)];
    if (kind === 'cut') made = before;
    else if (kind === 'insert') made = Buffer.concat([before, Buffer.of(byte), after]);
    else if (kind === 'replace') made = Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
    else made = Buffer.concat([before, after.subarray(1)]);
  }
  return made;
}

function split(bytes: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [...new Set(at.map((one) => one % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...cuts]
    .map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

/** Responses that are valid, nearly valid, or contradict themselves, in pieces of any length. */
export const answers: fc.Arbitrary<Answered> = fc
  .tuple(
    pick('POST', 'POST', 'POST', 'GET', 'HEAD') as fc.Arbitrary<Answered['method']>,
    whole,
    often(fc.constant<readonly Change[]>([]), changes),
    fc.array(fc.nat(400), { maxLength: 4 }),
    fc.nat(40),
  )
  .map(([method, sent, all, cuts, every]) => {
    const bytes = changed(Buffer.from(sent, 'latin1'), all);
    const at = every === 1 ? Array.from(bytes, (_, i) => i) : cuts;
    return { method, pieces: split(bytes, at) };
  });
