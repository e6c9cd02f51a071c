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
};

export type CurlResult = { ok: true; request: CurlRequest } | { ok: false; problem: 'not_curl' | 'no_url' | 'quotes' };

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
const takesValue = new Set(
  (
    '--request --header --data --data-raw --data-binary --data-ascii --data-urlencode --json --user --url --user-agent ' +
    '--referer --cookie --oauth2-bearer'
  ).split(' '),
);

/** Reads a cURL command as bash, PowerShell or cmd write it. Nothing is sent. */
export function readCurl(text: string): CurlResult {
  const words = tokensOf(text);
  if (words === null) return { ok: false, problem: 'quotes' };
  const [program, ...rest] = words[0] === '$' ? words.slice(1) : words;
  if (program === undefined || !/(^|[\\/])curl(\.exe)?$/i.test(program)) return { ok: false, problem: 'not_curl' };

  const found = { method: '', url: '', isGet: false, isJson: false, data: [] as string[] };
  const request: CurlRequest = { method: 'GET', url: '', headers: [], user: null, body: null, leftOut: [] };
  const queue = rest.flatMap(separated);
  while (queue.length > 0) {
    const word = queue.shift() ?? '';
    if (!word.startsWith('-') || word === '-') {
      found.url ||= word;
      continue;
    }
    const name = long[word] ?? word;
    if (ignored.has(name)) queue.shift();
    else if (leftOut.has(name)) request.leftOut.push(`${name} ${queue.shift() ?? ''}`.trim());
    else if (takesValue.has(name)) take(name, queue.shift() ?? '', found, request);
    else if (name === '--get') found.isGet = true;
    else if (name === '--head') found.method = 'HEAD';
  }
  if (found.url === '') return { ok: false, problem: 'no_url' };

  const data = found.data.length === 0 ? null : found.data.join(found.isJson ? '' : '&');
  request.url = /^[a-z][a-z\d+.-]*:\/\//i.test(found.url) ? found.url : `http://${found.url}`;
  if (!/^https?:/i.test(request.url) || !URL.canParse(request.url)) return { ok: false, problem: 'no_url' };
  if (found.isGet && data !== null) request.url += `${request.url.includes('?') ? '&' : '?'}${data}`;
  request.body = found.isGet ? null : data;
  request.method = (found.method || (request.body === null ? 'GET' : 'POST')).toUpperCase();
  const has = (name: string) => request.headers.some(([one]) => one.toLowerCase() === name);
  if (request.body !== null && !has('content-type'))
    request.headers.push(['Content-Type', found.isJson ? 'application/json' : 'application/x-www-form-urlencoded']);
  return { ok: true, request };
}

type Found = { method: string; url: string; isJson: boolean; data: string[] };

function take(name: string, value: string, found: Found, request: CurlRequest): void {
  switch (name) {
    case '--request':
      found.method = value;
      return;
    case '--url':
      found.url = value;
      return;
    case '--header': {
      const colon = value.indexOf(':');
      if (colon > 0) request.headers.push([value.slice(0, colon).trim(), value.slice(colon + 1).trim()]);
      return;
    }
    case '--user': {
      const [user = '', ...password] = value.split(':');
      request.user = { name: user, password: password.join(':') };
      return;
    }
    case '--user-agent':
      request.headers.push(['User-Agent', value]);
      return;
    case '--referer':
      request.headers.push(['Referer', value]);
      return;
    case '--cookie':
      request.headers.push(['Cookie', value]);
      return;
    case '--oauth2-bearer':
      request.headers.push(['Authorization', `Bearer ${value}`]);
      return;
    default:
      if (value.startsWith('@') && name !== '--data-raw') request.leftOut.push(`${name} ${value}`);
      else found.data.push(name === '--data-urlencode' ? urlencoded(value) : value);
      found.isJson ||= name === '--json';
  }
}

/** `content`, `=content` or `name=content`. */
function urlencoded(value: string): string {
  const [, name = '', content = value] = /^([^=]*)=(.*)$/s.exec(value) ?? [];
  return name === '' ? encodeURIComponent(content) : `${name}=${encodeURIComponent(content)}`;
}

/** `-sSXPOST` and `--request=POST` as the words that they stand for. */
function separated(word: string): string[] {
  const [, name, value] = /^(--[a-z][\w-]*)=(.*)$/s.exec(word) ?? [];
  if (name !== undefined && value !== undefined && (takesValue.has(name) || ignored.has(name) || leftOut.has(name)))
    return [name, value];
  if (!/^-[a-zA-Z]./.test(word)) return [word];
  const letters: string[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = `-${word[at]}`;
    letters.push(letter);
    const hasValue = takesValue.has(long[letter] ?? letter) || ignored.has(letter) || leftOut.has(letter);
    if (hasValue) return at + 1 < word.length ? [...letters, word.slice(at + 1)] : letters;
  }
  return letters;
}
