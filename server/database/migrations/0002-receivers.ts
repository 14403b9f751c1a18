import type { Knex } from 'knex';

export const receivers = {
  name: '0002-receivers',
  async up(db: Knex): Promise<void> {
    await db.schema.createTable('enrolments', (table) => {
      table.text('enrolment_id').primary();
      // The open part of the code names the enrolment, so that a wrong secret part spends this one's tries.
      table.text('code_name').notNullable().unique();
      table.text('code_hash').notNullable();
      table.text('cluster_id').notNullable().references('clusters.cluster_id');
      table.text('kind').notNullable();
      table.integer('replaces_current').notNullable();
      table.text('created_by').notNullable();
      table.text('created_at').notNullable();
      table.text('expires_at').notNullable();
      table.integer('tries_left').notNullable();
      table.text('used_at');
      table.text('receiver_id');
      table.index(['cluster_id']);
    });
    await db.schema.createTable('receivers', (table) => {
      table.text('receiver_id').primary();
      table.text('kind').notNullable();
      table.text('state').notNullable();
      table.text('state_reason');
      table.text('public_key').notNullable().unique();
      table.text('hardware_id').notNullable();
      table.text('enrolled_at').notNullable();
      // presence and vitals: the newest only
      table.text('presence').notNullable().defaultTo('unknown');
      table.text('presence_reason');
      table.text('presence_since');
      table.text('last_seen_at');
      table.text('vitals');
      table.text('vitals_at');
      // the programme: what it should hold, and what it said it holds
      table.integer('programme_revision').notNullable().defaultTo(1);
      table.text('programme_built_at');
      table.text('programme_valid_until');
      table.integer('programme_revision_held');
      // the receipt chain: what is durable and applied
      table.integer('last_sequence').notNullable().defaultTo(0);
      table.text('head_hash').notNullable();
      table.text('gap_since');
    });
    await db.schema.createTable('installations', (table) => {
      table.text('installation_id').primary();
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.text('cluster_id').notNullable().references('clusters.cluster_id');
      table.text('installed_at').notNullable();
      table.text('removed_at');
      table.index(['cluster_id', 'removed_at']);
      table.index(['receiver_id', 'removed_at']);
    });
    await db.schema.createTable('presence_changes', (table) => {
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.text('at').notNullable();
      table.text('presence').notNullable();
      table.text('reason');
      table.index(['receiver_id', 'at']);
    });
    await db.schema.createTable('receiver_sessions', (table) => {
      table.text('token_hash').primary();
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.text('expires_at').notNullable();
      table.index(['receiver_id']);
      table.index(['expires_at']);
    });
    // Each change of the hardware id seen at logins: two that alternate are a cloned card.
    await db.schema.createTable('receiver_hardware', (table) => {
      table.text('receiver_id').notNullable().references('receivers.receiver_id');
      table.text('hardware_id').notNullable();
      table.text('at').notNullable();
      table.index(['receiver_id', 'at']);
    });
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};
