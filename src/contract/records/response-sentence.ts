/** Longer responses are not looked at: an error message comes early, and lists read many responses. */
const lookedMax = 65_536;
const sentenceMax = 300;
const depthMax = 4;

/** The members that hold the sentence of a response, the most telling first. */
const names = [
  'message',
  'error_description',
  'detail',
  'error_message',
  'error',
  'errors',
  'reason',
  'title',
  'description',
];

/**
 * What a response says in words: the message of JSON, the title of HTML, or the first line of text. null: nothing that a person
 * could read.
 */
export function responseSentence(body: string): string | null {
  const text = body.slice(0, lookedMax).trim();
  if (text === '') return null;
  if (/^[[{"]/.test(text)) return body.length > lookedMax ? null : ofJson(text);
  if (text.startsWith('<')) return shortened(/<title[^>]*>([^<]*)</i.exec(text)?.[1] ?? '');
  return shortened(text.split('\n', 1)[0] ?? '');
}

function ofJson(text: string): string | null {
  try {
    return found(JSON.parse(text), depthMax);
  } catch {
    return null;
  }
}

function found(value: unknown, depth: number): string | null {
  if (typeof value === 'string') return shortened(value);
  if (typeof value !== 'object' || value === null || depth === 0) return null;
  if (Array.isArray(value)) return found(value[0], depth - 1);
  const members = new Map(Object.entries(value).map(([name, member]) => [name.toLowerCase(), member]));
  for (const name of names) {
    const sentence = found(members.get(name), depth - 1);
    if (sentence !== null) return sentence;
  }
  // A list of fields with what is wrong with each, such as {"errors": {"phone": ["is invalid"]}}.
  const [first] = members;
  if (depth === depthMax || first === undefined) return null;
  const inner = found(first[1], depth - 1);
  return inner === null ? null : shortened(`${first[0]}: ${inner}`);
}

function shortened(text: string): string | null {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return null;
  return line.length <= sentenceMax ? line : `${line.slice(0, sentenceMax - 1)}…`;
}
