import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { parts } from '../../messages/en.ts';
import { Icon } from '../parts.ts';

type Props = {
  label?: string;
  hint?: string;
  className?: string;
  value: string;
  /** Told shortly after the last letter; undefined: the box is empty. */
  onChange: (text: string | undefined) => void;
};

/** The text that filters a list. */
export function FilterBox({ label = parts.filter, hint = label, className, value, onChange }: Props): ReactNode {
  const [text, write] = useState(value);
  const router = useRouter();
  // Not when a link was followed since: that would stay on this page.
  const tell = useDebouncedCallback((next: string, at: string) => {
    if (router.latestLocation.pathname === at) onChange(next === '' ? undefined : next);
  }, 200);
  useEffect(() => write(value), [value]);
  return (
    <TextInput
      className={className ?? ''}
      aria-label={label}
      placeholder={hint}
      leftSection={<Icon name="search" size={14} />}
      data-key-filter
      value={text}
      onChange={(event) => {
        write(event.currentTarget.value);
        tell(event.currentTarget.value, router.latestLocation.pathname);
      }}
    />
  );
}
