import { instant } from '@backline/core/kernel';
import {
  fixedClock,
  memoryAudioInspector,
  memoryAudioRenderer,
  memoryImageStore,
  memoryMediaStore,
} from '@backline/memory';
import { audioInspectorSuite } from '../suites/audio-inspector.ts';
import { audioRendererSuite } from '../suites/audio-renderer.ts';
import { imageStoreSuite } from '../suites/image-store.ts';
import { mediaStoreSuite } from '../suites/media-store.ts';

const close = async (): Promise<void> => undefined;
const now = instant(1_700_000_000_123);

mediaStoreSuite('memory', async () => ({ store: memoryMediaStore({ clock: fixedClock(now) }), now, close }));
imageStoreSuite('memory', async () => ({ store: memoryImageStore(), close }));
audioInspectorSuite('memory', async () => ({ inspector: memoryAudioInspector(), close }));
audioRendererSuite('memory', async () => ({ renderer: memoryAudioRenderer(), close }));
