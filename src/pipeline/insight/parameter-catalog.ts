import type { Clock } from '../../async/clock.ts';
import { inTurn } from '../../async/in-turn.ts';
import type { Parameter } from '../../contract/documents/parameter.ts';
import { quotedForms } from '../../contract/erased-text.ts';
import type { Event } from '../../contract/records/event.ts';
import type { Notes } from '../../notes/notes.ts';
import { knownParameters } from '../../rules/known-parameters.ts';
import { maskExample } from '../../rules/mask.ts';
import { guessType, type LearntParameters, mergeLearnt, parameterLearner } from '../../rules/parameter-learner.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import type { DeliveryEvents } from './delivery-events.ts';

const noteName = 'parameters';
const known = new Map(knownParameters.map((one) => [one.name, one]));
const saveEveryMs = 10_000;
const limits = { namesMax: 5_000, examplesMax: 5 };

/** What is to be stored is added to what is, this often at most: other nodes do the same at the same time. */
const triesMax = 20;
const nothing: LearntParameters = { events: 0, skipped: 0, parameters: [] };

/**
 * The catalog of parameters: learned from traffic (kept between starts in a note, to which each node adds what it has learned),
 * built-in descriptions, and the documents that people wrote. Parameters of the configuration have their name as id.
 */
export async function startParameters(options: {
  configuration: Configuration;
  notes: Pick<Notes, 'load' | 'replace'>;
  clock: Clock;
  events: Pick<DeliveryEvents, 'on'>;
  /** Whether other nodes add to the note. */
  isShared: boolean;
  failed(error: unknown, doing: string): void;
}) {
  const { configuration, notes, clock, events, isShared } = options;
  const learner = parameterLearner(limits);
  /** As stored last, by this node or by another one. */
  let text = await notes.load(noteName);
  let stored = learntIn(text);
  /** What is not stored yet, and of it what is being stored. */
  let news = nothing;
  let storing = nothing;
  /** How often examples that are not stored were forgotten. */
  let forgotten = 0;
  const inOrder = inTurn();
  let hasNews = false;
  let isStopping = false;
  let cancel = clock.after(saveEveryMs, tick);

  function gather(): LearntParameters {
    news = mergeLearnt(news, learner.drain(), limits);
    return mergeLearnt(mergeLearnt(stored, storing, limits), news, limits);
  }

  /** Stores what is stored and learned, as `change` makes it. */
  const store = (change: (learnt: LearntParameters) => LearntParameters) =>
    inOrder(async () => {
      for (let tries = 0; tries < triesMax; tries++) {
        const next = change(gather());
        storing = mergeLearnt(storing, news, limits);
        news = nothing;
        const nextText = JSON.stringify(next);
        const atStart = forgotten;
        if (await notes.replace(noteName, text, nextText)) {
          text = nextText;
          // It has examples that were to be forgotten since: it is stored again without them.
          if (forgotten !== atStart) continue;
          stored = next;
          storing = nothing;
          return;
        }
        await refresh();
      }
      throw new Error('Other nodes store parameters all the time.');
    });

  async function refresh() {
    text = await notes.load(noteName);
    stored = learntIn(text);
  }

  async function save() {
    try {
      if (hasNews) {
        hasNews = false;
        await store((learnt) => learnt);
      } else if (isShared) await inOrder(refresh);
    } catch (error) {
      options.failed(error, 'save parameters');
    }
  }

  async function tick() {
    await save();
    if (!isStopping) cancel = clock.after(saveEveryMs, tick);
  }

  events.on('evaluated', (evaluated) => {
    hasNews ||= evaluated.length > 0;
    for (const [event] of evaluated) learner.observe(event);
  });

  return {
    /** Removes examples that these events may have given, from memory and storage; null: all examples. */
    async forget(events: readonly Event[] | null): Promise<void> {
      const gone =
        events === null ? null : new Set(events.flatMap(({ data, ext, session }) => examplesOf([data, ext, session])));
      const isKept = (example: string) => gone !== null && !gone.has(example);
      await store(({ parameters, ...counts }) => ({
        ...counts,
        parameters: parameters.map((one) => ({ ...one, examples: one.examples.filter(isKept) })),
      }));
    },
    /** Removes the examples that are not stored yet, and reads the others again. Resolves when none of them is being stored. */
    async forgetUnstored(): Promise<void> {
      gather();
      forgotten += 1;
      news = withoutExamples(news);
      storing = withoutExamples(storing);
      await inOrder(refresh);
    },
    /** Removes parameters whose name has the text of an erased visitor, such as a key of an object of visitors. */
    async forgetNames(text: string): Promise<void> {
      const forms = quotedForms(text);
      const isKept = ({ name }: { name: string }) => !forms.some((form) => name.includes(form));
      if (gather().parameters.every(isKept)) return;
      await store(({ parameters, ...counts }) => ({ ...counts, parameters: parameters.filter(isKept) }));
    },
    list(): Parameter[] {
      const { events, parameters } = gather();
      const seen = new Map(parameters.map((one) => [one.name, one]));
      const said = new Map(
        Array.from(configuration.snapshot.documents.parameter.values(), ({ body }) => [body.name, body]),
      );
      return [...new Set([...known.keys(), ...seen.keys(), ...said.keys()])].sort().map((name) => {
        const shipped = known.get(name);
        const learnt = seen.get(name);
        return {
          name,
          description: said.get(name)?.description ?? shipped?.description ?? '',
          type: learnt === undefined ? (shipped?.type ?? 'text') : guessType(learnt),
          share: learnt === undefined ? 0 : learnt.seen / events,
          firstSeenAt: learnt?.firstSeenAt ?? null,
          lastSeenAt: learnt?.lastSeenAt ?? null,
          examples: learnt?.examples ?? [],
          offered: said.get(name)?.offered ?? true,
          known: shipped !== undefined,
        };
      });
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      cancel();
      await save();
    },
  };
}

const withoutExamples = ({ parameters, ...counts }: LearntParameters): LearntParameters => ({
  ...counts,
  parameters: parameters.map((one) => ({ ...one, examples: [] })),
});

/** The note was written by this program. */
const learntIn = (note: string | null): LearntParameters => (note === null ? nothing : JSON.parse(note));

/** All texts in a value, in the form that an example shows. */
function examplesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [maskExample(String(value))];
  return Object.values(value).flatMap(examplesOf);
}
