export { type PdfStatementPrinter, pdfStatementPrinter } from './printer.ts';
