import { erased, quotedForms } from '../../../contract/erased-text.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';
import type { Work } from './erasure-work.ts';
import { textOf } from './sought.ts';

/** Numbers of deliveries that one step looks through for a quotation. */
const numbersAtOnce = 20_000;

/** A template that ends with a text of one record ends for all deliveries of its batch. */
export function eraseDetails({ db, sought }: Pick<Work, 'db' | 'sought'>, { at }: CursorOf<'details'>): Progress {
  const forms = sought === null ? [] : quotedForms(textOf(sought));
  const next = 'SELECT number FROM delivery WHERE number >= ? ORDER BY number LIMIT 1';
  const first = db.get<{ number: number }>(next, at)?.number;
  if (forms.length === 0 || first === undefined) return { phase: 'identities', after: [-1, ''] };
  db.run(
    `UPDATE delivery SET detail = '${erased}' WHERE number BETWEEN ?1 AND ?2 AND detail IS NOT NULL
       AND EXISTS (SELECT 1 FROM json_each(?3) WHERE instr(detail, value) > 0)`,
    first,
    first + numbersAtOnce - 1,
    JSON.stringify(forms),
  );
  return { phase: 'details', at: first + numbersAtOnce };
}
