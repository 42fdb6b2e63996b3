/** The engine is down, late, or answers what it should not. */
export type RecommenderAway = { readonly code: 'recommender_away' };
