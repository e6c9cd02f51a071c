/** A part of a rendered document: HTML, or a template with its data that can be run. */
type DocPart =
  | { kind: 'html'; html: string }
  | { kind: 'example'; title: string; template: string; data: unknown[]; contentType: string };

/** A document of docs/ as the build renders it. `lead` is the start of its first paragraph, as text. */
export type Doc = { title: string; lead: string; parts: DocPart[] };
