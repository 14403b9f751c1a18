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
      table.text('level').notNullable();
      table.text('valid_from').notNullable();
      table.text('valid_to');
    });
    // `areas.name` is today's; an earlier one was in use until `used_until`.
    await db.schema.createTable('area_former_names', (table) => {
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('name').notNullable();
      table.text('used_until').notNullable();
      table.primary(['area_id', 'used_until']);
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
    await createAccountTables(db);
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
    await db.raw('CREATE UNIQUE INDEX areas_open_code ON areas (code) WHERE valid_to IS NULL');
    await db.raw('CREATE UNIQUE INDEX area_parents_open ON area_parents (area_id) WHERE valid_to IS NULL');
    await db.raw('CREATE UNIQUE INDEX cluster_areas_open ON cluster_areas (cluster_id) WHERE valid_to IS NULL');
    if (db.client.config.client === 'sqlite3') {
      await guardTree(db);
      await guardTrail(db);
    }
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};

async function createAccountTables(db: Knex): Promise<void> {
  await db.schema.createTable('accounts', (table) => {
    table.text('account_id').primary();
    table.text('username').notNullable().unique();
    table.text('display_name').notNullable();
    table.text('password_hash').notNullable();
    table.text('state').notNullable();
    table.text('created_at').notNullable();
  });
  // Counted by the name that was typed, so that names without an account behave like the others. Address `*`: all strangers together.
  await db.schema.createTable('sign_in_attempts', (table) => {
    table.text('username').notNullable();
    table.text('address').notNullable();
    table.integer('failures').notNullable();
    table.integer('locks').notNullable();
    table.text('window_started_at').notNullable();
    table.text('last_attempt_at').notNullable();
    table.text('locked_until');
    table.primary(['username', 'address']);
    table.index(['last_attempt_at']);
  });
  // Where an account has signed in before.
  await db.schema.createTable('sign_in_addresses', (table) => {
    table.text('account_id').notNullable().references('accounts.account_id');
    table.text('address').notNullable();
    table.text('last_signed_in_at').notNullable();
    table.primary(['account_id', 'address']);
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
}

/** A parent always stands on a higher level, and levels never change: so there is no way to a cycle, at any instant. */
async function guardTree(db: Knex): Promise<void> {
  const rank = (level: string) => `instr('province district commune hamlet', ${level})`;
  for (const [name, act] of [
    ['insert', 'INSERT'],
    ['update', 'UPDATE'],
  ]) {
    await db.raw(
      `CREATE TRIGGER area_parents_level_${name} BEFORE ${act} ON area_parents WHEN ` +
        `(SELECT ${rank('above.level')} >= ${rank('below.level')} FROM areas AS above, areas AS below ` +
        `WHERE above.area_id = NEW.parent_id AND below.area_id = NEW.area_id) ` +
        `BEGIN SELECT RAISE(ABORT, 'a parent must stand on a higher level'); END`,
    );
  }
  await db.raw(
    'CREATE TRIGGER areas_level_stays BEFORE UPDATE OF level ON areas WHEN NEW.level <> OLD.level ' +
      `BEGIN SELECT RAISE(ABORT, 'the level of an area never changes'); END`,
  );
}

async function guardTrail(db: Knex): Promise<void> {
  // INSERT OR REPLACE removes a row without firing its DELETE trigger: only the very next sequence may come in.
  await db.raw(
    'CREATE TRIGGER audit_entries_in_order BEFORE INSERT ON audit_entries ' +
      'WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entries) ' +
      `BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END`,
  );
  for (const act of ['UPDATE', 'DELETE']) {
    await db.raw(
      `CREATE TRIGGER audit_entries_no_${act.toLowerCase()} BEFORE ${act} ON audit_entries ` +
        `BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END`,
    );
  }
}
