import { Button, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { RouteResponse } from '../../../client/client.ts';
import type { Right } from '../../../contract/accounts/rights.ts';
import { terms, tokens as words } from '../../messages/en.ts';
import { controlsOf } from '../../parts/form/form-controls.tsx';
import { asked, type DraftOf, type FieldWords, needed, text } from '../../parts/form/form-fields.ts';
import { ShownOnce } from '../../parts/form/shown-once.tsx';
import { useEditor } from '../../parts/form/use-editor.tsx';
import { Panel } from '../../parts/parts.ts';
import { RightsTable } from '../../parts/rights/rights-table.tsx';
import { useMe } from '../../session/rights.ts';
import { client } from '../../session/session.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';

type Span = keyof typeof words.spans;

const fields = { name: needed(text('name')), span: asked<Span>('90') };
const labels: Readonly<Record<keyof typeof fields, FieldWords>> = {
  name: [terms.name, words.nameHint],
  span: [terms.expires, words.expiresHint],
};
type TokenDraft = DraftOf<typeof fields> & { rights: readonly Right[] };

export function NewTokenPage(): ReactNode {
  const navigate = useNavigate();
  const me = useMe();
  const [made, show] = useState<RouteResponse<'createMyToken'> | null>(null);
  const toList = () => void navigate({ to: '/settings/tokens' });
  const { draft, errors, isSaving, change, save, form, frame } = useEditor({
    draftKey: 'token.new',
    stored: null,
    draftOf: (): TokenDraft => ({ name: '', span: '90', rights: [] }),
    problemsOf: ({ name, rights }): Record<string, string> => ({
      ...(name.trim() === '' ? { name: terms.enterName } : {}),
      ...(rights.length === 0 ? { rights: words.needsRight } : {}),
    }),
    create: ({ name, rights, span }) =>
      client().call('createMyToken', { body: { name: name.trim(), rights: [...rights], expiresAt: endOf(span) } }),
    blockedBy: null,
    how: 'make',
    onSaved: show,
    onCancel: toList,
  });
  const field = controlsOf(fields, {}, labels, form);
  return (
    <Page title={words.create} crumbs={[settingsCrumb, { label: words.title, to: '/settings/tokens' }]}>
      {frame(
        <Stack maw="46rem">
          <Panel title={words.details}>
            {field('name')}
            {field('span', {
              options: words.spans,
              error: errors['expiresAt'],
              ...(draft.span === 'never' ? { description: words.neverText } : {}),
            })}
          </Panel>
          <Panel title={terms.rights} text={words.rightsText}>
            <RightsTable
              value={draft.rights}
              grantable={new Set(me?.rights ?? [])}
              isDisabled={false}
              error={errors['rights']}
              onChange={(rights) => change({ rights })}
            />
          </Panel>
        </Stack>,
        {
          editing: (
            <Button variant="filled" loading={isSaving} onClick={() => save()}>
              {words.make}
            </Button>
          ),
        },
      )}
      <ShownOnce
        value={made?.token ?? null}
        title={terms.createdNow(made?.name ?? '')}
        text={words.madeText}
        label={words.details}
        copy={words.copy}
        done={terms.done}
        onDone={toList}
      />
    </Page>
  );
}

/** When a token ends that is made now; null: never. */
function endOf(span: Span): string | null {
  return span === 'never' ? null : new Date(Date.now() + Number(span) * 86_400_000).toISOString();
}
