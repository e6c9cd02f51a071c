import { Checkbox, Input } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { type Right, rights } from '../../../contract/accounts/rights.ts';
import { terms, roles as words } from '../../messages/en.ts';
import { Note } from '../../parts/parts.ts';
import { areas, withRight } from './right-set.ts';
import css from './rights-table.module.css';

type Props = {
  /** A closed set: with each Manage its View. */
  value: readonly Right[];
  /** Those that may be ticked: the others are greyed, and a line below says why. */
  grantable: ReadonlySet<Right>;
  isDisabled: boolean;
  error?: ReactNode;
  onChange: (rights: Right[]) => void;
};

/** Areas as rows, with View and Manage to tick. */
export function RightsTable({ value, grantable, isDisabled, error, onChange }: Props): ReactNode {
  const id = useId();
  const isLacking = !isDisabled && areas.some(({ view, manage }) => [view, manage].some(isGrey));

  function isGrey(right: Right | undefined): boolean {
    return right !== undefined && !grantable.has(right) && !value.includes(right);
  }

  const box = (right: Right | undefined) =>
    right === undefined ? null : (
      <Checkbox
        aria-label={rights[right]}
        checked={value.includes(right)}
        disabled={isDisabled || isGrey(right)}
        {...(isLacking && isGrey(right) ? { 'aria-describedby': id, title: words.lacking } : {})}
        onChange={({ currentTarget }) => onChange(withRight(value, right, currentTarget.checked))}
      />
    );
  return (
    <div>
      <div className={css['frame']}>
        <table className={css['table']} aria-label={terms.rights}>
          <thead>
            <tr>
              <th scope="col">{words.area}</th>
              <th scope="col">{words.view}</th>
              <th scope="col">{words.manage}</th>
            </tr>
          </thead>
          <tbody>
            {areas.map(({ area, view, manage }) => (
              <tr key={area}>
                <th scope="row">
                  {words.areas[area]}
                  {words.areaNotes[area] === undefined ? null : <Note>{words.areaNotes[area]}</Note>}
                </th>
                <td>{box(view)}</td>
                <td>{box(manage)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {isLacking ? (
        <Note id={id} mt="xs">
          {words.lacking}
        </Note>
      ) : null}
      {error === undefined ? null : (
        <Input.Error mt="xs" role="alert">
          {error}
        </Input.Error>
      )}
    </div>
  );
}
