/** The engine is down, late, or answers what it should not. */
export type RecommenderAway = { readonly code: 'recommender_away' };

/** The model has not heard of the track. */
export type UnknownToModel = { readonly code: 'unknown_to_model' };
