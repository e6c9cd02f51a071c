import { isValue, scan } from './scanner.ts';

/**
 * A template that renders as the given one did when the newline directly after a value was removed, as in Squirrelly:
 * such a value gets the mark `-` at its end.
 */
export function withFormerLineBreaks(text: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const piece of scan(text).pieces) {
    if (piece.kind === 'text' || !isValue(piece) || piece.trimAfter !== '') continue;
    // Of `\r\n`, Squirrelly removes the `\r` only: the line break stays.
    if (!/^(?:\n|\r(?!\n))/.test(text.slice(piece.end, piece.end + 2))) continue;
    parts.push(text.slice(done, piece.contentEnd), /\s/.test(text[piece.contentEnd - 1] ?? '') ? '-' : ' -');
    done = piece.contentEnd;
  }
  return parts.join('') + text.slice(done);
}
