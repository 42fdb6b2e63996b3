import type { Ports } from '@backline/core';

type Dying = Pick<Ports, 'uow' | 'payoutGateway' | 'withholding'>;

/**
 * Ports of a process that is killed at a step: half of the steps are just before a transaction or a call to a provider,
 * half just after it has taken effect and before anybody hears of it. The dead do nothing more.
 */
export const dying = <P extends Dying>(ports: P, atStep: number) => {
  const death = new Error(`killed at step ${atStep}`);
  let step = 0;

  const live = (): void => {
    if (step >= atStep) throw death;
    step += 1;
  };
  const mortal =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      live();
      const result = await work(...args);
      live();
      return result;
    };
  const { openAccount, openOnboarding, isOnboarded, transfer, findTransfer, fetchTransfer } = ports.payoutGateway;
  return {
    death,
    died: () => step >= atStep,
    ports: {
      ...ports,
      uow: { run: mortal(ports.uow.run) as P['uow']['run'] },
      withholding: { assess: mortal(ports.withholding.assess) },
      payoutGateway: {
        openAccount: mortal(openAccount),
        openOnboarding: mortal(openOnboarding),
        isOnboarded: mortal(isOnboarded),
        transfer: mortal(transfer),
        findTransfer: mortal(findTransfer),
        fetchTransfer: mortal(fetchTransfer),
      },
    },
  };
};
