import type { Knex } from 'knex';

export const consoleNeeds = {
  name: '0006-console',
  async up(db: Knex): Promise<void> {
    await db.schema.createTable('second_factors', (table) => {
      table.text('account_id').primary().references('accounts.account_id');
      // Sealed under a key that is not in the database.
      table.text('sealed_secret').notNullable();
      table.text('begun_at').notNullable();
      // Null until the first right code: sign-ins ask for codes only from then on.
      table.text('confirmed_at');
      // The time step of the newest code that was taken: none counts twice.
      table.integer('last_step');
    });
    await db.schema.createTable('listenings', (table) => {
      table.text('bulletin_id').notNullable().references('bulletins.bulletin_id');
      table.text('sha256').notNullable();
      table.text('account_id').notNullable().references('accounts.account_id');
      table.integer('revision').notNullable();
      table.text('listened_at').notNullable();
      table.primary(['bulletin_id', 'revision', 'sha256', 'account_id']);
    });
    await db.schema.createTable('vitals_samples', (table) => {
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.text('at').notNullable();
      table.bigInteger('disk_free_bytes');
      table.bigInteger('memory_free_bytes');
      table.integer('temperature_milli_celsius');
      table.integer('clock_offset_ms');
      table.integer('link_round_trip_ms');
      table.integer('stock_hours');
      table.text('presence').notNullable();
      table.primary(['receiver_id', 'at']);
      table.index(['at']);
    });
    // What needs a hand is asked for on every page: few rows are in these states.
    await db.schema.alterTable('bulletins', (table) => table.index(['state', 'updated_at']));
    await db.schema.alterTable('airings', (table) => table.index(['ends_at']));
    // Counting what an airing missed reads the index alone.
    await db.schema.alterTable('deliveries', (table) => table.index(['airing_id', 'state']));
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};
