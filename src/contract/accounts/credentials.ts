// Without Zod: the console checks what people type by the same rules.

/** An e-mail address; no control characters besides. */
export const emailPattern = /^[^\s@]+@[^\s@]+$/;

/** A path of this server, in ASCII: no other origin, in any spelling that browsers accept. */
export const localPathPattern = /^\/([!-.0-[\]-~][!-~]*)?$/;
export const localPathMax = 1_000;

/** Length limits of a new password in characters (code points). The upper limit bounds the cost of hashing. */
export const passwordLength = { min: 12, max: 256 } as const;

/** Whether a new password has a length within the limits. */
export function lengthProblem(password: string): 'short' | 'long' | null {
  const { length } = Array.from(password);
  return length < passwordLength.min ? 'short' : length > passwordLength.max ? 'long' : null;
}
