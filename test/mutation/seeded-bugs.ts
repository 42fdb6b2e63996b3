/** One mistake in the rules, and the test that finds it. */
export type SeededBug = {
  readonly name: string;
  /** In core/src. */
  readonly file: string;
  /** Text of the file, there exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly killedBy: {
    /** In test. */
    readonly file: string;
    /** The end of the test's full name. */
    readonly test: string;
  };
};

const law = (test: string): SeededBug['killedBy'] => ({
  file: 'core/payout/laws.test.ts',
  test: `Payout by our policy ${test}`,
});

const example = (file: string, test: string): SeededBug['killedBy'] => ({ file: `core/payout/${file}.test.ts`, test });

export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    name: 'a play of exactly the least time is too short',
    file: 'payout/verdict.ts',
    find: 'play.msPlayed < Math.min(policy.minimumHeardMs, play.trackDurationMs)',
    replace: 'play.msPlayed <= Math.min(policy.minimumHeardMs, play.trackDurationMs)',
    killedBy: law('a verdict 0 ms from the boundary of what counts as heard is payable'),
  },
  {
    name: 'a short track must be heard for as long as a long one',
    file: 'payout/verdict.ts',
    find: 'Math.min(policy.minimumHeardMs, play.trackDurationMs)',
    replace: 'policy.minimumHeardMs',
    killedBy: law('a verdict is the one that the text gives'),
  },
  {
    name: 'one play more than the cap is paid',
    file: 'payout/verdict.ts',
    find: 'paid + paidThatDay >= policy.dailyCap',
    replace: 'paid + paidThatDay > policy.dailyCap',
    killedBy: law('a verdict pays the earliest plays of a day, as many as the cap allows'),
  },
  {
    name: 'the cap forgets what was paid before',
    file: 'payout/verdict.ts',
    find: 'paid + paidThatDay >= policy.dailyCap',
    replace: 'paid >= policy.dailyCap',
    killedBy: law(
      'a verdict of later plays needs of earlier ones only when the last that was heard ends, and how many were paid that day',
    ),
  },
  {
    name: 'the cap is of all tracks together',
    file: 'payout/verdict.ts',
    find: '`${play.trackId} ${dayStart(play.startedAt)}`',
    replace: '`${dayStart(play.startedAt)}`',
    killedBy: law('a verdict is the one that the text gives'),
  },
  {
    name: 'the cap never begins anew',
    file: 'payout/verdict.ts',
    find: '`${play.trackId} ${dayStart(play.startedAt)}`',
    replace: '`${play.trackId}`',
    killedBy: law('a verdict of batches cut where a day begins in silence is that of all together'),
  },
  {
    name: 'artists are paid for hearing themselves',
    file: 'payout/verdict.ts',
    find: "[earnsFrom(play), 'self-play'],",
    replace: '',
    killedBy: law('a verdict pays nobody for hearing what they earn from'),
  },
  {
    name: 'too late begins a moment too early',
    file: 'payout/verdict.ts',
    find: 'play.reportedAt - play.startedAt > policy.lateAfterMs',
    replace: 'play.reportedAt - play.startedAt >= policy.lateAfterMs',
    killedBy: law('a verdict is the one that the text gives'),
  },
  {
    name: 'a play that begins when another ends overlaps it',
    file: 'payout/verdict.ts',
    find: 'play.startedAt < Math.max(heardUntil, busyUntil ?? -Infinity)',
    replace: 'play.startedAt <= Math.max(heardUntil, busyUntil ?? -Infinity)',
    killedBy: law('a verdict is the one that the text gives'),
  },
  {
    name: 'the odd micros are dropped',
    file: 'kernel/money.ts',
    find: '.slice(0, Number(leftover))',
    replace: '.slice(0, 0)',
    killedBy: law('a split adds up to the whole, each share the floor or the ceiling of its part'),
  },
  {
    name: 'the odd micros go to the smallest remainders',
    file: 'kernel/money.ts',
    find: 'a.remainder > b.remainder ? -1 : 1',
    replace: 'a.remainder > b.remainder ? 1 : -1',
    killedBy: law('a split gives the odd micros to the largest remainders, and among equals to the lowest user'),
  },
  {
    name: 'the odd micros go by who is named first',
    file: 'payout/split.ts',
    find: 'shares.toSorted((a, b) => a.userId - b.userId)',
    replace: 'shares.toSorted(() => 0)',
    killedBy: law('a split does not depend on the order of the shares, or on the scale of their weights'),
  },
  {
    name: 'a split that begins later is in force already',
    file: 'payout/split.ts',
    find: 'effectiveFrom <= month)',
    replace: 'effectiveFrom !== month)',
    killedBy: law('a split is in force from its month on, until a later one; of one month the last counts'),
  },
  {
    name: 'of two splits of a month the first counts',
    file: 'payout/split.ts',
    find: 'version.id > than.id',
    replace: 'version.id < than.id',
    killedBy: law('a split is in force from its month on, until a later one; of one month the last counts'),
  },
  {
    name: 'a month that has begun gets another split',
    file: 'payout/split.ts',
    find: 'versions.length === 0 ? 0 : 1',
    replace: '0',
    killedBy: law('a split may take effect in 2026-10 after ["2026-01"]: false'),
  },
  {
    name: 'a share is taken for accepted',
    file: 'payout/track-earning.ts',
    find: 'accepted: acceptedAt !== null,',
    replace: 'accepted: true,',
    killedBy: example('close', 'a month keeps a share for a collaborator who has not accepted'),
  },
  {
    name: 'what is funded is shared by the split again',
    file: 'payout/track-earning.ts',
    find: 'earned.map(({ amount }) => amount.micros),',
    replace: 'earned.map(({ basisPoints }) => BigInt(basisPoints)),',
    killedBy: law('funding never pays a share more than it earned, however few micros there are'),
  },
  {
    name: 'all plays are paid at the rate of the month that is closed',
    file: 'payout/close.ts',
    find: 'perPlay: (month) => perPlay(rateFor(rates, month)).micros,',
    replace: 'perPlay: () => perPlay(rateFor(rates, period)).micros,',
    killedBy: law('earning is exactly the payable plays at the rate of the month that each began in'),
  },
  {
    name: 'a rate begins a month late',
    file: 'payout/rate.ts',
    find: 'effectiveFrom <= month)',
    replace: 'effectiveFrom < month)',
    killedBy: law('earning is exactly the payable plays at the rate of the month that each began in'),
  },
  {
    name: 'the promise is forgotten: once the reference',
    file: 'payout/rate.ts',
    find: 'times(rate.reference, rate.multiplier)',
    replace: 'rate.reference',
    killedBy: example('close', 'a month of 25,063 payable plays earns $200.504'),
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
    find: 'granted: own.map((amount, index) => micros(amount + (covered[index] ?? 0n))),',
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
    find: 'compare(a.origin, b.origin) ||',
    replace: 'compare(b.origin, a.origin) ||',
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
    name: 'the fee is paid by the artists twice',
    file: 'payout/receipt-share.ts',
    find: 'spread(receipt, grossOf(receipt) - receipt.fee)',
    replace: 'spread(receipt, grossOf(receipt) - 2n * receipt.fee)',
    killedBy: law('a receipt brings to all months together what was paid, without tax, fee and what was taken back'),
  },
  {
    name: 'tax is shared with artists',
    file: 'payout/receipt-share.ts',
    find: 'receipt.paid.micros - receipt.tax - (back.whole - back.tax)',
    replace: 'receipt.paid.micros - (back.whole - back.tax)',
    killedBy: law('a receipt brings to all months together what was paid, without tax, fee and what was taken back'),
  },
  {
    name: 'a chargeback is not noticed',
    file: 'payout/receipt-share.ts',
    find: 'least(refunded + disputed, paid.micros)',
    replace: 'least(refunded, paid.micros)',
    killedBy: law('a receipt brings to each month what the text says'),
  },
  {
    name: 'each month has the same, however long it is',
    file: 'payout/receipt-share.ts',
    find: 'lasting: BigInt(until - from)',
    replace: 'lasting: BigInt(until > from)',
    killedBy: law('a receipt of a year gives 2027-02 its seconds, floored, and the last month the rest'),
  },
  {
    name: 'the last month is floored like the others',
    file: 'payout/receipt-share.ts',
    find: 'return [...others, whole - total(others)];',
    replace: 'return [...others, amounts.at(-1) ?? whole];',
    killedBy: law('a receipt brings to all months together what was paid, without tax, fee and what was taken back'),
  },
  {
    name: 'a fund may be negative',
    file: 'payout/receipt-share.ts',
    find: 'net <= 0n ? 0n : ',
    replace: '',
    killedBy: law('a receipt of -590000n net makes a fund of 0n at 70 %'),
  },
  {
    name: 'a fund is rounded up',
    file: 'payout/receipt-share.ts',
    find: '(net * BigInt(fundBasisPoints)) / BASIS_POINTS',
    replace: '(net * BigInt(fundBasisPoints) + BASIS_POINTS - 1n) / BASIS_POINTS',
    killedBy: law('a receipt of 1n net makes a fund of 0n at 70 %'),
  },
  {
    name: 'a refund after the close is taken from the platform first',
    file: 'payout/adjustment.ts',
    find: 'const byReserve = least(loss, reserve);',
    replace: 'const byReserve = micros(0n);',
    killedBy: law(
      'the ledger has the reserve bear what closed months turn out to have had too much, then the platform',
    ),
  },
  {
    name: 'a refund after the close overdraws the reserve',
    file: 'payout/adjustment.ts',
    find: 'const byReserve = least(loss, reserve);',
    replace: 'const byReserve = loss;',
    killedBy: law(
      'the ledger balances, owes each artist exactly what they earned, and overdraws nothing, whatever happens',
    ),
  },
  {
    name: 'a fraud is shared out on its own',
    file: 'payout/adjustment.ts',
    find: 'micros(share.amount.micros - (without[index]?.amount.micros ?? 0n))',
    replace: 'micros(divide(fraudulent, shares)[index]?.amount.micros ?? 0n)',
    killedBy: law('the ledger takes back for a fraud exactly what the split gave for it'),
  },
  {
    name: 'a fraud is taken from what others wait for',
    file: 'payout/adjustment.ts',
    find: 'least(amount - fromDeferred, available)',
    replace: 'least(amount, available)',
    killedBy: law(
      'the ledger balances, owes each artist exactly what they earned, and overdraws nothing, whatever happens',
    ),
  },
  {
    name: 'the platform keeps what a fraud gives back',
    file: 'payout/posting.ts',
    find: "credit('royalty_reserve', fromAvailable + owed)",
    replace: "credit('platform_revenue', fromAvailable + owed)",
    killedBy: example('posting', 'what an artist has that was fraud goes back to the reserve, as far as it was funded'),
  },
  {
    name: 'a transfer that failed leaves the tax withheld',
    file: 'payout/posting.ts',
    find: `    debit(artistAccount('payout_in_transit', artistId), net),
    debit('tax_withheld', withheld),
    credit(artistAccount('artist_available', artistId), net + withheld),`,
    replace: `    debit(artistAccount('payout_in_transit', artistId), net),
    credit(artistAccount('artist_available', artistId), net),`,
    killedBy: law(
      'the ledger balances, owes each artist exactly what they earned, and overdraws nothing, whatever happens',
    ),
  },
  {
    name: 'a debt for a fraud is not set off',
    file: 'payout/posting.ts',
    find: 'const setOff = least(amount, owed);',
    replace: 'const setOff = micros(0n);',
    killedBy: example('posting', 'what an artist has becomes available, 10n with 4n owed for a fraud'),
  },
  {
    name: 'what pays old debts stays in the pool',
    file: 'payout/posting.ts',
    find: `        debit(pool, paid),
        credit('royalty_shortfall', paid),`,
    replace: '',
    killedBy: law(
      'the ledger balances, owes each artist exactly what they earned, and overdraws nothing, whatever happens',
    ),
  },
  {
    name: 'a transaction need not balance',
    file: 'payout/ledger.ts',
    find: 'moved.reduce((sum, [, amount]) => sum + amount, 0n) === 0n',
    replace: 'moved.length >= 0',
    killedBy: example('ledger', 'a ledger transaction that does not balance is a bug'),
  },
  {
    name: 'a day of exactly the allowed plays is held',
    file: 'payout/hold.ts',
    find: 'plays > limits.dailyPlays',
    replace: 'plays >= limits.dailyPlays',
    killedBy: law('a hold begins with the first play beyond the limits'),
  },
  {
    name: 'many plays of one artist are not looked at',
    file: 'payout/hold.ts',
    find: 'ofOneArtist * 100 <= plays * limits.oneArtistPercent',
    replace: 'ofOneArtist <= plays * limits.oneArtistPercent',
    killedBy: law('a hold is of days with too many plays, or many that are mostly of one artist, and of no others'),
  },
  {
    name: 'a refused hold is paid',
    file: 'payout/hold.ts',
    find: "decided?.decision !== 'released'",
    replace: 'decided === null',
    killedBy: law('a hold holds payable plays until it is released, and no others'),
  },
  {
    name: 'a transfer waits for more than the threshold',
    file: 'payout/transfer.ts',
    find: 'available.micros >= threshold.micros',
    replace: 'available.micros > threshold.micros',
    killedBy: law('a transfer is due at exactly the threshold, and not a micro below'),
  },
  {
    name: 'fractions of a cent are sent',
    file: 'payout/transfer.ts',
    find: 'money(amount - (amount % minorUnit(currency)), currency)',
    replace: 'money(amount, currency)',
    killedBy: law(
      'a transfer waits for the threshold, then for the artist to be onboarded, then is all in whole minor units',
    ),
  },
  {
    name: 'more is withheld than there is',
    file: 'payout/withholding.ts',
    find: 'assessment.withheld <= gross.micros',
    replace: 'assessment.withheld >= 0n',
    killedBy: law('a transfer can not have 30000001n withheld of 30000000'),
  },
  {
    name: 'the digest of a close forgets the splits',
    file: 'payout/close-digest.ts',
    find: 'splits: inputs.splits.toSorted((a, b) => a.id - b.id).map(splitPlain),',
    replace: '',
    killedBy: law('a close has another digest when any fact is another'),
  },
  {
    name: 'the digest of a close depends on the order of receipts',
    file: 'payout/close-digest.ts',
    find: 'inputs.receipts.toSorted((a, b) => compare(a.invoiceId, b.invoiceId))',
    replace: 'inputs.receipts',
    killedBy: law('a close twice is the same, in whatever order and parts the same facts come'),
  },
  {
    name: 'counts of the same track are not added up',
    file: 'payout/play-counts.ts',
    find: 'at(mergedPlays, rows - 1) + at(plays, row)',
    replace: 'at(plays, row)',
    killedBy: example('play-counts', 'play counts are the rows, each listener, track and month once, in order'),
  },
  {
    name: 'a statement does not name the one before',
    file: 'payout/statement.ts',
    find: 'previous: before?.digest ?? null,',
    replace: 'previous: null,',
    killedBy: law('a statement is verified by itself and those before, in any order'),
  },
  {
    name: 'a returned transfer is not given back',
    file: 'payout/statement.ts',
    find: 'net + withheld : -(net + withheld)',
    replace: 'net + withheld : 0n',
    killedBy: law('a statement begins with what the one before ended with, and ends with what its lines make of that'),
  },
  {
    name: 'the verifier believes the digest',
    file: 'payout/statement-verification.ts',
    find: 'sha256(canonicalJson(it.statement)), it.digest',
    replace: 'it.digest, it.digest',
    killedBy: law('a statement can not be changed in any character without being found out'),
  },
  {
    name: 'the verifier takes any text that reads the same',
    file: 'payout/statement-document.ts',
    find: 'canonicalJson(json.value as Plain) !== document',
    replace: "canonicalJson(json.value as Plain) === ''",
    killedBy: law('a statement can not be changed in any character without being found out'),
  },
  {
    name: 'a table may begin a cell with a formula',
    file: 'payout/statement-csv.ts',
    find: "`'${text}` : text",
    replace: 'text : text',
    killedBy: law('a statement and its table add up to the same'),
  },
  {
    name: 'negative amounts lose their sign as text',
    file: 'payout/money-text.ts',
    find: "`${amount < 0n ? '-' : ''}${size / MICROS_PER_UNIT}",
    replace: '`${size / MICROS_PER_UNIT}',
    killedBy: example('money-text', 'money as text is read back as the same amount'),
  },
];
