import type { AudioRenderer } from '@backline/core/catalog';
import { memoryAudioRenderer } from '@backline/memory';

const TYPES = { ogg: 'audio/ogg', cmaf: 'audio/mp4' } as const;

/** In memory; says of its files what a real renderer would. */
export const labellingRenderer = (): AudioRenderer => {
  const renderer = memoryAudioRenderer();
  return {
    ...renderer,
    render: async (sound, form, watch) => {
      const rendered = await renderer.render({ ...sound, contentType: 'audio/wav' }, form, watch);
      if (!rendered.ok) return rendered;
      const codec = form.coding === 'aac-128' ? 'AAC' : 'Opus';
      return { ...rendered, value: { ...rendered.value, contentType: TYPES[form.container], codec } };
    },
  };
};
