import { Title } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { InWords, Note } from '../parts.ts';
import css from './form.module.css';

type FoldedProps = {
  /** The line that is shown instead of the section; a click on it opens the section. */
  summary: ReactNode;
  isOpenAtFirst?: boolean;
  hasErrors: boolean;
  children: ReactNode;
};

/** A part of a form in one line, until it is opened or something in it is wrong. */
export function Folded({ summary, isOpenAtFirst = false, hasErrors, children }: FoldedProps): ReactNode {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  if (hasErrors && !isOpen) setOpen(true);
  return (
    <details
      className={css['advanced']}
      open={isOpen}
      onToggle={({ currentTarget }) => {
        // It opens again while it has a problem, which would be out of sight.
        currentTarget.open ||= hasErrors;
        setOpen(currentTarget.open);
      }}
    >
      <summary>{summary}</summary>
      {children}
    </details>
  );
}

type AdvancedProps = { title: string; text: string; hasErrors: boolean; children: ReactNode };

/** The part of a form that has good defaults. */
export function Advanced({ title, text, hasErrors, children }: AdvancedProps): ReactNode {
  return (
    <Folded summary={title} hasErrors={hasErrors}>
      <Note mt="xs">{text}</Note>
      {children}
    </Folded>
  );
}

type SectionProps = { title: string; text?: string; children: ReactNode };

/** A part of a long form. */
export function Section({ title, text, children }: SectionProps): ReactNode {
  const id = useId();
  return (
    <section className={css['section']} aria-labelledby={id}>
      <div>
        <Title order={3} id={id}>
          {title}
        </Title>
        {text === undefined ? null : (
          <Note>
            <InWords text={text} />
          </Note>
        )}
      </div>
      {children}
    </section>
  );
}
