/** One result of the doctor. */
export type Finding = { name: string; state: 'ok' | 'warning' | 'problem'; detail: string };
