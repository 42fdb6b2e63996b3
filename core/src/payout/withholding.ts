import type { UserId } from '../accounts/index.ts';
import { type Micros, type Money, invariant, micros } from '../kernel/index.ts';

export type Withheld = {
  readonly withheld: Micros;
  /** Which rule said so, for the statement. */
  readonly ruleId: string;
};

/** R14: what of a payment to an artist is kept back as tax. */
export interface Withholding {
  /** At least nothing and at most `gross`, in its currency. */
  readonly assess: (artistId: UserId, gross: Money) => Promise<Withheld>;
}

/** Nothing is withheld from anybody. */
export const noWithholding: Withholding = {
  assess: () => Promise.resolve({ withheld: micros(0n), ruleId: 'none' }),
};

/** The assessment again; one that withholds less than nothing or more than there is, is a bug. */
export const assessed = (gross: Money, assessment: Withheld): Withheld => {
  invariant(
    assessment.withheld >= 0n && assessment.withheld <= gross.micros,
    `rule ${assessment.ruleId} withholds ${assessment.withheld} of ${gross.micros}`,
  );
  return assessment;
};
