import { Checkbox, Input, Text, VisuallyHidden } from '@mantine/core';
import { Fragment, type ReactNode, useId } from 'react';
import { type Right, rights } from '../../../contract/accounts/rights.ts';
import { terms, roles as words } from '../../messages/en.ts';
import { bindChecked } from '../form/bind.ts';
import { Icon, Note, ShortTable } from '../parts.ts';
import { areas, withRight } from './right-set.ts';

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
    right === undefined ? null : isDisabled ? (
      <ReadRight right={right} isGranted={value.includes(right)} />
    ) : (
      <Checkbox
        aria-label={rights[right]}
        {...bindChecked(value.includes(right), (isChecked) => onChange(withRight(value, right, isChecked)))}
        disabled={isGrey(right)}
        {...(isLacking && isGrey(right) ? { 'aria-describedby': id, title: words.lacking } : {})}
      />
    );
  return (
    <div>
      <ShortTable
        label={terms.rights}
        head={[words.area, words.view, words.manage]}
        rows={areas.map(({ area, view, manage }) => ({
          key: area,
          cells: [
            <Fragment key="area">
              {words.areas[area]}
              {words.areaNotes[area] === undefined ? null : <Note>{words.areaNotes[area]}</Note>}
            </Fragment>,
            box(view),
            box(manage),
          ],
        }))}
      />
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

/** A right in a role that is only read. */
function ReadRight({ right, isGranted }: { right: Right; isGranted: boolean }): ReactNode {
  return isGranted ? (
    <>
      <Icon name="check" size={14} />
      <VisuallyHidden>{rights[right]}</VisuallyHidden>
    </>
  ) : (
    <Text span c="dimmed">
      {terms.dash}
    </Text>
  );
}
