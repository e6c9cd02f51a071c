import { ActionIcon, Anchor, Button, Group, Input, Skeleton, Text, Title, Tooltip } from '@mantine/core';
import { type ReactNode, type RefObject, Suspense, useEffect, useId, useState } from 'react';
import type { KnownFields } from '../../../editor/fields.ts';
import type { TemplateFinding } from '../../../editor/findings.ts';
import type { EditorHandle } from '../../../editor/template-editor.tsx';
import { count, destinations, terms } from '../../../messages/en.ts';
import { Icon, type IconName, InWords, Note, notifyDone } from '../../../parts/parts.ts';
import { lazyPart } from '../../../shell/lazy-part.ts';
import css from './destination-editor.module.css';
import type { FormProps } from './destination-form.tsx';

const words = destinations.template;

// Heavy, and only needed where a template is edited.
const Editor = lazyPart(() => import('../../../editor/template-editor.tsx'), 'TemplateEditor');
const Help = lazyPart(() => import('./template-help.tsx'), 'TemplateHelp');
const Starters = lazyPart(() => import('./template-starters.tsx'), 'TemplateStarters');

type Props = FormProps & {
  known: KnownFields;
  findings: readonly TemplateFinding[];
  handle: RefObject<EditorHandle | null>;
  isFull: boolean;
  onFull: (isFull: boolean) => void;
  onFindings: (findings: TemplateFinding[]) => void;
  onRun: () => void;
  isNew: boolean;
  /** Edit or Save, for the full screen. */
  save: ReactNode;
};

/** The template: its editor, what can be done with it, and what is to say about it. */
export function TemplateField(props: Props): ReactNode {
  const { draft, stored, errors, known, isDisabled, findings, handle, isFull, onFull, onChange } = props;
  const { template: saved } = stored;
  const [isHelpOpen, openHelp] = useState(false);
  const hint = useId();
  const title = useId();
  const tool = (icon: IconName, label: string, act: () => void) => (
    <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Icon name={icon} />} onClick={act}>
      {label}
    </Button>
  );
  /** A tool that everyone knows by its icon. */
  const sign = (icon: IconName, label: string, act: () => void) => (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={act}>
        <Icon name={icon} />
      </ActionIcon>
    </Tooltip>
  );

  useEffect(() => {
    if (!isFull) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onFull(false);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [isFull, onFull]);

  return (
    <div className={css['template']}>
      <section className={css['panel']} aria-labelledby={title}>
        <Group gap={4}>
          <Title order={2} id={title} me="auto">
            {terms.template}
          </Title>
          {isDisabled ? null : (
            <>
              <Suspense>
                <Starters
                  onTake={({ template, contentType }) => {
                    handle.current?.replace(template);
                    onChange({ contentType });
                  }}
                />
              </Suspense>
              {tool('format', words.format, () => {
                if (handle.current?.format() === false) notifyDone(words.inOrder);
              })}
              {sign('undo', terms.undo, () => handle.current?.undo())}
              {sign('redo', words.redo, () => handle.current?.redo())}
              {draft.template === saved ? null : tool('clock', words.revert, () => handle.current?.replace(saved))}
            </>
          )}
          {sign('search', terms.find, () => handle.current?.search())}
          {tool('help', words.help, () => openHelp(true))}
          {isFull
            ? tool('expand', words.leaveFullScreen, () => onFull(false))
            : sign('expand', words.fullScreen, () => onFull(true))}
          {isFull ? props.save : null}
        </Group>
        {props.isNew ? <Text c="dimmed">{words.text}</Text> : null}
        <Suspense fallback={<Skeleton height={260} aria-label={words.loading} />}>
          <Editor
            label={terms.template}
            describedBy={hint}
            value={draft.template}
            onChange={(template) => onChange({ template })}
            contentType={draft.contentType}
            escape={draft.escape}
            known={known}
            onFindings={props.onFindings}
            onRun={props.onRun}
            isDisabled={isDisabled}
            handle={handle}
          />
        </Suspense>
        {errors['template'] === undefined ? null : <Input.Error>{errors['template']}</Input.Error>}
        <Findings findings={findings} handle={handle} isDisabled={isDisabled}>
          <Note id={hint}>{words.hint}</Note>
        </Findings>
      </section>
      <Suspense>
        {isHelpOpen ? (
          <Help
            onClose={() => openHelp(false)}
            onTake={
              isDisabled
                ? null
                : (template) => {
                    openHelp(false);
                    handle.current?.replace(template);
                  }
            }
          />
        ) : null}
      </Suspense>
    </div>
  );
}

type FindingsProps = Pick<Props, 'findings' | 'handle' | 'isDisabled'> & { children: ReactNode };

function Findings({ findings, handle, isDisabled, children }: FindingsProps): ReactNode {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const counts = [...(errors > 0 ? [count.errors(errors)] : []), ...(warnings > 0 ? [count.warnings(warnings)] : [])];
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Note role="status">{findings.length === 0 ? words.fine : counts.join(', ')}</Note>
        {children}
      </Group>
      {findings.length === 0 ? null : (
        <ul className={css['findings']} aria-label={words.problems}>
          {findings.map((finding) => {
            const { severity, message, line, column, from, to, fix } = finding;
            return (
              <li key={`${from} ${message}`} data-severity={severity}>
                <Icon name={severity === 'error' ? 'cross' : 'alert'} size={14} />
                <span>
                  <strong>{severity === 'error' ? words.error : words.warning}</strong>{' '}
                  <Anchor
                    component="button"
                    size="sm"
                    miw={24}
                    mih={24}
                    underline="always"
                    aria-label={terms.goTo(line, column)}
                    onClick={() => handle.current?.goTo({ from, to })}
                  >
                    {words.place(line, column)}
                  </Anchor>{' '}
                  <InWords text={message} />
                </span>
                {fix === undefined || isDisabled ? null : (
                  <Button size="compact-sm" onClick={() => handle.current?.fix(finding)}>
                    {fix.label}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
