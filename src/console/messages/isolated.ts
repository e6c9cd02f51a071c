/** Hebrew, Arabic, Syriac, Thaana and N’Ko, and the forms of the first two. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name amid other text: one that is written from right to left keeps its neighbours in their places. */
export function isolated(name: string): string {
  return rightToLeft.test(name) ? `\u2068${name}\u2069` : name;
}
