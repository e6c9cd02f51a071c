import { NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { connections as words } from '../../messages/en/connections.ts';
import { options } from '../../parts/options.ts';
import { authTypes, type Filters, states, uses } from './connections-list.ts';

type Props = { search: Filters; onChange: (change: Filters & { cursor?: undefined }) => void };

/** The list's filters with closed lists of values. */
export function ConnectionsFilters({ search, onChange }: Props): ReactNode {
  const w = words.filters;
  return (
    <>
      <Choice
        name={words.state}
        any={words.anyState}
        table={w.states}
        value={search.status}
        onChange={(value) => onChange({ status: states.find((one) => one === value), cursor: undefined })}
      />
      <Choice
        name={words.columns.auth}
        any={w.anyAuth}
        table={words.details.authTypes}
        value={search.auth}
        onChange={(value) => onChange({ auth: authTypes.find((one) => one === value), cursor: undefined })}
      />
      <Choice
        name={w.use}
        any={w.anyUse}
        table={w.uses}
        value={search.used}
        onChange={(value) => onChange({ used: uses.find((one) => one === value), cursor: undefined })}
      />
    </>
  );
}

type ChoiceProps = {
  name: string;
  any: string;
  table: Readonly<Record<string, string>>;
  value: string | undefined;
  onChange: (value: string) => void;
};

function Choice({ name, any, table, value, onChange }: ChoiceProps): ReactNode {
  return (
    <NativeSelect
      aria-label={name}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: '', label: any }, ...options(table)]}
    />
  );
}
