import { TextInput, type TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';

type Props = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  /** RFC 3339. */
  value: string | undefined;
  onChange: (time: string | undefined) => void;
};

/** A field for date and time to the second, where the reader is. */
export function TimeField({ value, onChange, ...input }: Props): ReactNode {
  return (
    <TextInput
      {...input}
      type="datetime-local"
      step={1}
      value={localOf(value)}
      onChange={({ currentTarget: { value: typed } }) =>
        onChange(typed === '' ? undefined : new Date(typed).toISOString())
      }
    />
  );
}

function localOf(time: string | undefined): string {
  const at = new Date(time ?? '');
  if (Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
