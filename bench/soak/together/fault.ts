/** A broken guarantee. `about`: ids of what it was seen with, for the report. */
export type Fault = { readonly guarantee: string; readonly sentence: string; readonly about: readonly string[] };
