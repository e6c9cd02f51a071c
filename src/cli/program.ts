import type { Finding } from '../contract/finding.ts';
import type { RenderResult } from '../contract/records/delivery.ts';
import type { SealingState } from '../contract/sealing.ts';
import type { Secret } from '../contract/secret.ts';

/** The dependencies of the commands: the rest of the program, and the process around it. */
export type Deps = {
  version: string;
  /** The settings that commands which run the server take as flags. */
  flags: readonly Flag[];
  /**
   * Reads the configuration. `flags` by setting name, and `config`; `presets` replace defaults. Throws an Error with
   * one clear line.
   */
  configure(flags: Flags, presets?: Flags): Program;
  /** Renders a template without a server. */
  renderTemplate(input: RenderTemplate): Promise<RenderResult>;
  stdout: Output;
  stderr: Output;
  readStdin(): Promise<string>;
  /** Environment variables that files of `apply` can refer to. */
  env: Readonly<Record<string, string | undefined>>;
  now(): number;
  /** Resolves with the name of the first stop signal; a second one ends the process immediately. */
  untilSignal(): { signal: Promise<string>; [Symbol.dispose](): void };
};

export type Flags = Readonly<Record<string, string | undefined>>;
type Flag = { name: string; flag: string; description: string; isSwitch: boolean };
export type Output = { write(text: string): unknown; isTTY?: boolean | undefined };

/** The program with its configuration. */
export type Program = {
  settings: {
    readonly url: string;
    readonly adminToken: Secret | null;
    readonly dataDir: string;
    /** PostgreSQL instead of the data folder. */
    readonly databaseUrl: Secret | null;
    readonly host: string;
    readonly port: number;
    readonly drainMs: number;
    readonly shutdownMs: number;
    readonly diskReserveBytes: number | null;
  };
  /** Resolves when the server listens and has logged it; disposing stops it in order. `isHeld`: all deliveries are held first. */
  start(options?: { isHeld: boolean }): Promise<RunningApp>;
  /** Copies the database of the data folder to a file while the server runs. */
  backup(file: string): Promise<void>;
  /**
   * Restores a backup into the data folder. Refuses a folder in use, and one with a database unless forced. `hold`: the
   * next start holds all deliveries.
   */
  restore(file: string, options: { force: boolean; hold: boolean }): Promise<void>;
  /** Moves all data of the configured engine to the other one: a URL of PostgreSQL, or a data folder. */
  move(to: string, progress: (text: string) => void): Promise<MoveReport>;
  /** Takes the mark of a move off. Resolves with where the data went; null: there was no mark. */
  undoMove(): Promise<string | null>;
  /** Encrypts every stored secret again with the first key, in the data folder of a stopped server. */
  rotateSecrets(
    options: { newKey: boolean },
    progress: (way: { done: number; total: number }) => void,
  ): Promise<SealingState>;
  /**
   * Verifies the audit trail of a data folder or backup, and that it contains these heads; null: where the server keeps its data.
   * Throws when there is none.
   */
  verifyAudit(path: string | null, known: readonly AuditHead[]): Promise<AuditVerdict>;
  /** Checks the data folder without changing it: database header, lock, encryption key. */
  inspect(): Promise<Finding[]>;
};

/** What was moved of each kind, as it was read and as it is stored; null: the move had been complete before. */
export type MoveReport = {
  to: string;
  moved: { kind: string; from: Fingerprint; to: Fingerprint }[] | null;
};
type Fingerprint = { count: number; checksum: string };

/** The newest entry of the trail at some time. */
export type AuditHead = { number: number; hash: string };

/** `number` is the first broken entry. */
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

export type RenderTemplate = {
  template: string;
  contentType: string;
  escape: 'auto' | 'json' | 'html' | 'url' | 'none';
  data: Record<string, unknown>[];
};
