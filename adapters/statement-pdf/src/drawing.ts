import Pdfkit from 'pdfkit';
import type { IssuedStatement } from '@backline/core/payout';
import { monthText } from './figures.ts';
import { type ChooseFaces, openFonts } from './fonts.ts';
import { drawFront } from './front.ts';
import { PAGE, RIGHT, STYLES } from './look.ts';
import { drawBalances, drawMovements } from './movements.ts';
import { type Paper, paperOn } from './paper.ts';
import { documentName, drawProof } from './proof.ts';
import { drawTracks } from './tracks-table.ts';
import { typesetter } from './typesetter.ts';

const MARGINS = { top: PAGE.margin, bottom: 0, left: PAGE.margin, right: PAGE.margin };

/** Draws statements with fonts that are opened once. The same statement and name give the same bytes. */
export const statementDrawing = (): ((issued: IssuedStatement, artistName: string) => Promise<Uint8Array>) => {
  const choose = openFonts();
  return async (issued, artistName) => {
    const { statement, document, digest } = issued;
    const closed = new Date(statement.closedAt);
    const title = `Statement of earnings, ${monthText(statement.period)}`;
    const doc = new Pdfkit({
      size: 'A4',
      margins: MARGINS,
      bufferPages: true,
      lang: 'en',
      displayTitle: true,
      info: { Title: title, Author: 'Backline', Subject: artistName, Keywords: digest, CreationDate: closed },
    });
    const bytes = collected(doc);
    draw(doc, choose, issued, artistName);
    doc.file(Buffer.from(document), {
      name: documentName(statement),
      type: 'application/json',
      description: 'The statement itself, for whoever verifies it',
      creationDate: closed,
      modifiedDate: closed,
    });
    doc.end();
    return bytes;
  };
};

const draw = (doc: PDFKit.PDFDocument, choose: ChooseFaces, issued: IssuedStatement, artistName: string): void => {
  const paper = paperOn(doc, typesetter(doc, choose));
  drawFront(paper, issued, artistName);
  drawTracks(paper, issued.statement);
  drawMovements(paper, issued.statement);
  drawBalances(paper, issued.statement);
  drawProof(paper, issued);
  const { start, count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(start + page);
    drawFoot(paper, issued, `Page ${page + 1} of ${count}`);
  }
};

const drawFoot = (paper: Paper, { statement, digest }: IssuedStatement, page: string): void => {
  const y = PAGE.height - PAGE.margin + 8;
  paper.rule(y - 13);
  const { artistId, sequence, period } = statement;
  const what = `Backline · artist ${artistId} · statement no. ${sequence} · ${monthText(period)} · ${digest.slice(0, 16)}…`;
  paper.draw(what, STYLES.small, PAGE.margin, y);
  paper.drawRight(page, STYLES.small, RIGHT, y);
};

const collected = (doc: PDFKit.PDFDocument): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
