import type { Knex } from 'knex';

export const areasAccountsAudit = {
  name: '0001-areas-accounts-audit',
  async up(db: Knex): Promise<void> {
    await db.schema.createTable('server_state', (table) => {
      table.text('key').primary();
      table.text('value').notNullable();
    });
    await db.schema.createTable('areas', (table) => {
      table.text('area_id').primary();
      table.text('code').notNullable();
      table.text('name').notNullable();
      table.text('former_names').notNullable().defaultTo('[]');
      table.text('level').notNullable();
      table.text('valid_from').notNullable();
      table.text('valid_to');
    });
    // The dated tree: at any instant an area has at most one parent; the root has none.
    await db.schema.createTable('area_parents', (table) => {
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('parent_id').notNullable().references('areas.area_id');
      table.text('valid_from').notNullable();
      table.text('valid_to');
      table.primary(['area_id', 'valid_from']);
      table.index(['parent_id']);
    });
    await db.schema.createTable('clusters', (table) => {
      table.text('cluster_id').primary();
      table.text('name').notNullable();
      table.double('latitude');
      table.double('longitude');
      table.text('created_at').notNullable();
    });
    await db.schema.createTable('cluster_areas', (table) => {
      table.text('cluster_id').notNullable().references('clusters.cluster_id');
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('valid_from').notNullable();
      table.text('valid_to');
      table.primary(['cluster_id', 'valid_from']);
      table.index(['area_id']);
    });
    await db.schema.createTable('dictionary_entries', (table) => {
      table.text('entry_id').primary();
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('written').notNullable();
      table.text('spoken').notNullable();
      table.text('created_at').notNullable();
      table.unique(['area_id', 'written']);
    });
    await db.schema.createTable('accounts', (table) => {
      table.text('account_id').primary();
      table.text('username').notNullable().unique();
      table.text('display_name').notNullable();
      table.text('password_hash').notNullable();
      table.text('state').notNullable();
      table.integer('failed_attempts').notNullable().defaultTo(0);
      table.text('locked_until');
      table.text('created_at').notNullable();
    });
    await db.schema.createTable('role_grants', (table) => {
      table.text('account_id').notNullable().references('accounts.account_id');
      table.text('role').notNullable();
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('granted_at').notNullable();
      table.primary(['account_id', 'role', 'area_id']);
    });
    await db.schema.createTable('sessions', (table) => {
      table.text('token_hash').primary();
      table.text('account_id').notNullable().references('accounts.account_id');
      table.text('csrf_token').notNullable();
      table.text('created_at').notNullable();
      table.text('expires_at').notNullable();
      table.index(['account_id']);
    });
    await db.schema.createTable('audit_entries', (table) => {
      table.integer('sequence').primary();
      table.text('recorded_at').notNullable();
      table.text('account_id');
      table.text('action').notNullable();
      table.text('subject_kind').notNullable();
      table.text('subject_id').notNullable();
      table.text('area_id');
      table.text('detail').notNullable();
      table.text('previous_hash').notNullable();
      table.text('hash').notNullable();
      table.index(['subject_id']);
      table.index(['area_id', 'sequence']);
    });
    if (db.client.config.client === 'sqlite3') {
      for (const act of ['UPDATE', 'DELETE']) {
        await db.raw(
          `CREATE TRIGGER audit_entries_no_${act.toLowerCase()} BEFORE ${act} ON audit_entries ` +
            `BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END`,
        );
      }
    }
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};
