import { TextInput, type TextInputProps } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { formFields } from '../../messages/en.ts';
import { textOf, timeOf } from './time-text.ts';

type Props = Omit<TextInputProps, 'value' | 'onChange' | 'type'> & {
  /** RFC 3339. */
  value: string | undefined;
  /** undefined: what is typed is no time. */
  onChange: (time: string | undefined) => void;
};

/** A field for date and time to the second, with 24 hours, where the reader is. */
export function TimeField({ value, onChange, error, ...input }: Props): ReactNode {
  const [typed, write] = useState(() => textOf(value));
  // Another time from outside, such as a chosen range, is shown; the one that was typed stays as it was typed.
  const isTyped = !value || timeOf(typed, new Date())?.getTime() === Date.parse(value);
  const text = isTyped ? typed : textOf(value);
  const isNone = text.trim() !== '' && timeOf(text, new Date()) === undefined;
  return (
    <TextInput
      placeholder={formFields.timeHint}
      autoComplete="off"
      spellCheck={false}
      {...input}
      error={isNone ? formFields.localTime : error}
      value={text}
      onChange={({ currentTarget: { value: next } }) => {
        write(next);
        onChange(timeOf(next, new Date())?.toISOString());
      }}
      onBlur={() => isNone || write(textOf(timeOf(text, new Date())?.toISOString()))}
    />
  );
}
