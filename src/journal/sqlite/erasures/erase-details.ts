import { erased, quotedForms } from '../../../contract/erased-text.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';
import type { Work } from './erasure-work.ts';
import { textOf } from './sought.ts';

/** Numbers of deliveries that one step looks through for a quotation. */
const numbersAtOnce = 20_000;

const quotes = 'EXISTS (SELECT 1 FROM json_each(?1) WHERE instr(detail, value) > 0)';

/** A template that ends with a text of one record ends for all deliveries of its batch. A hold quotes what set it. */
export function eraseDetails({ db, sought: of }: Pick<Work, 'db' | 'sought'>, { at }: CursorOf<'details'>): Progress {
  const forms = of === null ? [] : quotedForms(textOf(of));
  const next = 'SELECT number FROM delivery WHERE number >= ? ORDER BY number LIMIT 1';
  const first = db.get<{ number: number }>(next, at)?.number;
  if (forms.length === 0) return { phase: 'identities', after: [-1, ''] };
  const sought = JSON.stringify(forms);
  if (first === undefined) {
    db.run(`UPDATE gate SET detail = '${erased}' WHERE ${quotes}`, sought);
    return { phase: 'identities', after: [-1, ''] };
  }
  db.run(
    `UPDATE delivery SET detail = '${erased}' WHERE number BETWEEN ?2 AND ?3 AND detail IS NOT NULL AND ${quotes}`,
    sought,
    first,
    first + numbersAtOnce - 1,
  );
  return { phase: 'details', at: first + numbersAtOnce };
}
