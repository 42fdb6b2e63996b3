import { emit } from './committed.ts';
import { openApiText } from './openapi.ts';

emit(new URL('../openapi.json', import.meta.url), 'contracts/openapi.json', openApiText());
