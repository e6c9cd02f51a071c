import { Fieldset, Input, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { privacy, terms } from '../../messages/en.ts';
import { controlsOf, type Errors } from './form-controls.tsx';
import { choice, lines } from './form-fields.ts';
import { firstDetail, maskFields, type PrivacyDraft } from './privacy-draft.ts';
import { RowList } from './row-list.tsx';

const words = privacy.fields;

type Props = {
  draft: PrivacyDraft;
  errors: Errors;
  isDisabled: boolean;
  onChange: (change: Partial<PrivacyDraft>) => void;
};

/** Privacy at `privacy` of a body: fields of events that are dropped, fields that are masked, IP addresses. */
export function PrivacyFields({ draft, errors, isDisabled, onChange }: Props): ReactNode {
  const form = { draft, stored: draft, errors, isDisabled, onChange };
  const field = controlsOf(
    { drop: lines('privacy.drop'), maskIp: choice<boolean>('privacy.maskIp') },
    {},
    { drop: [words.drop, words.dropHint], maskIp: [words.maskIp, words.maskIpHint] },
    form,
  );
  return (
    <>
      {field('drop')}
      <Fieldset legend={<Input.Label component="span">{words.masks}</Input.Label>} variant="unstyled" p={0} m={0}>
        <Stack gap="sm">
          <RowList
            list={draft.masks}
            empty={{ field: '', by: 'hash', detail: '' }}
            words={{ add: words.add, remove: (mask) => words.remove(mask.field === '' ? words.newField : mask.field) }}
            columns="minmax(0, 1fr) minmax(0, 1.2fr) minmax(0, 1fr)"
            isDisabled={isDisabled}
            onChange={(masks) => onChange({ masks })}
          >
            {(mask, at, change) => {
              const { by } = mask;
              const cell = controlsOf(
                maskFields(by, at),
                {},
                { field: [terms.field], by: [words.by], detail: [by === 'last' ? words.characters : words.text_] },
                {
                  draft: mask,
                  stored: mask,
                  errors,
                  isDisabled,
                  // Another method has another detail.
                  onChange: (next) => change(next.by === undefined ? next : { ...next, detail: firstDetail[next.by] }),
                },
              );
              return (
                <>
                  {cell('field', { 'aria-label': words.fieldOf(at + 1) })}
                  <div style={by === 'hash' ? { gridColumn: 'span 2' } : undefined}>
                    {cell('by', { 'aria-label': words.byOf(at + 1), options: words.ways })}
                  </div>
                  {by === 'hash' ? null : cell('detail', { 'aria-label': words.detailOf(at + 1) })}
                </>
              );
            }}
          </RowList>
        </Stack>
      </Fieldset>
      {field('maskIp')}
    </>
  );
}
