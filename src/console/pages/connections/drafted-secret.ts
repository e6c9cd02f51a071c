import type { CallInput } from '../../../client/client.ts';
import { writtenSecret } from '../../parts/form/form-fields.ts';
import type { SecretValue } from '../../parts/form/secret-field.tsx';

type Auth = NonNullable<CallInput<'replaceConnection'>['body']['auth']>;

/** A secret as a write takes it. */
export type WrittenSecret = Extract<Auth, { type: 'bearer' }>['token'];

/** `writtenSecret` for a body of this type. */
export const written = (value: SecretValue): WrittenSecret => writtenSecret(value) as WrittenSecret; // branded only on the server
