import { Code, Text, type TextProps } from '@mantine/core';
import type { HTMLAttributes, ReactNode } from 'react';

type Props = TextProps & Pick<HTMLAttributes<HTMLElement>, 'id' | 'role' | 'title' | 'children'>;

/** A small remark in a quiet colour, below or beside the thing that it is about. */
export const Note = (props: Props): ReactNode => <Text c="dimmed" size="sm" {...props} />;

/** A sentence of the template language; text between backticks is code. */
export function InWords({ text }: { text: string }): ReactNode {
  // Pieces repeat, so that a key needs the place; every second one stood between backticks.
  const pieces = text.split('`').map((piece, at) => ({ key: `${at} ${piece}`, piece, isCode: at % 2 === 1 }));
  return pieces.map(({ key, piece, isCode }) => (isCode ? <Code key={key}>{piece}</Code> : piece));
}
