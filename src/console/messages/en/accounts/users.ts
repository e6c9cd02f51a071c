import { count } from '../../counts.ts';
import { terms } from '../terms.ts';

/** Words of the users. */
export const users = {
  title: 'Users',
  lead: 'Who can sign in, and with which roles',
  filterBy: 'e-mail',
  create: 'New User',
  invited: 'no password yet',
  sso: 'SSO',
  you: 'You',
  emptyText: 'Invite colleagues. Each signs in with an e-mail and password; access depends on their roles.',
  emailHint: 'Used to sign in. We don’t send e-mail to it.',
  wrongEmail: 'Enter an e-mail address.',
  entry: 'First sign-in',
  entries: { invitation: 'Invitation link', password: 'Password' },
  invitationHint:
    'You’ll get a link to share. It lets this person set a password, works once and expires in seven days.',
  passwordHint: '12 to 256 characters. Share it separately from the e-mail.',
  newPassword: 'New password',
  newPasswordHint: '12 to 256 characters. Leave empty to keep the current one. A new password signs this user out.',
  ownPassword: 'Change your own password in Account.',
  isEnabledHint: 'When disabled, the user is signed out and can’t sign in; their API tokens are suspended.',
  rolesText: 'Rights combine. Without a role a user can sign in but sees nothing.',
  rolesSso: 'This person signs in with SSO: the roles follow the groups there at each sign-in.',
  lacks: (rights: string) => `Includes rights you don’t have: ${rights}.`,
  onlyAdministrators: 'Only administrators can assign this role.',
  readOnly: 'To change users you need the right “Manage Users”: ask an administrator.',
  protected: 'Only administrators can change an administrator.',
  changed: { enabled: terms.enabledNow, disabled: (email: string) => `${email} disabled` },
  invite: 'New invitation',
  inviteTitle: (email: string) => `New invitation for ${email}?`,
  inviteText:
    'You’ll get a link that lets this person set a new password. Earlier links stop working; the current password works until then.',
  invitationTitle: (email: string) => `Invitation for ${email}`,
  invitationText:
    'Copy it now; it won’t be shown again. Anyone with the link can set the password, so share it privately. It works once and expires in seven days.',
  invitation: 'Invitation link',
  deleteText: (tokens: number | null) =>
    `${tokens === null || tokens === 0 ? 'All sessions end' : `All sessions and ${count.tokens(tokens)} stop working`} at once. This person’s configuration and audit log entries are kept.`,
  deleteYou: 'This is you: you’ll be signed out and can’t sign in again.',
} as const;
