import { tokensOf } from './shell-words.ts';

/** What a cURL command asks for. */
export type CurlRequest = {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  /** User name and password. */
  user: { name: string; password: string } | null;
  body: string | null;
  /** What of the command can't be taken over. */
  leftOut: string[];
  /** Of what looks like a sample person, what is no person and stays as it is: `email: shop@example.com`. */
  kept?: readonly string[];
};

type CurlResult = { ok: true; request: CurlRequest } | { ok: false; problem: 'not_curl' | 'no_url' | 'quotes' };

/** Options with a value that mean nothing for a delivery, or that have their own place in a connection. */
const ignored = new Set(
  (
    '-o --output -w --write-out -m --max-time --connect-timeout --retry --retry-delay --retry-max-time -c --cookie-jar ' +
    '--limit-rate -D --dump-header --resolve --interface --stderr --trace --trace-ascii -y -Y -z --max-redirs'
  ).split(' '),
);
const leftOut = new Set(
  (
    '-F --form --form-string -T --upload-file -E --cert --key --cacert --capath --pass -x --proxy -U --proxy-user ' +
    '-K --config --aws-sigv4 --unix-socket --netrc-file'
  ).split(' '),
);
const long: Readonly<Record<string, string>> = {
  '-X': '--request',
  '-H': '--header',
  '-d': '--data',
  '-u': '--user',
  '-G': '--get',
  '-I': '--head',
  '-A': '--user-agent',
  '-e': '--referer',
  '-b': '--cookie',
};

type Reading = CurlRequest & { data: string[]; isJson: boolean };
type Effect = (to: Reading, value: string, name: string) => void;

const header =
  (name: string, before = ''): Effect =>
  (to, value) =>
    void to.headers.push([name, before + value]);

/** Text of the body, unless it is in a file. */
const data =
  (read = (value: string) => value): Effect =>
  (to, value, name) => {
    if (value.startsWith('@')) to.leftOut.push(`${name} ${value}`);
    else to.data.push(read(value));
  };

/** The options with a value that say what is sent. */
const effects: Readonly<Record<string, Effect>> = {
  '--request': (to, value) => Object.assign(to, { method: value }),
  '--url': (to, value) => Object.assign(to, { url: value }),
  '--header'(to, value) {
    const [, name, text = ''] = /^([^:]+):(.*)$/s.exec(value) ?? [];
    if (name !== undefined) to.headers.push([name.trim(), text.trim()]);
  },
  '--user'(to, value) {
    const [name = '', ...password] = value.split(':');
    to.user = { name, password: password.join(':') };
  },
  '--user-agent': header('User-Agent'),
  '--referer': header('Referer'),
  '--cookie': header('Cookie'),
  '--oauth2-bearer': header('Authorization', 'Bearer '),
  '--data': data(),
  '--data-ascii': data(),
  '--data-binary': data(),
  '--data-raw': (to, value) => void to.data.push(value),
  '--data-urlencode': data(urlencoded),
  '--json'(to, value, name) {
    data()(to, value, name);
    to.isJson = true;
  },
};

const hasValue = (name: string) => name in effects || ignored.has(name) || leftOut.has(name);

/** Reads a cURL command as bash, PowerShell or cmd write it. Nothing is sent. */
export function readCurl(text: string): CurlResult {
  const words = tokensOf(text);
  if (words === null) return { ok: false, problem: 'quotes' };
  const [program, ...rest] = words[0] === '$' ? words.slice(1) : words;
  if (program === undefined || !/(^|[\\/])curl(\.exe)?$/i.test(program)) return { ok: false, problem: 'not_curl' };

  const reading: Reading = {
    method: '',
    url: '',
    headers: [],
    user: null,
    body: null,
    leftOut: [],
    data: [],
    isJson: false,
  };
  let isGet = false;
  const queue = rest.flatMap(separated);
  while (queue.length > 0) {
    const word = queue.shift() ?? '';
    const name = long[word] ?? word;
    const value = hasValue(name) ? (queue.shift() ?? '') : '';
    if (!word.startsWith('-') || word === '-') reading.url ||= word;
    else if (leftOut.has(name)) reading.leftOut.push(`${name} ${value}`.trim());
    else if (name === '--get') isGet = true;
    else if (name === '--head') reading.method = 'HEAD';
    else effects[name]?.(reading, value, name);
  }
  const { data, isJson, ...request } = reading;
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(request.url)) request.url = `http://${request.url}`;
  if (!/^https?:/i.test(request.url) || !URL.canParse(request.url)) return { ok: false, problem: 'no_url' };

  const { username, password } = new URL(request.url);
  if (username !== '') request.user ??= { name: unescaped(username), password: unescaped(password) };
  const body = data.length === 0 ? null : data.join(isJson ? '' : '&');
  if (isGet && body !== null) request.url += `${request.url.includes('?') ? '&' : '?'}${body}`;
  request.body = isGet ? null : body;
  request.method = (request.method || (request.body === null ? 'GET' : 'POST')).toUpperCase();
  if (request.body !== null && !request.headers.some(([one]) => one.toLowerCase() === 'content-type'))
    request.headers.push(['Content-Type', isJson ? 'application/json' : 'application/x-www-form-urlencoded']);
  return { ok: true, request };
}

/** A part of a URL without its escapes. A percent sign that escapes nothing stays. */
export function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `content`, `=content` or `name=content`. */
function urlencoded(value: string): string {
  const [, name = '', content = value] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  return name === '' ? encodeURIComponent(content) : `${name}=${encodeURIComponent(content)}`;
}

/** `-sSXPOST` and `--request=POST` as the words that they stand for. */
function separated(word: string): string[] {
  const [, name = '', value = ''] = /^(--[a-z][\w-]*)=(.*)$/s.exec(word) ?? [];
  if (hasValue(name)) return [name, value];
  if (!/^-[a-zA-Z]./.test(word)) return [word];
  const letters = [...word.slice(1)].map((letter) => `-${letter}`);
  const last = letters.findIndex((letter) => hasValue(long[letter] ?? letter));
  if (last < 0) return letters;
  const rest = word.slice(last + 2);
  return [...letters.slice(0, last + 1), ...(rest === '' ? [] : [rest])];
}
