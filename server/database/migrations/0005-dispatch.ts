import type { Knex } from 'knex';

export const dispatch = {
  name: '0005-dispatch',
  async up(db: Knex): Promise<void> {
    await db.schema.createTable('deliveries', (table) => {
      table.text('delivery_id').primary();
      table.text('airing_id').notNullable().references('airings.airing_id');
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.text('cluster_id').notNullable();
      table.text('area_id').notNullable();
      table.text('order_id').notNullable();
      table.text('state').notNullable();
      table.text('state_since').notNullable();
      table.text('reason');
      table.text('evidence');
      table.text('started_at');
      table.text('interrupted_at');
      table.text('resumed_at');
      table.text('ended_at');
      table.integer('played_ms').notNullable().defaultTo(0);
      table.integer('expected_ms').notNullable();
      table.integer('is_late').notNullable().defaultTo(0);
      table.unique(['airing_id', 'receiver_id']);
      table.index(['receiver_id', 'state']);
      table.index(['order_id', 'receiver_id']);
    });
    await db.schema.createTable('soundings', (table) => {
      table.text('delivery_id').notNullable().references('deliveries.delivery_id');
      table.text('order_id').notNullable();
      table.integer('repeat').notNullable();
      table.integer('item').notNullable();
      table.text('state').notNullable();
      table.text('started_at');
      table.integer('played_ms').notNullable().defaultTo(0);
      table.integer('expected_ms').notNullable();
      table.primary(['delivery_id', 'order_id', 'repeat', 'item']);
    });
    await db.schema.createTable('receipts', (table) => {
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.integer('sequence').notNullable();
      table.text('hash').notNullable();
      table.text('airing_id');
      table.text('document').notNullable();
      table.text('received_at').notNullable();
      table.primary(['receiver_id', 'sequence']);
      table.index(['airing_id', 'receiver_id', 'sequence']);
    });
    // Ahead of a gap: kept, bounded, applied when the gap is filled.
    await db.schema.createTable('held_receipts', (table) => {
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.integer('sequence').notNullable();
      table.text('hash').notNullable();
      table.text('document').notNullable();
      table.text('received_at').notNullable();
      table.primary(['receiver_id', 'sequence']);
    });
    await db.schema.createTable('refused_receipts', (table) => {
      table.text('refusal_id').primary();
      table.text('receiver_id').notNullable();
      table.integer('sequence');
      table.text('code').notNullable();
      table.text('document').notNullable();
      table.text('received_at').notNullable();
      table.index(['receiver_id', 'received_at']);
    });
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};
