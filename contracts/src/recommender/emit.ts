import { emit } from '../committed.ts';
import { engineDocumentText } from './document.ts';

const KEPT = 'apps/recommender/src/backline_recommender/contract.json';

emit(new URL(`../../../${KEPT}`, import.meta.url), KEPT, engineDocumentText());
