import { ConfigError, configFromEnvironment } from '@backline/composition';
import { UsageError, commands, usage } from './commands/index.ts';

/** One JSON document on standard output; status 0 only on success. */
const run = async (words: readonly string[]): Promise<number> => {
  const command = commands.find(({ name }) => name.every((word, index) => words[index] === word));
  if (command === undefined) {
    process.stderr.write(`${usage()}\n`);
    return words.length === 0 || words[0] === 'help' ? 0 : 2;
  }
  try {
    const rest = words.slice(command.name.length);
    const outcome = await (command.needsPlatform === false
      ? command.run(rest)
      : command.run(rest, configFromEnvironment()));
    process.stdout.write(`${JSON.stringify(outcome.document, null, 2)}\n`);
    return outcome.ok ? 0 : 1;
  } catch (cause) {
    if (!(cause instanceof UsageError || cause instanceof ConfigError)) throw cause;
    process.stdout.write(`${JSON.stringify({ error: cause.message }, null, 2)}\n`);
    return 2;
  }
};

process.exitCode = await run(process.argv.slice(2));
