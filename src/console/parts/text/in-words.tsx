import { Code } from '@mantine/core';
import type { ReactNode } from 'react';

/** A sentence of the template language; text between backticks is code. */
export function InWords({ text }: { text: string }): ReactNode {
  // Pieces repeat, so that a key needs the place; every second one stood between backticks.
  const pieces = text.split('`').map((piece, at) => ({ key: `${at} ${piece}`, piece, isCode: at % 2 === 1 }));
  return pieces.map(({ key, piece, isCode }) => (isCode ? <Code key={key}>{piece}</Code> : piece));
}
