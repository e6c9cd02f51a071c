import type { Command } from 'commander';
import { escapeMode } from '../../contract/documents/destination.ts';
import { compileTemplate } from '../../template/compile/compile.ts';
import { type Escape, escapeFor } from '../../template/compile/escape.ts';
import { type Context, choice, parseJson } from '../context.ts';
import { CommandError, exitCodes } from '../exit.ts';
import type { RenderTemplate } from '../program.ts';

type Options = { contentType: string; escape: 'auto' | Escape };

/** `millrace template check|render`: compiles and renders templates without a server. */
export function templateCommands(command: Command, { deps, server, output, endWith, read }: Context) {
  const group = command.command('template').description('check and render templates');
  const shaped = (one: Command) =>
    one
      .option('--content-type <type>', 'content type of the request', 'application/json')
      .addOption(choice('--escape <mode>', 'how values are escaped', escapeMode.options).default('auto'));

  shaped(group.command('check').argument('<file>', 'the template; - is the standard input'))
    .description('find the problems of a template; exit code 1 when it does not compile')
    .action(async (file: string, options: Options) => {
      const mode = escapeFor(options.contentType, options.escape);
      const compiled = compileTemplate(await read(file), { escape: mode });
      const problems = compiled.ok ? compiled.warnings : compiled.problems;
      const lines = problems.map(
        ({ line, column, severity, message }) => `${file}:${line}:${column} ${severity}: ${message}`,
      );
      output.result({ ok: compiled.ok, problems }, ...lines, ...(compiled.ok ? [`${file}: ok`] : []));
      if (!compiled.ok) endWith(exitCodes.failed);
    });

  shaped(group.command('render').argument('<file>', 'the template; - is the standard input'))
    .option('--data <file>', 'JSON file with the records for it.data')
    .option('--remote', 'render on the server instead of locally')
    .description('render a template with given records')
    .action(async (file: string, options: Options & { data?: string; remote?: boolean }) => {
      const given = options.data === undefined ? {} : parseJson(await read(options.data), options.data);
      const data = (Array.isArray(given) ? given : [given]) as RenderTemplate['data']; // an invalid record becomes an error of the template
      const { contentType, escape: mode } = options;
      const input: RenderTemplate = { template: await read(file), contentType, escape: mode, data };
      const { result } = options.remote
        ? await server().call('renderTemplate', { body: input })
        : { result: await deps.renderTemplate(input) };
      if (result.kind === 'body') return output.result(result, result.body);
      if (result.kind === 'skipped') return output.result(result, `skipped: ${result.reason}`);
      output.result(result);
      const at = result.line === undefined ? '' : `:${result.line}:${result.column ?? 1}`;
      throw new CommandError(exitCodes.failed, `${file}${at} ${result.reason}`);
    });
}
