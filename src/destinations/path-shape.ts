import { scan } from '../template/parse/scanner.ts';
import { type PathShape, shapeOf } from './endpoint-url.ts';

/**
 * The shape of an Endpoint Path whatever its tags insert. null when it has more than insertions (`{{! }}`, blocks):
 * then its JavaScript decides the number of segments.
 */
export function pathShape(path: string): PathShape | null {
  const { pieces, error } = scan(path);
  if (error !== null) return null;
  let text = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') text += path.slice(piece.start, piece.end);
    else if (piece.kind === 'value' || piece.kind === 'raw') text += 'x';
    else return null;
  }
  return shapeOf(text);
}
