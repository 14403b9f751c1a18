import type { Knex } from 'knex';

export const airings = {
  name: '0004-airings',
  async up(db: Knex): Promise<void> {
    await db.schema.createTable('airings', (table) => {
      table.text('airing_id').primary();
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('class').notNullable();
      table.text('purpose').notNullable();
      table.text('state').notNullable();
      table.text('starts_at').notNullable();
      table.text('ends_at').notNullable();
      table.text('start_before').notNullable();
      table.text('valid_until').notNullable();
      table.integer('repeats').notNullable();
      table.integer('gap_ms').notNullable();
      table.text('chime');
      table.text('end_tone');
      // The order now in force; a move or a cancellation makes a new one with a higher counter.
      table.text('order_id').notNullable();
      table.integer('epoch').notNullable();
      table.integer('counter').notNullable();
      table.text('created_by').notNullable().references('accounts.account_id');
      table.text('created_at').notNullable();
      table.text('planned_at');
      table.text('published_at');
      table.text('closed_at');
      table.index(['state', 'ends_at']);
      table.index(['area_id', 'starts_at']);
    });
    await db.schema.createTable('airing_bulletins', (table) => {
      table.text('airing_id').notNullable().references('airings.airing_id');
      table.integer('position').notNullable();
      table.text('bulletin_id').notNullable();
      table.integer('revision').notNullable();
      table.text('title').notNullable();
      table.text('media').notNullable();
      table.primary(['airing_id', 'position']);
      table.index(['bulletin_id']);
    });
    await db.schema.createTable('airing_targets', (table) => {
      table.text('airing_id').notNullable().references('airings.airing_id');
      table.text('kind').notNullable();
      table.text('target_id').notNullable();
      table.primary(['airing_id', 'kind', 'target_id']);
    });
    await db.schema.createTable('orders', (table) => {
      table.text('order_id').primary();
      table.text('airing_id').notNullable().references('airings.airing_id');
      table.integer('epoch').notNullable();
      table.integer('counter').notNullable();
      table.text('created_at').notNullable();
      table.index(['airing_id']);
    });
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};
