import { Migration } from '@mikro-orm/migrations';

const LISTS = `
-- What the engine said last, for when it is away.
create table last_good_list (
  listener_id bigint primary key constraint last_good_list_listener_id_foreign references users (id),
  saved_at timestamptz not null,
  model_version text not null,
  trained_at timestamptz not null,
  items jsonb not null
);
`;

const IMPRESSIONS = `
-- One row an answer; the arrays are as long as each other, in the order in which the tracks were shown.
create table impression (
  id bigint generated always as identity primary key,
  listener_id bigint not null constraint impression_listener_id_foreign references users (id),
  surface text not null,
  shown_at timestamptz not null,
  model_version text not null,
  rung text not null,
  track_ids bigint[] not null,
  sources text[] not null,
  propensities real[] not null,
  constraint impression_surface_check check (surface in ('for-you', 'similar', 'radio'))
);
create index impression_listener_index on impression (listener_id);
create index impression_shown_index on impression using brin (shown_at);
`;

export class Recommendations extends Migration {
  override up(): void {
    this.addSql(LISTS);
    this.addSql(IMPRESSIONS);
  }
}
