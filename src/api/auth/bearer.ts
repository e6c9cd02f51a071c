/** The token of an Authorization header; null without one. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer +([!-~]+) *$/i.exec(header ?? '')?.[1] ?? null;
}
