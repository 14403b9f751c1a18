import type { Knex } from 'knex';

export const bulletins = {
  name: '0003-bulletins',
  async up(db: Knex): Promise<void> {
    await db.schema.createTable('uploads', (table) => {
      table.text('upload_id').primary();
      table.text('account_id').notNullable().references('accounts.account_id');
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('file_name').notNullable();
      table.bigInteger('bytes').notNullable();
      table.text('state').notNullable();
      table.text('length_declared');
      table.integer('duration_ms');
      table.text('sha256');
      table.text('problem');
      table.text('created_at').notNullable();
      table.text('finished_at');
    });
    await db.schema.createTable('bulletins', (table) => {
      table.text('bulletin_id').primary();
      table.text('area_id').notNullable().references('areas.area_id');
      table.text('author_id').notNullable().references('accounts.account_id');
      table.text('kind').notNullable();
      table.text('state').notNullable();
      table.integer('revision').notNullable();
      table.text('created_at').notNullable();
      table.text('updated_at').notNullable();
      table.index(['area_id', 'created_at']);
    });
    // A revision is frozen once rendering was asked for or it was submitted: what was heard is what is approved.
    await db.schema.createTable('bulletin_revisions', (table) => {
      table.text('bulletin_id').notNullable().references('bulletins.bulletin_id');
      table.integer('revision').notNullable();
      table.text('editor_id').notNullable();
      table.text('title').notNullable();
      table.text('text');
      table.text('upload_id').references('uploads.upload_id');
      table.integer('field').notNullable();
      table.text('topics').notNullable();
      table.text('class').notNullable();
      table.text('purpose').notNullable();
      table.text('language').notNullable();
      table.text('source').notNullable();
      table.text('voice').notNullable();
      table.integer('words_per_minute').notNullable();
      table.text('created_at').notNullable();
      table.text('frozen_at');
      table.primary(['bulletin_id', 'revision']);
    });
    await db.schema.createTable('renderings', (table) => {
      table.text('bulletin_id').notNullable();
      table.integer('revision').notNullable();
      table.text('state').notNullable();
      table.integer('progress_percent').notNullable().defaultTo(0);
      table.text('problem');
      table.text('spoken_text');
      table.text('unknown_tokens').notNullable().defaultTo('[]');
      table.text('requested_at').notNullable();
      table.text('started_at');
      table.text('finished_at');
      table.primary(['bulletin_id', 'revision']);
      table.index(['state', 'requested_at']);
    });
    await db.schema.createTable('renditions', (table) => {
      table.text('bulletin_id').notNullable();
      table.integer('revision').notNullable();
      table.text('codec').notNullable();
      table.text('sha256').notNullable();
      table.integer('bytes').notNullable();
      table.integer('duration_ms').notNullable();
      table.double('loudness_lufs').notNullable();
      table.double('true_peak_dbtp').notNullable();
      table.text('engine');
      table.text('engine_version');
      table.text('voice');
      table.text('purpose').notNullable();
      table.text('created_at').notNullable();
      table.primary(['bulletin_id', 'revision', 'codec']);
      table.index(['sha256']);
    });
    await db.schema.createTable('decisions', (table) => {
      table.text('decision_id').primary();
      table.text('bulletin_id').notNullable();
      table.integer('revision').notNullable();
      table.text('decision').notNullable();
      table.text('rendition_sha256');
      table.text('approver_id').notNullable().references('accounts.account_id');
      table.text('reason');
      table.text('decided_at').notNullable();
      table.index(['bulletin_id', 'revision']);
    });
  },
  async down(): Promise<void> {
    throw new Error('there is no way back: restore a backup');
  },
};
