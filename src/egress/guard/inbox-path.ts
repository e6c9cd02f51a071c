/**
 * Whether a URL's path is under `/inbox/` for every server that may read it: no segment changes the path, however
 * often it is decoded. False for escapes that are nested deeper than `DECODED_MAX`. Values in a path may contain encoded
 * slashes, spaces and letters of any language.
 */
export function isInboxPath({ pathname }: { readonly pathname: string }): boolean {
  if (!pathname.startsWith(ROOT) || BAD_ESCAPE.test(pathname)) return false;
  let path = pathname;
  for (let times = 0; times <= DECODED_MAX; times++) {
    if (!isPlain(path) || hasUnsafeByte(path)) return false;
    if (!ESCAPE.test(path)) return true;
    path = decoded(path);
  }
  return false;
}

/** Each decoding reads the whole path, whose length a sender may choose. */
const DECODED_MAX = 8;

function isPlain(path: string): boolean {
  const segments = path.slice(ROOT.length).split('/');
  return segments.every((segment, i) => {
    // Some servers treat the text after a semicolon as parameters of the segment.
    const [name = ''] = segment.split(';');
    return segment === '' ? i > 0 && i === segments.length - 1 : name !== '.' && name !== '..';
  });
}

/** Control characters, backslashes, and the first bytes of overlong UTF-8 forms of ASCII characters. */
function hasUnsafeByte(path: string): boolean {
  for (let i = 0; i < path.length; i++) {
    const byte = path.charCodeAt(i);
    if (byte < 0x20 || byte === 0x7f || byte === 0x5c || byte === 0xc0 || byte === 0xc1) return true;
  }
  return false;
}

/** Decodes byte by byte, so that nothing fails to decode: only ASCII matters here. */
function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

const ROOT = '/inbox/';
const ESCAPE = /%[0-9a-f]{2}/i;
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i;
