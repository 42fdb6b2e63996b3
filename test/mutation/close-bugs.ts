import { type SeededBug, law } from './seeded-bug.ts';

/** Where the money of a month goes. */
export const CLOSE_BUGS: readonly SeededBug[] = [
  {
    name: 'all plays are paid at the rate of the month that is closed',
    file: 'payout/close.ts',
    find: 'perPlay: (month) => perPlay(rateFor(rates, month)).micros,',
    replace: 'perPlay: () => perPlay(rateFor(rates, period)).micros,',
    killedBy: law('earning is exactly the payable plays at the rate of the month that each began in'),
  },
  {
    name: 'the reserve is used before the surplus',
    file: 'payout/funding.ts',
    find: `  const surplusUsed = least(surplus, shortfall);
  const reserveUsed = least(reserve, shortfall - surplusUsed);`,
    replace: `  const reserveUsed = least(reserve, shortfall);
  const surplusUsed = least(surplus, shortfall - reserveUsed);`,
    killedBy: law('funding takes from the reserve only when the surplus is used up'),
  },
  {
    name: 'the reserve is not used at all',
    file: 'payout/funding.ts',
    find: 'least(reserve, shortfall - surplusUsed)',
    replace: 'least(0n, shortfall - surplusUsed)',
    killedBy: law('funding is full whenever all that there is covers all that was earned'),
  },
  {
    name: 'all money is one pot, as elsewhere',
    file: 'payout/funding.ts',
    find: 'granted: sideBySide(own, covered).map(([paid, more]) => micros(paid + more)),',
    replace:
      'granted: proportionally(paidByFans + surplusUsed + reserveUsed, fans.map(({ nominal }) => nominal), currency),',
    killedBy: law("funding gives each track at least its part of its own listeners' funds"),
  },
  {
    name: 'a looping account takes first',
    file: 'payout/funding.ts',
    find: 'covered = proportionally(surplusUsed + reserveUsed, lacking, currency)',
    replace:
      'covered = lacking.map((lack, index) => index === lacking.length - 1 ? least(surplusUsed + reserveUsed, lack) : micros(0n))',
    killedBy: law('a close is what the text says, to the micro'),
  },
  {
    name: 'what does not divide is lost between fans',
    file: 'payout/funding.ts',
    find: 'return split(money(amount, currency), weights).map((part) => part.micros);',
    replace:
      'return weights.map((weight) => micros((amount * weight) / weights.reduce((sum, each) => sum + each, 0n)));',
    killedBy: law('funding neither creates nor loses a micro'),
  },
  {
    name: 'debts of the youngest month are paid first',
    file: 'payout/deferred.ts',
    find: 'compareText(a.origin, b.origin) ||',
    replace: 'compareText(b.origin, a.origin) ||',
    killedBy: law('funding pays older debts before younger ones, and keeps the rest'),
  },
  {
    name: 'a debt that is paid in part is forgotten',
    file: 'payout/deferred.ts',
    find: 'if (part < debt.amount) remaining.push',
    replace: 'if (part === 0n) remaining.push',
    killedBy: law('funding pays older debts before younger ones, and keeps the rest'),
  },
  {
    name: 'the platform takes what is left before debts are paid',
    file: 'payout/close.ts',
    find: 'const debts = payDebts(opening.debts, micros(funding.surplus - funding.surplusUsed), currency);',
    replace:
      'const debts = { ...payDebts(opening.debts, micros(0n), currency), left: micros(funding.surplus - funding.surplusUsed) };',
    killedBy: law(
      'funding gives the platform something only when all debts are paid and the reserve has reached its target',
    ),
  },
  {
    name: 'the reserve is never filled',
    file: 'payout/close.ts',
    find: 'rest < target ? least(left, target - rest) : micros(0n)',
    replace: 'micros(0n)',
    killedBy: law(
      'funding gives the platform something only when all debts are paid and the reserve has reached its target',
    ),
  },
  {
    name: 'the reserve is filled beyond its target',
    file: 'payout/close.ts',
    find: 'rest < target ? least(left, target - rest) : micros(0n)',
    replace: 'rest < target ? left : micros(0n)',
    killedBy: law(
      'funding gives the platform something only when all debts are paid and the reserve has reached its target',
    ),
  },
  {
    name: 'the target averages the oldest months',
    file: 'payout/close.ts',
    find: '.slice(-reserve.averagedMonths)',
    replace: '.slice(0, reserve.averagedMonths)',
    killedBy: law('funding keeps in the reserve so many months of the average shortfall'),
  },
  {
    name: 'what is deferred is owed by nobody',
    file: 'payout/close.ts',
    find: '[...debts.remaining, ...newDebts(period, earned)]',
    replace: '[...debts.remaining, ...newDebts(period, earned).slice(1)]',
    killedBy: law('a close owes afterwards what is deferred of each share, for the month'),
  },
  {
    name: 'late plays are left out',
    file: 'payout/close.ts',
    find: 'return [...paid, ...others];',
    replace: 'return [...paid, ...others].filter(({ playedIn }) => playedIn >= "2026-10");',
    killedBy: law('earning lists every track that was played, whether it earned or not'),
  },
  {
    name: 'a track that earns nothing is not told of',
    file: 'payout/close.ts',
    find: 'return [...paid, ...others];',
    replace: 'return paid;',
    killedBy: law('a verdict is exactly one for each play, and each play is counted once'),
  },
  {
    name: 'only plays that are funded in full are earned',
    file: 'payout/fund-plays.ts',
    find: 'micros(price * BigInt(full + short))',
    replace: 'micros(price * BigInt(full))',
    killedBy: law('a verdict pays exactly the payable plays'),
  },
  {
    name: 'of two counts of unpaid plays the last is told',
    file: 'payout/close.ts',
    find: '(plays[verdict] ?? 0) + more',
    replace: 'more',
    killedBy: law('earning says of each track how many plays at which rate, and how many for nothing'),
  },
  {
    name: 'a track earns what there is money for, as elsewhere',
    file: 'payout/fund-plays.ts',
    find: 'micros(price * BigInt(full + short))',
    replace: 'micros(price * BigInt(full) + part)',
    killedBy: law('earning of an artist does not depend on what others play'),
  },
  {
    name: 'late plays earn the reference only',
    file: 'payout/close.ts',
    find: 'perPlay: (month) => perPlay(rateFor(rates, month)).micros,',
    replace:
      'perPlay: (month) => (month < period ? rateFor(rates, month).reference : perPlay(rateFor(rates, month))).micros,',
    killedBy: law('earning is the same whether plays come in time or late'),
  },
  {
    name: 'surplus that paid for plays pays debts again',
    file: 'payout/close.ts',
    find: 'micros(funding.surplus - funding.surplusUsed)',
    replace: 'micros(funding.surplus)',
    killedBy: law('funding leaves the platform nothing, and no reserve, while anything of the month is owed'),
  },
  {
    name: "everybody's money goes by everybody's plays",
    file: 'payout/funding.ts',
    find: 'const own = fans.map(({ fund, nominal }) => least(fund, nominal));',
    replace:
      'const all = [total(fans.map(({ fund }) => fund)), total(fans.map(({ nominal }) => nominal))] as const; const own = proportionally(least(...all), fans.map(({ nominal }) => nominal), currency);',
    killedBy: law('funding lets one account move at most its own fund, the surplus and the reserve'),
  },
  {
    name: 'a surplus spares the reserve twice',
    file: 'payout/funding.ts',
    find: 'least(reserve, shortfall - surplusUsed)',
    replace: 'least(reserve > 2n * surplus ? reserve - 2n * surplus : 0n, shortfall - surplusUsed)',
    killedBy: law('funding never hurts anybody by more money, but for a micro a fan'),
  },
  {
    name: 'the report forgets the reserve',
    file: 'payout/solvency.ts',
    find: '((fund + reserve.opening) * MILLI)',
    replace: '(fund * MILLI)',
    killedBy: law('funding reports the highest multiple that would have been funded in full'),
  },
];
