import type { Command } from './command.ts';
import { demo } from './demo.ts';
import { holdsList, holdsRefuse, holdsRelease } from './holds.ts';
import { closePeriod, solvency, statement, verify } from './periods.ts';
import { playsReverse } from './plays.ts';
import { rateAdd, rateList } from './rate.ts';
import { statementVerify } from './statement-verify.ts';
import { train } from './train.ts';
import { transferEarnings } from './transfer-earnings.ts';
import { webhooksList, webhooksReplay } from './webhooks.ts';

export { UsageError } from './command.ts';

export const commands: readonly Command[] = [
  demo,
  closePeriod,
  statementVerify,
  statement,
  solvency,
  verify,
  holdsList,
  holdsRelease,
  holdsRefuse,
  playsReverse,
  rateAdd,
  rateList,
  transferEarnings,
  train,
  webhooksList,
  webhooksReplay,
];

export const usage = (): string =>
  [
    'Usage: npm run ops -- COMMAND',
    ...commands.map((command) => `  ${command.name.join(' ')} ${command.usage}`.trimEnd()),
  ].join('\n');
