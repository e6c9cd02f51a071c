/**
 * A test of whole texts against a pattern in which `*` stands for any run of characters, none included, and `?` for
 * exactly one (a code point). Nothing escapes them. The time is at most the text's length times the pattern's: a failed
 * run goes back to the last star only.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  if (!/[*?]/.test(pattern)) return (text) => text === pattern;
  const tokens = [...pattern.replace(/\*+/g, '*')];

  return (text) => {
    let at = 0;
    let token = 0;
    let starToken = -1;
    let starAt = 0;
    while (at < text.length) {
      const wanted = tokens[token];
      const width = wanted === undefined ? 0 : widthAt(text, at, wanted);
      if (wanted === '*') {
        starToken = token;
        starAt = at;
        token += 1;
      } else if (width > 0) {
        at += width;
        token += 1;
      } else if (starToken >= 0) {
        starAt += pointWidth(text, starAt);
        at = starAt;
        token = starToken + 1;
      } else {
        return false;
      }
    }
    if (tokens[token] === '*') token += 1;
    return token === tokens.length;
  };
}

/** How many code units of the text at this place the token takes; 0 when it doesn't fit. */
function widthAt(text: string, at: number, token: string): number {
  if (token === '?') return pointWidth(text, at);
  return text.startsWith(token, at) && pointWidth(text, at) === token.length ? token.length : 0;
}

function pointWidth(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
