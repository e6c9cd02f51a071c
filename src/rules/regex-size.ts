/**
 * Estimates the number of instructions that RE2 compiles a regular expression to, from its text alone: compile time
 * is proportional to it, and the `{1,1000}` of a short text can make a hundred thousand. A Unicode class counts as
 * two hundred, since its ranges are combined. For an invalid regular expression the number is meaningless.
 */
export function regexSize(source: string): number {
  const around: number[] = [];
  let classes = 0;
  let size = 0;
  let last = 0;
  for (let at = 0; at < source.length; at++) {
    const [sign, next] = [source[at], source[at + 1]];
    if (sign === '(') {
      around.push(size);
      [size, last] = [0, 0];
      continue;
    }
    if (sign === ')') {
      last = size + 2;
      size = (around.pop() ?? 0) + last;
      continue;
    }
    counted.lastIndex = at;
    const repeated = sign === '{' ? counted.exec(source) : null;
    if (repeated !== null) {
      const times = Math.max(1, Number(repeated[2] || repeated[1]) + (repeated[2] === '' ? 1 : 0));
      size += last * (times - 1);
      last *= times;
      at = counted.lastIndex - 1;
      continue;
    }
    last = 1;
    if (sign === '\\') {
      if (next === 'p' || next === 'P') classes += 1;
      at += 1;
    } else if (sign === '[') {
      const end = endOfClass(source, at);
      classes += source.slice(at, end).match(/\\[pP]/g)?.length ?? 0;
      at = end;
      last = 2;
    }
    size += last;
  }
  return around.reduce((sum, one) => sum + one, size) + 200 * classes;
}

/** `{2}`, `{2,}` or `{2,5}`. */
const counted = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;

/** The index of the bracket that closes the class; the last index of the text when none does. */
function endOfClass(source: string, start: number): number {
  const first = source[start + 1] === '^' ? start + 2 : start + 1;
  for (let at = source[first] === ']' ? first + 1 : first; at < source.length; at++) {
    if (source[at] === '\\') at += 1;
    else if (source.startsWith('[:', at)) at = Math.max(at, source.indexOf(':]', at) + 1);
    else if (source[at] === ']') return at;
  }
  return source.length - 1;
}
