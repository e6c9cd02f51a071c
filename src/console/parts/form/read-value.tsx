import { Input, Text } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { formFields, terms } from '../../messages/en.ts';

type Props = {
  label: string;
  /** Without one, a dash, or what is meant then. */
  value: string | boolean;
  /** The default, which counts without a value. */
  standard?: string | null;
  isCode?: boolean;
};

/** A field of a form that is only read: its label, and its value as text that can be selected. */
export function ReadValue({ label, value, standard = null, isCode = false }: Props): ReactNode {
  const id = useId();
  const isEmpty = value === '';
  const empty = standard === null ? terms.dash : formFields.standard(standard);
  const text = typeof value === 'boolean' ? (value ? formFields.on : formFields.off) : isEmpty ? empty : value;
  return (
    <div role="group" aria-labelledby={id}>
      <Input.Label component="div" id={id}>
        {label}
      </Input.Label>
      <Text
        size="md"
        className={isCode ? 'mono' : ''}
        style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}
        {...(isEmpty ? { c: 'dimmed' } : {})}
      >
        {text}
      </Text>
    </div>
  );
}
