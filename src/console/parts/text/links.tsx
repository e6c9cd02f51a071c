import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type OwnAnchor = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'color' | 'style'> & { ref?: Ref<HTMLAnchorElement> };

/** A link to a page of the console amid text, in the size of the text. */
export const TextLink = createLink((props: AnchorProps & OwnAnchor) => (
  <Anchor inherit underline="always" {...props} />
));

/** A link to a page of the console that stands alone. */
export const PlainLink = createLink((props: AnchorProps & OwnAnchor) => <Anchor inherit {...props} />);

/** A link to a page of the console that looks like a button. */
export const ButtonLink = createLink((props: ButtonProps & OwnAnchor) => <Button component="a" {...props} />);
