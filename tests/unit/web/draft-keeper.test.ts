import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Bulletin } from '#contract/bulletin.ts';
import { ProblemError, UnreachableError } from '../../../web/api/problem-error.ts';
import { type DraftContent, EMPTY_DRAFT } from '../../../web/components/bulletin-draft.ts';
import { DraftKeeper } from '../../../web/components/draft-keeper.ts';

const ID = '00000000-0000-4000-8000-000000000001';

/** Holds one bulletin as the server does: each edit names the revision it was made on. */
class StoredDraft {
  held: Bulletin | undefined;
  saves = 0;
  isReachable = true;
  /** The change is made, its answer is lost. */
  losesAnswers = false;

  async compose(content: DraftContent): Promise<Bulletin> {
    return this.#store(content, 1);
  }

  async edit(_bulletinId: string, revision: number, content: DraftContent): Promise<Bulletin> {
    const current = this.held?.revision ?? 0;
    if (this.isReachable && current !== revision)
      throw new ProblemError(409, { code: 'bulletin-changed-since', params: { revision: current } });
    return this.#store(content, revision + 1);
  }

  async read(): Promise<Bulletin> {
    if (!this.held) throw new Error('nothing is held');
    return this.held;
  }

  #store(content: DraftContent, revision: number): Bulletin {
    if (!this.isReachable) throw new UnreachableError();
    this.saves += 1;
    this.held = bulletin(content, revision);
    if (this.losesAnswers) throw new UnreachableError();
    return this.held;
  }
}

function bulletin(content: DraftContent, revision: number, state: Bulletin['state'] = 'draft'): Bulletin {
  const at = '2026-11-22T05:00:00.000Z';
  return {
    ...content,
    bulletinId: ID,
    areaId: ID,
    authorId: ID,
    authorName: 'Cán bộ văn hoá',
    state,
    revision,
    rendering: { state: 'none', progressPercent: 0, problem: null, spokenText: null, unknownTokens: [] },
    renditions: [],
    decision: null,
    createdAt: at,
    updatedAt: at,
  };
}

describe('the keeper of a draft', () => {
  let server: StoredDraft;
  let keeper: DraftKeeper;
  beforeEach(() => {
    vi.useFakeTimers();
    server = new StoredDraft();
    keeper = new DraftKeeper(server, EMPTY_DRAFT);
  });
  afterEach(() => void vi.useRealTimers());
  const pass = () => vi.advanceTimersByTimeAsync(6_000);

  test('begins no draft for a title alone, and saves a pause after the last word', async () => {
    keeper.change({ title: 'Họp ấp' });
    await pass();
    expect(server.saves).toBe(0);
    keeper.change({ text: 'Mời' });
    await vi.advanceTimersByTimeAsync(500);
    keeper.change({ text: 'Mời bà con' });
    await pass();
    expect(server.saves).toBe(1);
    expect(server.held).toMatchObject({ title: 'Họp ấp', text: 'Mời bà con' });
    expect(keeper.read().phase).toBe('saved');
  });

  test('saves nothing when what was changed is changed back', async () => {
    keeper.change({ text: 'Một' });
    await pass();
    keeper.change({ text: 'Hai' });
    keeper.change({ text: 'Một' });
    await pass();
    expect(server.saves).toBe(1);
  });

  test('tries again while nobody answers, and keeps what is written', async () => {
    server.isReachable = false;
    keeper.change({ text: 'Một' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(keeper.read()).toMatchObject({ phase: 'failed', content: { text: 'Một' } });
    server.isReachable = true;
    await pass();
    expect(keeper.read().phase).toBe('saved');
  });

  test('takes its own save for its own when only the answer was lost', async () => {
    keeper.change({ text: 'Một' });
    await pass();
    server.losesAnswers = true;
    keeper.change({ text: 'Hai' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(keeper.read().phase).toBe('failed');
    server.losesAnswers = false;
    await pass();
    expect(keeper.read()).toMatchObject({ phase: 'saved', saved: { revision: 2 } });
  });

  test('overwrites nothing that was edited elsewhere until a person chose', async () => {
    keeper.change({ text: 'Một' });
    await pass();
    server.held = bulletin({ ...EMPTY_DRAFT, text: 'Của người khác' }, 2);
    keeper.change({ text: 'Của tôi' });
    await pass();
    expect(keeper.read()).toMatchObject({ phase: 'torn', theirs: { text: 'Của người khác' }, content: { text: 'Của tôi' } });
    keeper.change({ text: 'Của tôi, sửa nữa' });
    await pass();
    expect(server.held?.text).toBe('Của người khác');
    await keeper.keepMine();
    expect(server.held).toMatchObject({ text: 'Của tôi, sửa nữa', revision: 3 });
  });

  test('shows what was edited elsewhere at once where nothing is unsaved here', async () => {
    keeper.change({ text: 'Một' });
    await pass();
    keeper.note(bulletin({ ...EMPTY_DRAFT, text: 'Của người khác' }, 2));
    expect(keeper.read()).toMatchObject({ phase: 'saved', content: { text: 'Của người khác' } });
  });

  test('does not take a bulletin back from the approver that was submitted elsewhere', async () => {
    keeper.change({ text: 'Một' });
    await pass();
    keeper.change({ text: 'Hai' });
    keeper.note(bulletin({ ...EMPTY_DRAFT, text: 'Một' }, 1, 'submitted'));
    await pass();
    expect(server.saves).toBe(1);
    expect(keeper.read().phase).toBe('torn');
  });

  test('refuses to be settled while it is torn, so that nothing older is submitted', async () => {
    keeper.change({ text: 'Một' });
    await pass();
    server.held = bulletin({ ...EMPTY_DRAFT, text: 'Của người khác' }, 2);
    keeper.change({ text: 'Hai' });
    await expect(keeper.settle()).rejects.toMatchObject({ code: 'bulletin-changed-since' });
  });
});
