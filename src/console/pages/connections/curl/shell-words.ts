type Shell = 'bash' | 'powershell' | 'cmd';

/** The words of a command line, without quotes; null when a quote is not closed. */
export function tokensOf(text: string): string[] | null {
  const shell = shellOf(text);
  const line = text.trim().replace(/\r\n?/g, '\n').replace(continuation[shell], ' ');
  const words: string[] = [];
  let word: string | null = null;
  let at = 0;
  while (at < line.length) {
    const char = line[at] ?? '';
    if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
      at += 1;
      continue;
    }
    const read: Piece | null = pieceAt(line, at, shell);
    if (read === null) return null;
    word = (word ?? '') + read.text;
    at = read.end;
  }
  if (word !== null) words.push(word);
  return words;
}

/** A line that goes on in the next one ends differently in each shell. */
const continuation: Record<Shell, RegExp> = { bash: /\\\n/g, powershell: /`\n/g, cmd: /\^\n/g };

function shellOf(text: string): Shell {
  if (/\^\r?\n|\^"/.test(text)) return 'cmd';
  if (/`\r?\n|curl\.exe/.test(text)) return 'powershell';
  return 'bash';
}

type Piece = { text: string; end: number };

/** What stands at a place: a quoted stretch, an escaped character or a single one. null: a quote without end. */
function pieceAt(line: string, at: number, shell: Shell): Piece | null {
  const char = line[at] ?? '';
  const next = line[at + 1] ?? '';
  if (shell === 'cmd') {
    if (char === '^' && next !== '' && next !== '"') return { text: next, end: at + 2 };
    if (char === '"' || (char === '^' && next === '"')) return cmdQuoted(line, char === '^' ? at + 2 : at + 1);
    return { text: char, end: at + 1 };
  }
  if (char === "'") return singleQuoted(line, at + 1, shell);
  if (char === '"') return doubleQuoted(line, at + 1, shell);
  if (shell === 'bash' && char === '$' && next === "'") return ansiQuoted(line, at + 2);
  const escaper = shell === 'bash' ? '\\' : '`';
  if (char === escaper && next !== '') return { text: next, end: at + 2 };
  return { text: char, end: at + 1 };
}

function singleQuoted(line: string, from: number, shell: Shell): Piece | null {
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    if (line[at] !== "'") text += line[at];
    else if (shell === 'powershell' && line[at + 1] === "'") {
      text += "'";
      at += 1;
    } else return { text, end: at + 1 };
  }
  return null;
}

function doubleQuoted(line: string, from: number, shell: Shell): Piece | null {
  const escaper = shell === 'bash' ? '\\' : '`';
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    const [char = '', next = ''] = [line[at], line[at + 1]];
    if (char === escaper && (shell === 'powershell' || '"\\$`'.includes(next))) {
      text += next;
      at += 1;
    } else if (shell === 'powershell' && char === '\\' && next === '"') {
      text += '"';
      at += 1;
    } else if (char === '"' && shell === 'powershell' && next === '"') {
      text += '"';
      at += 1;
    } else if (char === '"') return { text, end: at + 1 };
    else text += char;
  }
  return null;
}

/** Browsers copy for cmd with `^` before what cmd would read: `^"`, `^\^"`, `^%`; people write `\"` or `""`. */
function cmdQuoted(line: string, from: number): Piece | null {
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    const rest = line.slice(at);
    const inner = /^(?:\^?\\\^?"|"")/.exec(rest)?.[0];
    if (inner !== undefined) {
      text += '"';
      at += inner.length - 1;
    } else if (rest.startsWith('^"') || rest.startsWith('"')) return { text, end: at + (rest.startsWith('^') ? 2 : 1) };
    else if (rest.startsWith('^') && rest.length > 1) {
      text += rest[1];
      at += 1;
    } else text += line[at];
  }
  return null;
}

const ansi: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

/** `$'…'`, as browsers copy texts with quotes and line breaks. */
function ansiQuoted(line: string, from: number): Piece | null {
  let text = '';
  for (let at = from; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === "'") return { text, end: at + 1 };
    if (char !== '\\') {
      text += char;
      continue;
    }
    const [code = '', hex] = /^u([0-9a-f]{4})|^x([0-9a-f]{2})/i.exec(line.slice(at + 1)) ?? [];
    const next = line[at + 1] ?? '';
    text += code === '' ? (ansi[next] ?? next) : String.fromCharCode(Number.parseInt(hex ?? code.slice(1), 16));
    at += code === '' ? 1 : code.length;
  }
  return null;
}
