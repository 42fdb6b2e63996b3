import { extractText, getDocumentProxy } from 'unpdf';

export type ReadPdf = {
  /** What each page says, its lines in the order in which they were drawn. */
  readonly pages: readonly string[];
  readonly title: string;
  readonly attachments: { readonly [name: string]: string };
};

/** As a reader of PDF files sees it; one with any error in it is refused. */
export const readPdf = async (bytes: Uint8Array): Promise<ReadPdf> => {
  const document = await getDocumentProxy(new Uint8Array(bytes), { stopAtErrors: true });
  const { text } = await extractText(document);
  const { info } = await document.getMetadata();
  const names = [...(((await document.getAttachments()) as ReadonlyMap<string, unknown> | null) ?? new Map()).keys()];
  const attached = names.map(async (name) => [
    name,
    Buffer.from((await document.getAttachmentContent(name)) as Uint8Array).toString('utf8'),
  ]);
  return {
    pages: text,
    title: (info as { Title: string }).Title,
    attachments: Object.fromEntries(await Promise.all(attached)),
  };
};
