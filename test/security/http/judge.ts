import { errors } from '../../../src/contract/errors.ts';
import { type Answer, type Heard, headerOf } from './exchange.ts';

/** Longer than any of these requests may take. */
export const answerMsMax = 50_000;

const required = ['x-content-type-options', 'content-security-policy', 'x-request-id'];
const leaks = [
  /\bat (async )?[\w.<>[\] ]+ \(?(file:|node:|\/)/,
  /node_modules|node:internal|\.[jt]s:\d+/,
  /\/(tmp|home|root|usr|var|opt|work|src)\/\w/,
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b.*\b(FROM|VALUES|SET|WHERE)\b|\bsqlite\b/i,
  /\b(TypeError|RangeError|SyntaxError|ReferenceError|ENOENT|EACCES|Cannot read propert)/,
];

/** The faults of one response, whatever the request. */
export function answerFaults(answer: Answer): string[] {
  const faults: string[] = [];
  const { status, headers, body } = answer;
  const type = headerOf(answer, 'content-type') ?? '';
  const text = body.toString('latin1');
  if (status >= 500 && !(status === 503 && headerOf(answer, 'retry-after') !== undefined))
    faults.push(`failed with ${status}`);
  for (const name of required) if (!headerOf(answer, name)) faults.push(`no ${name}`);
  const names = headers.map(([name]) => name);
  for (const name of ['content-length', 'content-type', 'content-security-policy'])
    if (names.filter((one) => one === name).length > 1) faults.push(`${name} occurs twice`);
  if (names.includes('x-injected')) faults.push('a header was injected');
  if (status >= 400 && body.length > 0) faults.push(...problemFaults(answer, type, text));
  if (status === 405 && headerOf(answer, 'allow') === undefined) faults.push('405 without Allow');
  if (status === 401 && headerOf(answer, 'www-authenticate') === undefined) faults.push('401 without WWW-Authenticate');
  if (type.startsWith('text/html') && /<script>alert/.test(text)) faults.push('a script was reflected');
  for (const [name, value] of headers)
    if (/<script|administrator-of-these/.test(value)) faults.push(`${name} reflects`);
  for (const leak of leaks) if (status >= 400 && leak.test(text)) faults.push(`leaks ${leak.exec(text)?.[0]}`);
  return faults;
}

function problemFaults({ status }: Answer, type: string, text: string): string[] {
  if (!type.startsWith('application/problem+json')) return [`${status} as ${type}`];
  let problem: Record<string, unknown>;
  try {
    problem = JSON.parse(text);
  } catch {
    return ['a problem that is no JSON'];
  }
  const faults: string[] = [];
  for (const name of ['type', 'title', 'detail', 'instance', 'code', 'requestId'])
    if (typeof problem[name] !== 'string') faults.push(`a problem without ${name}`);
  if (problem['status'] !== status) faults.push('a problem of another status');
  const known: Readonly<Record<string, readonly [number, ...unknown[]]>> = errors;
  if (known[String(problem['code'])]?.[0] !== status) faults.push(`code ${problem['code']} for ${status}`);
  return faults;
}

/** The faults of a conversation. `expected`: the number of responses, including the one to the next request. */
export function heardFaults({ answers, rest, ms }: Heard, expected: number): string[] {
  const faults = answers.flatMap(answerFaults);
  if (rest.length > 0) faults.push('bytes behind the last answer');
  if (answers.length > expected) faults.push(`${answers.length} answers`);
  if (ms > answerMsMax) faults.push(`took ${Math.round(ms)} ms`);
  return faults;
}
