import { Text, type TextProps } from '@mantine/core';
import type { HTMLAttributes, ReactNode } from 'react';

type Props = TextProps & Pick<HTMLAttributes<HTMLElement>, 'id' | 'role' | 'title' | 'children'>;

/** A small remark in a quiet colour, below or beside the thing that it is about. */
export const Note = (props: Props): ReactNode => <Text c="dimmed" size="sm" {...props} />;
