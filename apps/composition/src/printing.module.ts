import { pdfStatementPrinter } from '@backline/statement-pdf';
import { ContainerModule } from 'inversify';
import { TOKENS } from './tokens.ts';

/** Statements on paper. */
export const printingModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.statementPrinter)
    .toDynamicValue(() => pdfStatementPrinter())
    .inSingletonScope()
    .onDeactivation((printer) => printer.close());
});
