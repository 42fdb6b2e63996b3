import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/** Stryker leaves alone what is asserted of our own code: no test gets there. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'invariants', {
    shouldIgnore: (path) =>
      path.isCallExpression() && path.node.callee.type === 'Identifier' && path.node.callee.name === 'invariant'
        ? 'asserts what can not be otherwise'
        : undefined,
  }),
];
