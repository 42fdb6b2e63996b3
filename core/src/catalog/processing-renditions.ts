import { type Result, Unavailable, invariant, ok } from '../kernel/index.ts';
import type { ClaimLost, RenderError } from './errors.ts';
import type { CatalogPorts, Rendered, RenderWatch, Sound } from './ports.ts';
import type { Hold } from './processing-hold.ts';
import { RENDITIONS, type Rendition, type RenditionFacts, type RenditionName } from './rendition.ts';
import type { MediaKey } from './track.ts';

/**
 * Makes the files that are not kept yet. Of each, the key is written down before the file is kept under it, so that
 * whoever goes on after a kill knows whether there is one.
 */
export const makeRenditions = async (
  ports: CatalogPorts,
  holding: Hold,
  names: readonly RenditionName[],
): Promise<Result<null, RenderError | ClaimLost>> => {
  for (const [index, name] of names.entries()) {
    const watch = holding.watch(index / names.length, (index + 1) / names.length);
    const made = await makeOne(ports, holding, name, watch);
    if (!made.ok) return made;
  }
  return ok(null);
};

const makeOne = async (
  ports: CatalogPorts,
  holding: Hold,
  name: RenditionName,
  watch: RenderWatch,
): Promise<Result<null, RenderError | ClaimLost>> => {
  const known = await renditionOf(ports, holding, name);
  if (known?.kept === true) return ok(null);
  if (known !== null && (await lies(ports, known.key))) return confirm(holding, known);

  const rendered = await render(ports, holding, name, watch);
  if (!rendered.ok) return rendered;
  try {
    return await keep(ports, holding, name, rendered.value);
  } finally {
    await rendered.value.discard();
  }
};

const renditionOf = async ({ uow }: CatalogPorts, holding: Hold, name: RenditionName): Promise<Rendition | null> => {
  const { id } = holding.work().track;
  const all = await uow.run(async ({ processings }) => ok(await processings.renditionsOf(id)));
  return all.value.find((rendition) => rendition.name === name) ?? null;
};

const lies = async ({ media }: CatalogPorts, key: MediaKey): Promise<boolean> => {
  const source = await media.open(key);
  await source?.close();
  return source !== null;
};

const confirm = (holding: Hold, rendition: Rendition): Promise<Result<null, ClaimLost>> =>
  holding.change(async ({ processings }, work) => {
    await processings.saveRendition(work.track.id, { ...rendition, kept: true });
    return work;
  });

const render = (
  ports: CatalogPorts,
  holding: Hold,
  name: RenditionName,
  watch: RenderWatch,
): Promise<Result<Rendered, RenderError>> => {
  const form = { ...RENDITIONS[name], startMs: holding.work().processing.measured?.previewStartMs ?? 0 };
  const use = (sound: Sound) => ports.audioRenderer.render(sound, form, watch);
  return form.from === null ? holding.withOriginal(use) : withRendition(ports, holding, form.from, use);
};

const withRendition = async <T>(
  ports: CatalogPorts,
  holding: Hold,
  name: RenditionName,
  use: (sound: Sound) => Promise<T>,
): Promise<T> => {
  const rendition = await renditionOf(ports, holding, name);
  const source = rendition === null ? null : await ports.media.open(rendition.key);
  invariant(rendition !== null && source !== null, `the ${name} of track ${holding.work().track.id} is missing`);
  try {
    const { durationMs } = holding.work().track.audio;
    return await use({ source, contentType: rendition.contentType, durationMs });
  } finally {
    await source.close();
  }
};

const keep = async (
  { media }: CatalogPorts,
  holding: Hold,
  name: RenditionName,
  rendered: Rendered,
): Promise<Result<null, ClaimLost>> => {
  const staged = await media.stage(rendered.read(), { maxBytes: rendered.sizeBytes });
  if (!staged.ok) throw new Unavailable('storage', { cause: staged.error });
  const rendition: Rendition = { ...factsOf(rendered), name, key: media.keyOf(staged.value, 'derived'), kept: false };

  const reserved = await holding.change(async ({ processings }, work) => {
    await processings.saveRendition(work.track.id, rendition);
    return work;
  });
  if (!reserved.ok) {
    await media.discard(staged.value);
    return reserved;
  }
  await media.keep(staged.value, 'derived');
  const confirmed = await confirm(holding, rendition);
  if (!confirmed.ok) await media.remove(rendition.key);
  return confirmed;
};

const factsOf = ({ codec, contentType, bitrateKbps, sizeBytes, segments }: Rendered): RenditionFacts => ({
  codec,
  contentType,
  bitrateKbps,
  sizeBytes,
  segments,
});
