import { PluginKind, declareValuePlugin } from '@stryker-mutator/api/plugin';

/** Stryker leaves alone what is asserted of our own code: no test gets there. */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'invariants', {
    shouldIgnore: (path) => {
      const call = path.isExpressionStatement() ? path.node.expression : path.node;
      return call.type === 'CallExpression' && call.callee.type === 'Identifier' && call.callee.name === 'invariant'
        ? 'asserts what can not be otherwise'
        : undefined;
    },
  }),
];
