import { CLOSE_BUGS } from './close-bugs.ts';
import { LEDGER_BUGS } from './ledger-bugs.ts';
import type { SeededBug } from './seeded-bug.ts';
import { SHARE_BUGS } from './share-bugs.ts';
import { VERDICT_BUGS } from './verdict-bugs.ts';

export const SEEDED_BUGS: readonly SeededBug[] = [...VERDICT_BUGS, ...SHARE_BUGS, ...CLOSE_BUGS, ...LEDGER_BUGS];
