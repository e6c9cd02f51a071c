type Shell = 'bash' | 'powershell' | 'cmd';

/** A piece of a word, and the text that the inner part of a match means. */
type Piece = readonly [pattern: RegExp, read: (inner: string) => string];

const same = (inner: string) => inner;

/** The pieces of words, tried in order: quoted texts, an escaped character, a single one. */
const pieces: Readonly<Record<Shell, readonly Piece[]>> = {
  bash: [
    [/'([^']*)'/y, same],
    [/\$'((?:[^'\\]|\\.)*)'/sy, ansiText],
    [/"((?:[^"\\]|\\.)*)"/sy, (inner) => inner.replaceAll(/\\(["\\$`])/g, '$1')],
    [/\\(.)/sy, same],
    [/((?!\$')[^'"])/y, same],
  ],
  powershell: [
    [/'((?:[^']|'')*)'(?!')/y, (inner) => inner.replaceAll("''", "'")],
    [/"((?:[^"`\\]|`.|\\"|\\(?!")|"")*)"(?!")/sy, (inner) => inner.replaceAll(/`(.)|\\(")|"(")/gs, '$1$2$3')],
    [/`(.)/sy, same],
    [/([^'"])/y, same],
  ],
  // Browsers write `^` before characters that cmd would read (`^"`, `^\^"`, `^%`), people write `\"` or `""`.
  cmd: [
    [
      /\^?"((?:\^?\\\^?"|""|\^(?!\\\^?")[^"]|[^"^\\]|\\(?!\^?"))*)(?:\^"|"(?!"))/sy,
      (inner) => inner.replaceAll(/\^?\\\^?"|""|\^(.)/gs, (all, escaped) => (all.endsWith('"') ? '"' : escaped)),
    ],
    [/\^([^"])/sy, same],
    [/([^"])/y, same],
  ],
};

/** The end of a line that continues in the next one. */
const continuation: Readonly<Record<Shell, RegExp>> = { bash: /\\\n/g, powershell: /`\n/g, cmd: /\^\n/g };

/** The words of a command line, without quotes; null when a quote is not closed. */
export function tokensOf(text: string): string[] | null {
  const shell = shellOf(text);
  const line = text.trim().replace(/\r\n?/g, '\n').replace(continuation[shell], ' ');
  const words: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < line.length; ) {
    if (/\s/.test(line.charAt(at))) {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
      continue;
    }
    const piece = pieceAt(line, at, pieces[shell]);
    if (piece === null) return null;
    word = (word ?? '') + piece.text;
    at = piece.end;
  }
  return word === null ? words : [...words, word];
}

function shellOf(text: string): Shell {
  if (/\^\r?\n|\^"/.test(text)) return 'cmd';
  return /`\r?\n|curl\.exe/.test(text) ? 'powershell' : 'bash';
}

/** null: a quote that is not closed. */
function pieceAt(line: string, at: number, kinds: readonly Piece[]): { text: string; end: number } | null {
  for (const [pattern, read] of kinds) {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) return { text: read(match[1] ?? ''), end: pattern.lastIndex };
  }
  return null;
}

const ansi: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

/** The text of `$'…'`, which browsers copy for texts with quotes and line breaks. */
function ansiText(inner: string): string {
  return inner.replaceAll(/\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis, (_all, unicode, hex, char) =>
    char === undefined ? String.fromCharCode(Number.parseInt(unicode ?? hex, 16)) : (ansi[char] ?? char),
  );
}
