type Waiting<Request, Answer> = {
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
};

export type GroupCommitOptions<Request> = {
  /** Commits under way at once. */
  readonly lanes: number;
  /** How much a request adds to its group. */
  readonly weightOf: (request: Request) => number;
  /** What shares one commit weighs no more, unless a request alone does. */
  readonly maxWeight: number;
};

/**
 * Lets requests that arrive while a commit is under way share the next one.
 *
 * Self-clocking: a request finding a free lane starts at once, so nothing waits on an idle platform, and the
 * groups grow with the load. `commit` answers in the order of its requests; when it fails, all of its group do.
 */
export const groupCommit = <Request, Answer>(
  commit: (requests: readonly Request[]) => Promise<readonly Answer[]>,
  { lanes, weightOf, maxWeight }: GroupCommitOptions<Request>,
): ((request: Request) => Promise<Answer>) => {
  const waiting: Waiting<Request, Answer>[] = [];
  let busyLanes = 0;

  const runLane = async (): Promise<void> => {
    busyLanes += 1;
    while (waiting.length > 0) {
      await settle(nextGroup());
    }
    busyLanes -= 1;
  };

  const nextGroup = (): readonly Waiting<Request, Answer>[] => {
    let weight = 0;
    const tooMuch = waiting.findIndex(({ request }, index) => {
      weight += weightOf(request);
      return weight > maxWeight && index > 0;
    });
    return waiting.splice(0, tooMuch === -1 ? waiting.length : tooMuch);
  };

  const settle = async (group: readonly Waiting<Request, Answer>[]): Promise<void> => {
    try {
      const answers = await commit(group.map(({ request }) => request));
      group.forEach(({ resolve, reject }, index) => {
        const answer = answers[index];
        if (answer === undefined) reject(new Error('a commit left a request unanswered'));
        else resolve(answer);
      });
    } catch (cause) {
      for (const { reject } of group) reject(cause);
    }
  };

  return (request) =>
    new Promise((resolve, reject) => {
      waiting.push({ request, resolve, reject });
      if (busyLanes < lanes) void runLane();
    });
};
