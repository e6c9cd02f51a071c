import { type ReactNode, useState } from 'react';
import { parts } from '../../messages/en.ts';
import { SearchedSelect, type SelectProps } from '../form/searched-select.tsx';
import { type Searched, useFound, useFoundName } from './found.ts';

type Props = Omit<SelectProps, 'groups' | 'onSearch'> & {
  searched: Searched;
  /** The name of what is chosen; else as everywhere. */
  nameOf?: (id: string) => string;
};

/** A field that chooses a document, which the server searches. */
export function DocumentField({ searched, nameOf, value, onToggle, ...field }: Props): ReactNode {
  const [text, write] = useState('');
  const [isOpen, open] = useState(false);
  const foundName = useFoundName();
  const { found, isSettled } = useFound(searched, text, isOpen);
  const options = found.map((one) => ({ ...one, isFound: isSettled }));
  const isListed = value === '' || found.some((one) => one.value === value);
  // Nothing is asked about a value that is empty, or whose name is in the list.
  const label = isListed ? '' : (nameOf ?? ((id) => foundName(searched, id)))(value);
  return (
    <SearchedSelect
      placeholder={parts.any}
      isClearable
      {...field}
      value={value}
      groups={[{ items: isListed ? options : [{ value, label }, ...options] }]}
      onSearch={write}
      onToggle={(next) => {
        open(next);
        onToggle?.(next);
      }}
    />
  );
}
