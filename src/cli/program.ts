import type { SealingState } from '../contract/sealing.ts';
import type { Secret } from '../contract/secret.ts';

/** What the commands are handed: the rest of the program, and the world around it. */
export type Deps = {
  version: string;
  /** The settings that the commands which run the server take as flags. */
  flags: readonly Flag[];
  /**
   * Reads the configuration; `flags` by setting name, beside them `config`; `presets` hold where nothing else is set.
   * Throws an Error of one clear line.
   */
  configure(flags: Flags, presets?: Flags): Program;
  /** Renders a template without a server. */
  renderTemplate(input: RenderTemplate): Promise<RenderedTemplate>;
  stdout: Output;
  stderr: Output;
  readStdin(): Promise<string>;
  /** Variables that files of `apply` may refer to. */
  env: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** Resolves with the name of the first signal that asks for an end; a later one ends the process at once. */
  untilSignal(): { signal: Promise<string>; [Symbol.dispose](): void };
};

export type Flags = Readonly<Record<string, string | undefined>>;
type Flag = { name: string; flag: string; description: string; isSwitch: boolean };
export type Output = { write(text: string): unknown; isTTY?: boolean | undefined };

/** The program with its configuration read. */
export type Program = {
  settings: {
    readonly url: string;
    readonly adminToken: Secret | null;
    readonly dataDir: string;
    readonly host: string;
    readonly port: number;
    readonly shutdownMs: number;
    readonly diskReserveBytes: number | null;
  };
  /** Resolves when the server listens (its log has said so); disposing stops it in order. */
  start(): Promise<RunningApp>;
  /** Copies the database of the data folder to a file, online. */
  backup(file: string): Promise<void>;
  /** Puts a backup into the data folder; refuses a folder that is in use, or that has a database unless forced. */
  restore(file: string, options: { force: boolean }): Promise<void>;
  /** Seals every stored secret anew with the first key, on the data folder of a stopped server; tells its way. */
  rotateSecrets(
    options: { newKey: boolean },
    progress: (way: { done: number; total: number }) => void,
  ): Promise<SealingState>;
  /** Whether the audit trail of a data folder or a backup is whole and holds these heads. Throws when there is none. */
  verifyAudit(path: string, known: readonly AuditHead[]): Promise<AuditVerdict>;
  /** Looks at the data folder without changing it: database header, lock, sealing key. */
  inspect(): Promise<Finding[]>;
};

/** The newest entry of the trail at some time. */
type AuditHead = { number: number; hash: string };

/** `number` is where the trail breaks. */
export type AuditVerdict =
  | { ok: true; count: number; first: number; head: AuditHead }
  | { ok: false; number: number; problem: string };

export type RunningApp = AsyncDisposable & {
  readonly url: string;
  readonly telemetry: {
    stopping(because: { signal: string }): void;
    stopped(after: { durationMs: number }): void;
    flush(): void;
  };
};

/** One thing that the doctor looked at. */
export type Finding = { name: string; state: 'ok' | 'warning' | 'problem'; detail: string };

export type RenderTemplate = {
  template: string;
  contentType: string;
  escape: 'auto' | 'json' | 'html' | 'url' | 'none';
  data: Record<string, unknown>[];
};

export type RenderedTemplate =
  | { kind: 'body'; body: string; contentType: string }
  | { kind: 'skipped'; reason: string }
  | { kind: 'failed'; reason: string; line?: number | undefined; column?: number | undefined };
