import { Button, NativeSelect, Stack, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useRef, useState } from 'react';
import type { Right } from '../../../contract/accounts/rights.ts';
import { useApi } from '../../data/api.ts';
import { fieldErrors } from '../../data/field-errors.ts';
import { parts } from '../../messages/en/parts.ts';
import { terms } from '../../messages/en/terms.ts';
import { tokens as words } from '../../messages/en/tokens.ts';
import { options } from '../../parts/form/options.ts';
import { SaveBar } from '../../parts/form/save-bar.tsx';
import { ShownOnce } from '../../parts/form/shown-once.tsx';
import { useUnsavedGuard } from '../../parts/form/unsaved-guard.tsx';
import { useDraft } from '../../parts/form/use-draft.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Problem } from '../../parts/problem.tsx';
import { useMe } from '../../session/rights.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { RightsTable } from '../roles/rights-table.tsx';

type Span = keyof typeof words.spans;
type TokenDraft = { name: string; span: Span; rights: readonly Right[] };

const emptyDraft: TokenDraft = { name: '', span: '90', rights: [] };

export function NewTokenPage(): ReactNode {
  const navigate = useNavigate();
  const me = useMe();
  const draft = useDraft('token.new', emptyDraft);
  const [wrong, setWrong] = useState<Readonly<Record<string, string>>>({});
  const [made, show] = useState<{ name: string; token: string } | null>(null);
  const create = useApi('createMyToken');
  const guard = useUnsavedGuard(draft.isDirty, draft.forget);
  const name = useRef<HTMLInputElement>(null);
  const told = fieldErrors(create.error);
  const errors = { ...told, ...wrong };
  const toList = () => void navigate({ to: '/settings/tokens' });

  function change(next: Partial<TokenDraft>) {
    draft.set((present) => ({ ...present, ...next }));
    setWrong({});
    create.reset();
  }
  function make() {
    const { span, rights } = draft.value;
    const trimmed = draft.value.name.trim();
    const found = {
      ...(trimmed === '' ? { name: terms.enterName } : {}),
      ...(rights.length === 0 ? { rights: words.needsRight } : {}),
    };
    setWrong(found);
    if (found.name !== undefined) name.current?.focus();
    if (Object.keys(found).length > 0) return;
    create.mutate(
      { body: { name: trimmed, rights: [...rights], expiresAt: endOf(span) } },
      {
        onSuccess(answer) {
          draft.forget();
          guard.release();
          show(answer);
        },
      },
    );
  }
  useHotkeys([['mod+S', make]], []);

  return (
    <Page title={words.create} crumbs={[settingsCrumb, { label: words.title, to: '/settings/tokens' }]}>
      {draft.notice}
      <Stack maw="46rem">
        <Panel title={words.details}>
          <TextInput
            ref={name}
            label={terms.name}
            description={words.nameHint}
            value={draft.value.name}
            onChange={({ currentTarget }) => change({ name: currentTarget.value })}
            error={errors['name']}
            required
          />
          <NativeSelect
            label={terms.expires}
            description={draft.value.span === 'never' ? words.neverText : words.expiresHint}
            maw="16rem"
            value={draft.value.span}
            onChange={({ currentTarget }) => change({ span: currentTarget.value as Span })} // one of the options
            data={options(words.spans)}
            error={errors['expiresAt']}
          />
        </Panel>
        <Panel title={terms.rights} text={words.rightsText}>
          <RightsTable
            value={draft.value.rights}
            grantable={new Set(me?.rights ?? [])}
            isDisabled={false}
            error={errors['rights']}
            onChange={(rights) => change({ rights })}
          />
        </Panel>
        {create.error !== null && Object.keys(told).length === 0 ? <Problem error={create.error} /> : null}
      </Stack>
      <SaveBar isDirty={draft.isDirty && made === null}>
        <Button loading={create.isPending} disabled={made !== null} onClick={make}>
          {words.make}
        </Button>
        <Button variant="subtle" color="gray" onClick={toList}>
          {parts.cancel}
        </Button>
      </SaveBar>
      {guard.dialog}
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
